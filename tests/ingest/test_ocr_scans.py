from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ingest.ocr import OcrChoice, OcrPlan
from ingest.reading import read_pdf
from ingest.records import Reading, TextSource
from tests.support.scans import draw_page, scan_pdf
from tests.support.typeset import HEIGHT, print_pdf

MAIL = """From:\tRoe, Jane Q <RoeJQ@example.gov>
Sent:\tMonday, March 5, 2012 10:16 AM
To:\tPoe, Ann
Subject:\tThe water main on Elm Street

The budget of the water main was approved by the council.
"""
_WASHINGTON = Path(__file__).parents[3] / "shared/corpora/gmail-print/pdf/wa-archives-dashcam.pdf"


def _read(path: Path, choice: OcrChoice = OcrChoice.AUTO, budget_s: float = 60) -> Reading:
    return read_pdf(path, max_pages=10, ocr=OcrPlan(choice, budget_s))


def test_a_scanned_email_is_an_email(tmp_path: Path) -> None:
    reading = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)]))
    headers = reading.messages[0].headers
    assert headers.sender is not None
    assert headers.sender.address == "roejq@example.gov"
    assert (headers.to[0].printed, headers.subject) == ("Poe, Ann", "The water main on Elm Street")


def test_a_page_tells_by_what_it_was_read_and_how_surely(tmp_path: Path) -> None:
    page = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)])).pages[0]
    assert page.ocr is not None
    assert page.ocr.engine.startswith("tesseract 5")
    assert 0.8 < page.ocr.confidence <= 1
    assert all(word.from_ocr for word in page.words)


def test_boxes_of_words_are_where_the_picture_has_them(tmp_path: Path) -> None:
    page = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)])).pages[0]
    word = next(word for word in page.words if word.text.startswith("Roe"))
    assert word.box.x0 == pytest.approx(180, abs=3)
    assert word.box.top == pytest.approx(62, abs=5)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read(tmp_path: Path, degrees: int) -> None:
    picture = draw_page(MAIL).rotate(degrees, expand=True)
    reading = _read(scan_pdf(tmp_path / "a.pdf", [picture]))
    assert reading.messages[0].headers.subject == "The water main on Elm Street"
    page = reading.pages[0]
    assert (page.width_pt > page.height_pt) == (degrees != 180)
    assert all(word.box.x1 <= page.width_pt and word.box.bottom <= page.height_pt for word in page.words)


def test_words_of_a_page_on_its_side_stand_where_they_are_shown(tmp_path: Path) -> None:
    page = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL).rotate(90, expand=True)])).pages[0]
    word = next(word for word in page.words if word.text.startswith("Roe"))
    assert word.box.x0 == pytest.approx(62, abs=5)  # what was the distance from the top
    assert word.box.bottom == pytest.approx(612 - 180, abs=5)


def test_a_blank_page_gives_nothing(tmp_path: Path) -> None:
    reading = _read(scan_pdf(tmp_path / "a.pdf", [Image.new("L", (1700, 2200), 255)]))
    assert reading.pages[0].text_source is TextSource.NONE
    assert [problem.code for problem in reading.problems] == ["no_text"]


def test_a_page_with_a_text_layer_is_left_alone(tmp_path: Path) -> None:
    page = _read(print_pdf(tmp_path / "a.pdf", [MAIL])).pages[0]
    assert page.ocr is None
    assert not any(word.from_ocr for word in page.words)


def test_a_number_stamped_on_a_scan_does_not_hide_it(tmp_path: Path) -> None:
    layer = "\n" * 44 + "STATE-SCB0045247"
    page = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)], layers=[layer])).pages[0]
    assert "water main" in page.text
    assert "STATE-SCB0045247" in page.text


def test_letters_drawn_as_shapes_are_read(tmp_path: Path) -> None:
    picture = draw_page("Hello council").point(lambda shade: 0 if shade < 128 else 255)
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    for x, y in ((x, y) for y in range(160, 205) for x in range(135, 400) if picture.getpixel((x, y)) == 0):
        canvas.rect(x * 0.36, HEIGHT - y * 0.36, 0.4, 0.4, stroke=0, fill=1)
    canvas.save()
    assert "council" in _read(tmp_path / "a.pdf").pages[0].text


def test_without_an_engine_the_problem_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.ocr.scans.open_engine", lambda _: None)
    monkeypatch.setattr("ingest.reading.open_engine", lambda _: None)
    reading = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)]))
    assert "install the extra `ocr`" in reading.problems[0].detail


def test_switched_off_nothing_is_read(tmp_path: Path) -> None:
    reading = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)]), OcrChoice.OFF)
    assert reading.pages[0].text_source is TextSource.NONE
    assert "READINGROOM_OCR" in reading.problems[0].detail


def test_pages_over_the_time_are_reported(tmp_path: Path) -> None:
    reading = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)] * 2), budget_s=-1)
    assert [problem.code for problem in reading.problems] == ["ocr_out_of_time", "no_text"]


@pytest.mark.skipif(not find_spec("rapidocr"), reason="the extra `ocr-fax` is not installed")
def test_rapidocr_reads_a_scanned_email(tmp_path: Path) -> None:
    reading = _read(scan_pdf(tmp_path / "a.pdf", [draw_page(MAIL)]), OcrChoice.RAPIDOCR)
    assert reading.messages[0].headers.subject == "The water main on Elm Street"


@pytest.mark.skipif(not _WASHINGTON.exists(), reason="the corpora are not here")
def test_reads_a_web_print_without_text() -> None:
    reading = _read(_WASHINGTON)
    headers = reading.messages[0].headers
    assert headers.subject == "Question about retention of dashcam failsafe video"
    assert [mailbox.address for mailbox in headers.cc] == ["recordsmanagement@sos.wa.gov"]


def _line_art() -> Image.Image:
    picture = Image.new("L", (1700, 2200), 255)
    ImageDraw.Draw(picture).rectangle((500, 160, 900, 200), outline=0, width=3)
    return picture


def test_a_box_alone_gives_no_text(tmp_path: Path) -> None:
    page = _read(scan_pdf(tmp_path / "a.pdf", [_line_art()])).pages[0]
    assert not any(letter.isalnum() for letter in page.text)
