"""Set pages for the tests of the reading stages: as values, or as real PDFs."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from ingest.headers import Spot
from ingest.records import Box, Line, PageRecord, Word

_LETTER_PT = 5.0
_LINE_PT = 12.0
_LEFT = 50.0
_TAB = 180.0
WIDTH, HEIGHT = 612.0, 792.0
# An email that quotes another, with its {subject} open.
PRINTED_REPLY = """From:\tRoe, Jane <jane@state.gov>
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann
Subject:\t{subject}

We meet at noon.
The plumber comes too.
He brings the pipes.

From: Poe, Ann
Sent: Monday, November 12, 2012 1:02 PM
To: Roe, Jane
Subject: Noon

Shall we meet?"""


def set_line(text: str, top: float, left: float = _LEFT) -> Line:
    """Return a line in which a letter is 5 points wide; what follows a tab stands at 180 points."""
    words: list[Word] = []
    for column, part in enumerate(text.split("\t")):
        x = left if column == 0 else _TAB + (column - 1) * 220
        for word in part.split():
            words.append(Word(word, Box(x, top, x + _LETTER_PT * len(word), top + 10)))
            x += _LETTER_PT * (len(word) + 1)
    return Line(tuple(words))


def set_page(number: int, text: str, *, top: float = 100.0) -> PageRecord:
    """Return a page with one line of `text` a line, 12 points apart; an empty line leaves a gap."""
    lines = []
    for row, line in enumerate(text.strip("\n").split("\n")):
        if line.strip():
            indent = len(line) - len(line.lstrip(" "))
            lines.append(set_line(line.strip(" "), top + row * _LINE_PT, _LEFT + indent * _LETTER_PT))
    return PageRecord(number, WIDTH, HEIGHT, tuple(lines))


def set_spots(text: str) -> list[Spot]:
    """Return the lines of one page as the header machine sees them."""
    page = set_page(1, text)
    return [Spot(1, row, line, WIDTH) for row, line in enumerate(page.lines)]


def print_pdf(path: Path, pages: Sequence[str]) -> Path:
    """Write a real PDF with these pages of text; what follows a tab stands at a tab stop."""
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=True)
    for text in pages:
        canvas.setFont("Helvetica", 10)
        for row, line in enumerate(text.strip("\n").split("\n")):
            for column, part in enumerate(line.split("\t")):
                x = _LEFT if column == 0 else _TAB + (column - 1) * 220
                canvas.drawString(x, HEIGHT - 60 - row * 14, part)
        canvas.showPage()
    canvas.save()
    return path
