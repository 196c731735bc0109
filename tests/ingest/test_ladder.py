"""Damaged PDFs: somebody reads them, it is said who, and what lies under a box stays hidden."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import UnreadableFileError
from app.web.drawing import render_page
from ingest.ladder import Reader, find_footing
from ingest.ladder.poppler import read_by_poppler
from ingest.reading import read_pdf
from tests.support.boxes import Sheet

_SEEN, _HIDDEN = "Dear Ms. Roe, here is what you asked for:", "Johnson 555-0100"


def _letter(path: Path) -> Path:
    return Sheet(path).text(_HIDDEN).box().save()


def _without_root(content: bytes) -> bytes:
    return re.sub(rb"/Root \d+ 0 R", b"", content)[:-200]


def _without_kids(content: bytes) -> bytes:
    return re.sub(rb"/Kids \[[^\]]*\]", b"", content)


def _without_tree(content: bytes) -> bytes:
    return re.sub(rb"/Pages \d+ 0 R", b"/Pages 99 0 R", content)


def _without_table(content: bytes) -> bytes:
    return content[: content.rindex(b"startxref")]


@pytest.mark.parametrize(
    ("damage", "reader", "codes"),
    [
        (bytes, Reader.PDFIUM, []),
        (_without_table, Reader.PDFIUM, []),
        (_without_root, Reader.REPAIRED, ["damaged"]),
        (_without_tree, Reader.PDFMINER, ["damaged"]),
        (_without_kids, Reader.PDFMINER, ["readers_disagree"]),
    ],
)
def test_a_damaged_file_is_read_and_what_is_under_its_box_is_not(
    tmp_path: Path, damage: Callable[[bytes], bytes], reader: Reader, codes: list[str]
) -> None:
    path = tmp_path / "a.pdf"
    damaged = damage(_letter(path).read_bytes())
    path.write_bytes(damaged)
    with find_footing(path, max_pages=9) as footing:
        assert footing.reader is reader
    reading = read_pdf(path, max_pages=9)
    assert [page.text for page in reading.pages] == [_SEEN]
    assert [leak.text for page in reading.pages for leak in page.leaks] == [_HIDDEN]
    assert [problem.code for problem in reading.problems] == codes
    assert all("44 letters" in problem.detail for problem in reading.problems)
    assert path.read_bytes() == damaged


def test_a_page_of_which_pdfium_reads_nothing_is_read_by_pdfminer(tmp_path: Path) -> None:
    path = _letter(tmp_path / "a.pdf")
    stream = b"stream\nBT /F1 12 Tf 50 700 Td (Hello, world!) Tj ET\nendstream"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"6 0 R\n" + stream,  # its dictionary stands elsewhere
        b"<< /Length 44 >>",
    ]
    _write(path, objects)
    reading = read_pdf(path, max_pages=1)
    assert reading.pages[0].text == "Hello, world!"
    assert [problem.code for problem in reading.problems] == ["readers_disagree"]
    assert "no text on page 1" in reading.problems[0].detail


def _write(path: Path, objects: list[bytes]) -> None:
    content, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n"
    path.write_bytes(content + tail % (size, table, size, len(content)))


def test_a_file_that_nobody_reads_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(UnreadableFileError, match="Ask for the file again"):
        read_pdf(tmp_path / "a.pdf", max_pages=9)


def test_pages_of_a_repaired_file_are_drawn(tmp_path: Path) -> None:
    path = _letter(tmp_path / "a.pdf")
    sound = render_page(path, 1, 72)
    path.write_bytes(_without_root(path.read_bytes()))
    assert render_page(path, 1, 72) == sound


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_poppler_tells_no_word_that_its_own_picture_does_not_show(tmp_path: Path) -> None:
    (page,) = read_by_poppler(_letter(tmp_path / "a.pdf"), 9)
    assert page.text == _SEEN
    assert [leak.text for leak in page.leaks] == [_HIDDEN]


def test_pages_that_the_tree_has_and_its_count_denies_are_read(tmp_path: Path) -> None:
    text = b"<< /Length 44 >>\nstream\nBT /F1 12 Tf 50 700 Td (Page %d is here) Tj ET\nendstream"
    page = b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
    _write(
        tmp_path / "a.pdf",
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 /MediaBox [0 0 612 792] >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [5 0 R 5 0 R 5 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            page % 6,
            text % 1,
            page % 8,
            text % 2,
        ],
    )
    reading = read_pdf(tmp_path / "a.pdf", max_pages=9)
    assert len(reading.pages) == 4
    assert reading.pages[-1].text == "Page 2 is here"
    assert [problem.code for problem in reading.problems] == ["readers_disagree"]
    assert "PDFium: 2 pages" in reading.problems[0].detail
