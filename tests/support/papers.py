"""Real PDFs for tests of page images."""

import io
from collections.abc import Sequence

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

_LEADING_PT = 16


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
