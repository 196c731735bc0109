"""Make PDFs of pictures, as a scanner does, for the tests of OCR."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.typeset import HEIGHT, WIDTH

_DPI = 200
_TOP_PT, _LEADING_PT, _LEFT_PT, _TAB_PT = 60, 16, 50, 180


def draw_page(text: str) -> Image.Image:
    """Return a grey picture of a page of `text`; what follows a tab stands at 180 points."""
    picture = Image.new("L", (round(WIDTH * _DPI / 72), round(HEIGHT * _DPI / 72)), 255)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=_px(11))
    for row, line in enumerate(text.strip("\n").split("\n")):
        for x, part in zip((_LEFT_PT, _TAB_PT), line.split("\t"), strict=False):
            pen.text((_px(x), _px(_TOP_PT + row * _LEADING_PT)), part, font=font, fill=0)
    return picture


def scan_pdf(path: Path, pictures: Sequence[Image.Image], *, layers: Sequence[str] = ()) -> Path:
    """Write a PDF with a picture a page; `layers` are invisible texts above them, set as `draw_page` sets."""
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=True)
    for number, picture in enumerate(pictures):
        size = (HEIGHT, WIDTH) if picture.width > picture.height else (WIDTH, HEIGHT)
        canvas.setPageSize(size)
        content = io.BytesIO()
        picture.save(content, "PNG")
        canvas.drawImage(ImageReader(content), 0, 0, *size)
        if number < len(layers):
            _lay_text(canvas, layers[number])
        canvas.showPage()
    canvas.save()
    return path


def _lay_text(canvas: Canvas, text: str) -> None:
    layer = canvas.beginText()
    layer.setTextRenderMode(3)
    layer.setFont("Helvetica", 11)
    for row, line in enumerate(text.strip("\n").split("\n")):
        for x, part in zip((_LEFT_PT, _TAB_PT), line.split("\t"), strict=False):
            layer.setTextOrigin(x, HEIGHT - _TOP_PT - 10 - row * _LEADING_PT)
            layer.textOut(part)
    canvas.drawText(layer)


def _px(points: float) -> int:
    return round(points * _DPI / 72)
