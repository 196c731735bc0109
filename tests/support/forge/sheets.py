"""Sheets of paper with words and boxes at their places, and the PDF made of them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pypdfium2
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.forge.noise import Misreader

Role = Literal["label", "value", "body", "furniture"]
Order = Literal["lines", "labels_first", "values_first"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words drawn in one go."""

    x: float
    y: float  # of the base line, from the top
    text: str
    font: str
    size: float
    role: Role = "body"
    head: int = 0  # number of the header block that it belongs to


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle: a redaction box, or a rule."""

    x: float
    top: float
    width: float
    height: float
    fill: float | None  # grey from 0, black, to 1, white; None: not filled
    outline: bool = False


@dataclass(slots=True)
class Sheet:
    """One page."""

    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    lines: int = 0  # so far, furniture above the text included
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """How the sheets become a file."""

    order: Order = "lines"  # in which the words of a head are drawn
    scanned: bool = False  # a picture over an invisible text layer
    misreader: Misreader | None = None  # what OCR makes of the words of a scan


def bind_sheets(sheets: Sequence[Sheet], finish: Finish) -> bytes:
    """Return a PDF of these sheets."""
    content = io.BytesIO()
    canvas = Canvas(content, invariant=True)
    for sheet in sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        if finish.scanned:
            canvas.drawImage(ImageReader(_photograph(sheet)), 0, 0, sheet.width, sheet.height)
            _draw_words(canvas, sheet, finish, visible=False)
        else:
            _draw_patches(canvas, sheet)
            _draw_words(canvas, sheet, finish, visible=True)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def _draw_patches(canvas: Canvas, sheet: Sheet) -> None:
    for patch in sheet.patches:
        canvas.setFillGray(1.0 if patch.fill is None else patch.fill)
        canvas.setLineWidth(0.7)
        bottom = sheet.height - patch.top - patch.height
        canvas.rect(
            patch.x, bottom, patch.width, patch.height, stroke=int(patch.outline), fill=int(patch.fill is not None)
        )


def _draw_words(canvas: Canvas, sheet: Sheet, finish: Finish, *, visible: bool) -> None:
    for piece in _ordered(sheet.pieces, finish.order):
        text = piece.text
        if finish.misreader is not None and not visible:
            text = finish.misreader.read(text, is_label=piece.role == "label")
        if not text:
            continue
        line = canvas.beginText(piece.x, sheet.height - piece.y)
        line.setFont(piece.font, piece.size)
        line.setTextRenderMode(0 if visible else 3)
        line.setFillGray(0)
        line.textOut(text)
        canvas.drawText(line)


def _ordered(pieces: Sequence[Piece], order: Order) -> list[Piece]:
    """Return the pieces as the text layer has them: a head's labels in one run, its values in another."""
    if order == "lines":
        return list(pieces)
    first = "label" if order == "labels_first" else "value"
    ordered: list[Piece] = []
    index = 0
    while index < len(pieces):
        head = pieces[index].head
        end = index
        while end < len(pieces) and pieces[end].head == head:
            end += 1
        block = pieces[index:end]
        ordered += sorted(block, key=lambda piece: piece.role != first) if head else block
        index = end
    return ordered


def _photograph(sheet: Sheet) -> io.BytesIO:
    """Return the sheet as a scanner sees it."""
    clean = bind_sheets([sheet], Finish())
    document = pypdfium2.PdfDocument(clean)
    picture = document[0].render(scale=100 / 72, grayscale=True).to_pil()
    document.close()
    content = io.BytesIO()
    picture.save(content, "PNG")
    content.seek(0)
    return content
