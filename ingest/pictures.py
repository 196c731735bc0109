"""A page as a picture: whether a place on it is plain, and scans in which boxes are looked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from ingest.colours import Colour
from ingest.records import Box

_DPI = 100
_LARGEST_PX = 4_000_000
_SCAN = 0.8  # of the page that an image fills
_NEAR = 60  # of 255: how far a pixel may be from the colour of the box
_PLAIN = 0.85  # of the pixels: letters that are seen take more than the rest
_DARK_PLAIN = 0.6  # letters on paper leave at most half of it dark; hatching on a black box leaves two thirds
_BLANK = 0.99  # letters that nothing is known of take more than the rest, however thin they are
_DARK = 100  # of 255
_LEAST_LEFT = 0.15  # of a word's pixels beside what else is printed there: less proves nothing


class Picture:
    """A page as PDFium draws it, asked in the page's points."""

    def __init__(self, image: Image.Image, scale: float) -> None:
        self._image = image.convert("RGB")
        self._scale = scale

    def is_plain(self, boxes: Sequence[Box], colour: Colour | None, *, apart_from: Sequence[Box]) -> bool:
        """Tell whether places have this colour all over, or any one if it is None; `apart_from` is not looked at."""
        near = looked_at = area = 0
        for box in boxes:
            counts = self._count(box, colour, apart_from)
            near, looked_at, area = near + counts[0], looked_at + counts[1], area + counts[2]
        least = _DARK_PLAIN if colour and colour.is_dark else _PLAIN
        return looked_at <= _LEAST_LEFT * area or near >= least * looked_at

    def is_blank(self, box: Box, *, or_marked: bool = False) -> bool:
        """Tell whether a place shows one colour and nothing else; `or_marked`: or a dark one and a few marks on it."""
        place = self._pixels(box)
        if place[0] >= place[2] or place[1] >= place[3]:
            return False  # beyond the page's edge
        grey = self._image.crop(place).convert("L").histogram()
        most = max(range(256), key=grey.__getitem__)
        near = sum(grey[max(most - _NEAR, 0) : most + _NEAR + 1])
        return near >= (_DARK_PLAIN if or_marked and most < _DARK else _BLANK) * sum(grey)

    def _count(self, box: Box, colour: Colour | None, apart_from: Sequence[Box]) -> tuple[int, int, int]:
        """Return how many of a place's pixels have the colour, are looked at, and there are."""
        place = self._pixels(box)
        width, height = place[2] - place[0], place[3] - place[1]
        if width <= 0 or height <= 0:
            return 0, 0, 0  # beyond the page's edge
        part = self._image.crop(place)
        mask = Image.new("L", part.size, 255)
        draw = ImageDraw.Draw(mask)
        for other in apart_from:
            x0, top, x1, bottom = self._pixels(other)
            if x0 < place[2] and x1 > place[0] and top < place[3] and bottom > place[1]:
                draw.rectangle((x0 - place[0] - 1, top - place[1] - 1, x1 - place[0] + 1, bottom - place[1] + 1), 0)
        wanted = _most_frequent(part) if colour is None else tuple(round(255 * one) for one in colour)
        return _near(part, wanted, mask), mask.histogram()[255], width * height

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        width, height = self._image.size
        x0, top = max(int(box.x0 * self._scale), 0), max(int(box.top * self._scale), 0)
        return x0, top, min(round(box.x1 * self._scale), width), min(round(box.bottom * self._scale), height)


class Pictures:
    """Draws the pages of one file, which stays open."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document

    def draw(self, number: int, *, dpi: int = _DPI) -> Picture:
        """Return page `number`, from 1, as a picture, with its annotations.

        Raises:
            pypdfium2.PdfiumError: it cannot be loaded.
        """
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = min(dpi / 72, (_LARGEST_PX / max(width * height, 1.0)) ** 0.5)
            return Picture(page.render(scale=scale).to_pil(), scale)
        finally:
            page.close()

    def draw_scan(self, number: int, *, dpi: int) -> tuple[Image.Image, float] | None:
        """Return page `number`, from 1, in grey and its pixels a point; None if no image fills the page.

        Raises:
            pypdfium2.PdfiumError: it cannot be loaded.
        """
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = dpi / 72
            if width * height * scale**2 > _LARGEST_PX or not _is_scan(page, width * height):
                return None
            return page.render(scale=scale, grayscale=True).to_pil().convert("L"), scale
        finally:
            page.close()


@contextmanager
def open_pictures(path: Path) -> Iterator[Pictures]:
    """Open a PDF that PDFium has read before, for drawing."""
    document = pypdfium2.PdfDocument(path)
    if document.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
        document.init_forms()  # what `ingest/pages` reads of forms must be seen, or it would be held to be hidden
    try:
        yield Pictures(document)
    finally:
        document.close()


def _is_scan(page: pypdfium2.PdfPage, area: float) -> bool:
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > _SCAN * area:
            return True
    return False


def _most_frequent(image: Image.Image) -> tuple[int, ...]:
    return tuple(max(range(256), key=band.histogram().__getitem__) for band in image.split())


def _near(image: Image.Image, colour: tuple[int, ...], mask: Image.Image) -> int:
    """Return how many of the masked pixels are near a colour."""
    distances = ImageChops.difference(image, Image.new("RGB", image.size, colour))
    red, green, blue = distances.split()
    farthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(farthest.histogram(mask)[: _NEAR + 1])
