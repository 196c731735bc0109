from pathlib import Path

from reportlab.lib.colors import Color, black, white
from reportlab.pdfgen.canvas import Canvas

from ingest.reading import read_pdf
from ingest.records import PageRecord, Problem


def _read(path: Path) -> tuple[PageRecord, tuple[Problem, ...]]:
    reading = read_pdf(path, max_pages=10)
    return reading.pages[0], reading.problems


def _canvas(path: Path) -> Canvas:
    canvas = Canvas(str(path))
    canvas.drawString(50, 760, "Dear Ms. Roe, here is what you asked for:")
    return canvas


def test_a_code_in_a_box_is_a_redaction_with_its_place(tmp_path: Path) -> None:
    canvas = _canvas(tmp_path / "a.pdf")
    canvas.setFillColor(white)
    canvas.rect(100, 700, 80, 14, fill=1, stroke=1)
    canvas.setFillColor(black)
    canvas.drawString(110, 703, "(b)(7)(E)")
    canvas.save()
    page, _ = _read(tmp_path / "a.pdf")
    (redaction,) = page.redactions
    assert redaction.code == "(b)(7)(E)"
    assert redaction.box is not None
    assert round(redaction.box.x0) == 100


def test_an_empty_black_box_is_a_redaction_without_a_code(tmp_path: Path) -> None:
    canvas = _canvas(tmp_path / "a.pdf")
    canvas.rect(100, 700, 80, 14, fill=1)
    canvas.save()
    page, _ = _read(tmp_path / "a.pdf")
    assert [redaction.code for redaction in page.redactions] == [None]


def test_text_left_under_a_black_box_is_kept_out_and_reported(tmp_path: Path) -> None:
    canvas = _canvas(tmp_path / "a.pdf")
    canvas.drawString(110, 703, "Johnson 555-0100")
    canvas.rect(100, 700, 120, 14, fill=1)
    canvas.save()
    page, problems = _read(tmp_path / "a.pdf")
    assert "Johnson" not in page.text
    assert [problem.code for problem in problems] == ["text_under_box"]


def test_white_letters_on_a_dark_box_are_text(tmp_path: Path) -> None:
    canvas = _canvas(tmp_path / "a.pdf")
    canvas.rect(100, 700, 220, 20, fill=1)
    canvas.setFillColor(white)
    canvas.drawString(110, 705, "Weekly situation report")
    canvas.save()
    page, problems = _read(tmp_path / "a.pdf")
    assert "Weekly situation report" in page.text
    assert problems == ()


def test_a_shaded_table_is_no_redaction(tmp_path: Path) -> None:
    canvas = _canvas(tmp_path / "a.pdf")
    canvas.setFillColor(Color(0.85, 0.85, 0.85))
    canvas.rect(50, 690, 500, 30, fill=1, stroke=0)
    canvas.setFillColor(black)
    canvas.drawString(60, 700, "Item Cost Total")
    canvas.save()
    page, _ = _read(tmp_path / "a.pdf")
    assert page.redactions == ()
    assert "Item Cost Total" in page.text
