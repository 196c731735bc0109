"""Real PDFs for tests of page images."""

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

_LEADING_PT = 16
_LINE = b"0 0 m 600 700 l 5 900 l 700 3 l S\n"


def print_pages(pages: Sequence[str], *, colour: Color = black) -> bytes:
    """Return a PDF of these pages on US letter paper; words stand where `tests.support.seed` says they do."""
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=letter, invariant=True)
    for text in pages:
        canvas.setFillColor(colour)
        canvas.setFont("Helvetica", 9)
        for row, line in enumerate(text.splitlines()):
            for column, word in enumerate(line.split()):
                canvas.drawString(73 + column * 40, 792 - 82 - row * _LEADING_PT, word)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def print_slow_page(folder: Path) -> Path:
    """Write a PDF whose page takes seconds to draw, and return where it is."""
    path = folder / "slow.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.Contents = pdf.make_stream(_LINE * 200_000)
        pdf.save(path)
    return path
