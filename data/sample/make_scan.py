"""Make signed-form.jpg, the sample's one scanned page: an image of a form, without text.

    python data/sample/make_scan.py

Run only when the page is to look different: engines of other versions render other bytes.
"""

import io

import pypdfium2
from make_sample import SCAN, SCAN_BATES
from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas
from typeset import BOLD, HEIGHT, MARK, REGULAR, RIGHT, WIDTH

_DOTS_PER_INCH = 110
_LINES = (
    "The undersigned has read the nondisclosure agreement that covers the authorization",
    "package of the image analysis service and accepts its terms for the Government.",
    "",
    "This page is the signature page only. The agreement has six pages, which were not",
    "attached to the email.",
)


def main() -> None:
    """Draw the form, render it, and turn it a little, as a feeder does."""
    document = pypdfium2.PdfDocument(_form())
    page = document[0].render(scale=_DOTS_PER_INCH / 72, grayscale=True).to_pil()
    turned = page.rotate(0.7, resample=Image.Resampling.BICUBIC, fillcolor=255)
    aged = turned.filter(ImageFilter.GaussianBlur(0.6)).point(lambda grey: int(18 + grey * 0.9))
    aged.save(SCAN, "JPEG", quality=45)


def _form() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setFont(REGULAR, 8)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 40, MARK)
    canvas.setFont("Times-Bold", 16)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 110, "NONDISCLOSURE AGREEMENT - SIGNATURE PAGE")
    canvas.setFont("Times-Roman", 12)
    for number, line in enumerate(_LINES):
        canvas.drawString(80, HEIGHT - 160 - 18 * number, line)
    for number, label in enumerate(("Name", "Title", "Date", "Signature")):
        y = HEIGHT - 320 - 46 * number
        canvas.drawString(80, y, f"{label}:")
        canvas.line(150, y - 3, 430, y - 3)
    canvas.setFont("Courier-Oblique", 14)
    for number, value in enumerate(("Casper J. Underhill", "Staff Coordinator", "20 MAR 2018")):
        canvas.drawString(160, HEIGHT - 320 - 46 * number, value)
    _sign(canvas, 165, HEIGHT - 462)
    canvas.setFont(BOLD, 9)
    canvas.drawRightString(RIGHT, 30, SCAN_BATES)
    canvas.save()
    return stream.getvalue()


def _sign(canvas: Canvas, x: float, y: float) -> None:
    """Draw a scrawl."""
    canvas.setLineWidth(1.6)
    path = canvas.beginPath()
    path.moveTo(x, y)
    for number in range(9):
        start = x + 22 * number
        path.curveTo(start + 4, y + 30 - 3 * number, start + 14, y - 18 + 2 * number, start + 22, y + 4)
    canvas.drawPath(path)


if __name__ == "__main__":
    main()
