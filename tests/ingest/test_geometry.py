from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.colors import Color, black, white, yellow
from reportlab.pdfgen.canvas import Canvas

from ingest.reading import read_pdf
from ingest.records import RedactionShape
from tests.support.boxes import Sheet

_GREY = Color(0.85, 0.85, 0.85)


def test_a_code_in_a_box_is_a_redaction_with_its_place(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").box(white, outlined=True).text("(b)(7)(E)").read()
    (redaction,) = page.redactions
    assert (redaction.code, redaction.shape) == ("(b)(7)(E)", RedactionShape.BOX)
    assert redaction.box is not None
    assert round(redaction.box.x0) == 100


def test_white_codes_on_a_black_box_claim_it(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson").box().text("(b)(6), (b)(7)(C)", white).read()
    assert [redaction.code for redaction in page.redactions] == ["(b)(6)", "(b)(7)(C)"]
    assert [leak.text for leak in page.leaks] == ["Johnson"]


def test_an_empty_black_box_is_a_redaction_without_a_code(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").box().read()
    assert [(redaction.code, redaction.shape) for redaction in page.redactions] == [(None, RedactionShape.BOX)]
    assert page.leaks == ()


@pytest.mark.parametrize("colour", [black, white, _GREY, Color(0.3, 0.3, 0.3)])
def test_words_that_are_painted_over_are_kept_out_and_told_to_the_keeper(tmp_path: Path, colour: Color) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").box(colour).read()
    assert "Johnson" not in page.text
    assert [leak.text for leak in page.leaks] == ["Johnson 555-0100"]


@pytest.mark.parametrize("colour", [black, white])
def test_words_in_the_colour_of_their_box_are_hidden(tmp_path: Path, colour: Color) -> None:
    page = Sheet(tmp_path / "a.pdf").box(colour).text("Johnson 555-0100", colour).read()
    assert "Johnson" not in page.text
    assert [leak.text for leak in page.leaks] == ["Johnson 555-0100"]


def test_white_words_on_bare_paper_are_hidden(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100", white).read()
    assert "Johnson" not in page.text
    assert [leak.text for leak in page.leaks] == ["Johnson 555-0100"]


@pytest.mark.parametrize("kind", ["Redact", "Square", "Highlight"])
def test_words_under_an_annotation_are_hidden(tmp_path: Path, kind: str) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").annotate(kind).read()
    assert "Johnson" not in page.text
    assert [leak.text for leak in page.leaks] == ["Johnson 555-0100"]
    assert [redaction.shape for redaction in page.redactions] == [RedactionShape.ANNOTATION]


def test_an_annotation_says_its_code_itself(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").annotate("Square", label="(b)(5)").read()
    assert [redaction.code for redaction in page.redactions] == ["(b)(5)"]


def test_an_annotation_that_is_not_shown_hides_nothing(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").annotate("Square", flags=2).read()
    assert "Johnson" in page.text
    assert (page.leaks, page.redactions) == ((), ())


def test_a_highlighter_leaves_words_to_be_read(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").annotate("Highlight", colour=yellow).read()
    assert "Johnson" in page.text
    assert page.leaks == ()


def test_a_box_that_is_seen_through_hides_nothing(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").box(yellow, alpha=0.3).read()
    assert "Johnson" in page.text
    assert page.leaks == ()


def test_a_frame_around_words_hides_nothing(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").text("Filed on 3/9/2010").frame().read()
    assert "Filed on 3/9/2010" in page.text
    assert page.leaks == ()


@pytest.mark.parametrize("label", ["Redacted", "PRIVILEGE", "(b)(6)", "Attorney-Client"])
def test_what_a_tool_prints_on_its_box_is_no_leak(tmp_path: Path, label: str) -> None:
    page = Sheet(tmp_path / "a.pdf").box().text(label).read()
    assert label not in page.text
    assert page.leaks == ()
    assert len(page.redactions) == 1


def test_white_letters_on_a_dark_box_are_text(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").box().text("Weekly situation report", white).read()
    assert "Weekly situation report" in page.text
    assert (page.leaks, page.redactions) == ((), ())


def test_a_shaded_table_is_no_redaction(tmp_path: Path) -> None:
    page = Sheet(tmp_path / "a.pdf").box(_GREY).text("Item Cost Total").read()
    assert page.redactions == ()
    assert "Item Cost Total" in page.text


@pytest.mark.parametrize("crop", [None, (40, 60, 580, 780)])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_hidden_words_are_found_on_turned_and_cropped_pages(
    tmp_path: Path, rotation: int, crop: tuple[int, int, int, int] | None
) -> None:
    document = pypdfium2.PdfDocument(Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").box().save())
    document[0].set_rotation(rotation)
    document[0].set_cropbox(*(crop or (0, 0, 612, 792)))
    document.save(tmp_path / "turned.pdf")
    (page,) = read_pdf(tmp_path / "turned.pdf", max_pages=1).pages
    assert len(page.leaks) == 1
    assert sorted("".join(page.leaks[0].text.split())) == sorted("Johnson555-0100")


def test_a_document_does_not_tell_its_readers_of_hidden_words(tmp_path: Path) -> None:
    reading = read_pdf(Sheet(tmp_path / "a.pdf").text("Johnson 555-0100").box().save(), max_pages=1)
    assert (reading.state, reading.problems) == ("published", ())


_LEAKING = {"bad_cross_hatched_redactions", "hidden_text_on_visible_text"}


def test_real_court_files_are_told_right(shared: Path) -> None:
    files = sorted((shared / "corpora" / "bad-redactions" / "pdf").glob("*.pdf"))
    found = {file.stem for file in files if any(page.leaks for page in read_pdf(file, max_pages=9).pages)}
    assert len(files) == 14
    assert found == _LEAKING  # in the other twelve every word is seen, or is the box's own label


def test_boxes_of_a_page_without_text_are_seen(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.rect(100, 700, 160, 14, fill=1)
    canvas.save()
    (page,) = read_pdf(tmp_path / "a.pdf", max_pages=1).pages
    assert [redaction.shape for redaction in page.redactions] == [RedactionShape.BOX]


def test_a_box_within_a_form_is_seen(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.beginForm("stamped")
    canvas.drawString(110, 703, "Johnson")
    canvas.rect(100, 700, 160, 14, fill=1)
    canvas.endForm()
    canvas.doForm("stamped")
    canvas.save()
    assert [leak.text for leak in read_pdf(tmp_path / "a.pdf", max_pages=1).pages[0].leaks] == ["Johnson"]
