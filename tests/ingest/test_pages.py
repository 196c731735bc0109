from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from app.errors import LockedFileError, UnreadableFileError
from ingest.pages import build_lines, open_pdf, read_page
from ingest.records import Box, Line, Word
from tests.support.typeset import HEIGHT, print_pdf


def _lines(path: Path, number: int = 1) -> list[str]:
    with open_pdf(path) as document:
        return [line.text for line in read_page(document, number)[0].lines]


def test_labels_drawn_before_all_values_stand_beside_them(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    for row, label in enumerate(("From:", "Sent:", "To:")):
        canvas.drawString(50, 700 - 14 * row, label)
    for row, value in enumerate(("Jane Roe", "Friday", "Ann Poe")):
        canvas.drawString(180, 700 - 14 * row, value)
    canvas.save()
    assert _lines(tmp_path / "a.pdf") == ["From: Jane Roe", "Sent: Friday", "To: Ann Poe"]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_page_reads_as_it_is_shown(tmp_path: Path, rotation: int) -> None:
    path = print_pdf(tmp_path / "a.pdf", ["From:\tJane Roe\nTo:\tAnn Poe"])
    with PdfDocument(path) as document:
        document[0].set_rotation(rotation)
        document.save(tmp_path / "turned.pdf")
    with open_pdf(tmp_path / "turned.pdf") as document:
        page = read_page(document, 1).page
    boxes = [word.box for word in page.words]
    assert all(0 <= box.x0 <= page.width_pt and 0 <= box.top <= page.height_pt for box in boxes)
    assert (page.width_pt > page.height_pt) == (rotation in (90, 270))


def test_bold_faked_by_printing_twice_is_read_once(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(50, 700, "Subject: budget")
    canvas.drawString(50.3, 700, "Subject: budget")
    canvas.save()
    assert "".join(_lines(tmp_path / "a.pdf")).count("budget") <= 2


def test_a_line_that_hangs_stays_one_line() -> None:
    words = [Word(f"w{n}", Box(50 + 40 * n, 100 + n, 80 + 40 * n, 110 + n)) for n in range(12)]
    assert len(build_lines(words)) == 1


def test_boxes_of_words_are_where_the_words_are(tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", ["hello world"])
    with open_pdf(path) as document:
        page = read_page(document, 1).page
    first = page.words[0].box
    assert first.x0 == pytest.approx(50, abs=1)
    assert first.top < 60 < first.bottom + 4
    assert page.height_pt == HEIGHT


def test_a_locked_file_says_that_it_is_locked(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(50, 700, "hidden")
    canvas.save()
    with pytest.raises(LockedFileError, match="password"), open_pdf(tmp_path / "a.pdf"):
        pass


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"plain text"])
def test_what_is_no_pdf_is_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(UnreadableFileError), open_pdf(tmp_path / "a.pdf"):
        pass


def test_double_letters_of_small_print_stay(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.setFont("Helvetica", 3)
    canvas.drawString(50, 700, "bill will call illicit committee")
    canvas.save()
    assert _lines(tmp_path / "a.pdf") == ["bill will call illicit committee"]


def test_a_page_of_scattered_words_is_put_in_order() -> None:
    words = [Word("w", Box(n * 0.03, n * 37 % 700, n * 0.03 + 2, n * 37 % 700 + 8)) for n in range(20_000)]
    assert sum(len(line.words) for line in build_lines(words)) == 20_000


def test_a_line_gives_back_its_words() -> None:
    words = (Word("To:", Box(1.1, 2, 3, 4)), Word("H", Box(5, 2, 6, 4), from_ocr=True))
    line = Line(words)
    assert (line.words, line.text, line.box) == (words, "To: H", Box(1.1, 2, 6, 4))


def test_a_word_with_a_blank_is_no_word() -> None:
    with pytest.raises(ValueError, match="blanks"):
        Line((Word("To: H", Box(1, 2, 3, 4)),))


def _turned_text(path: Path, degrees: int) -> Path:
    canvas = Canvas(str(path))
    canvas.drawString(50, 700, "From: Jane Roe")
    canvas.translate(300, 400)
    canvas.rotate(degrees)
    canvas.drawString(0, 0, "Released in part by the agency")
    canvas.save()
    return path


@pytest.mark.parametrize("degrees", [90, 180, 270, 45])
def test_words_that_do_not_run_from_left_to_right_stay_whole(tmp_path: Path, degrees: int) -> None:
    assert _lines(_turned_text(tmp_path / "a.pdf", degrees)) == ["From: Jane Roe", "Released in part by the agency"]


def test_what_a_form_shows_is_part_of_the_page(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(50, 700, "Name:")
    canvas.acroForm.textfield(name="name", value="Jane Roe", x=100, y=695, width=200, height=20)
    canvas.save()
    assert _lines(tmp_path / "a.pdf") == ["Name: Jane Roe"]
