"""Pictures of pages and of parts of them, drawn by PDFium; and what a page is made of."""

import ctypes
import math
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ingest.records import Box

_PT_PER_INCH = 72
_MOST_PIXELS = 40_000_000  # a picture; a page that is larger is drawn coarser
_MOST_OBJECTS = 20_000  # looked at on a page


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands on a page beside the words that can be copied from it."""

    image_share: float  # of the page that its largest image covers, 0 to 1
    paths: int
    texts: int  # pieces of text, whether or not their letters are known


class PagePictures:
    """Draws the pages of an open PDF in grey; page numbers count from 1, boxes are in points from the top left."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document

    def draw(self, number: int, dpi: int, box: Box | None = None) -> Image.Image:
        """Return a page, or the part of it within `box`, as a grey picture."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            part = box or Box(0, 0, width, height)
            scale = min(dpi / _PT_PER_INCH, _largest_scale(part))
            edges = (part.x0, height - part.bottom, width - part.x1, part.top)  # left, bottom, right, top
            bitmap = page.render(scale=scale, crop=tuple(max(0.0, edge) for edge in edges), grayscale=True)
            picture: Image.Image = bitmap.to_pil().convert("L")
            return picture
        finally:
            page.close()

    def look(self, number: int) -> PageContent:
        """Return what a page is made of."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            return _count(page.raw, width * height)
        finally:
            page.close()


def _largest_scale(box: Box) -> float:
    return math.sqrt(_MOST_PIXELS / max((box.x1 - box.x0) * (box.bottom - box.top), 1.0))


def _count(page: pdfium.FPDF_PAGE, area: float) -> PageContent:
    image_area, paths, texts = 0.0, 0, 0
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        shape = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(shape)
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):  # a form mostly wraps a scan
            image_area = max(image_area, _area(shape))
        paths += kind == pdfium.FPDF_PAGEOBJ_PATH
        texts += kind == pdfium.FPDF_PAGEOBJ_TEXT
    return PageContent(min(image_area / max(area, 1.0), 1.0), paths, texts)


def _area(shape: pdfium.FPDF_PAGEOBJECT) -> float:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shape, *(ctypes.byref(side) for side in sides)):
        return 0.0
    left, bottom, right, top = (side.value for side in sides)
    return max(right - left, 0.0) * max(top - bottom, 0.0)
