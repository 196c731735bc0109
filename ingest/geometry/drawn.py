"""What pdfplumber sees on a page: filled shapes, letters and annotations, in the order in which they are painted."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTItem
from pdfminer.pdftypes import resolve1
from pdfplumber.page import Page

from ingest.colours import Colour, read_colour
from ingest.pages import build_lines
from ingest.records import Box, PageRecord, Word

_HIDDEN_FLAGS = 0x2 | 0x20  # Hidden, NoView (PDF 32000-1, 12.5.3)
_COVERING = {"Redact", "Square", "Polygon", "Highlight", "FreeText"}
_LAST = 1 << 30  # annotations are painted after the page
_OPAQUE = 0.9
_WORD_GAP = 0.12  # of the letters' size: at pdfplumber's own 3 points small print loses its blanks
_UNKNOWN_LETTER = re.compile(r"\(cid:\d+\)|[\ud800-\udfff]")  # pdfminer's words for a letter without a name


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled shape, an image or an annotation that covers what was painted before it."""

    box: Box
    colour: Colour | None  # None: unknown, as of an image
    order: int  # among all that is painted on the page
    outlined: bool = False  # by a dark line
    label: str = ""  # of an annotation: what it shows on itself
    is_annotation: bool = False
    is_pending: bool = False  # says what is to go, and PDFium paints nothing over it (app/web/drawing.py does)
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the text layer."""

    text: str
    box: Box
    colour: Colour | None
    order: int


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """What is painted on a page, in points from the top left corner of the page as it is shown."""

    number: int
    width_pt: float
    height_pt: float
    fills: tuple[Fill, ...]
    letters: tuple[Letter, ...]
    notes: tuple[Box, ...]  # annotations that print text of their own


@contextmanager
def open_drawn(path: Path, numbers: Sequence[int] | None) -> Iterator[Iterator[tuple[int, Page]]]:
    """Give the pages of these numbers, from 1, as pdfplumber has them; each is closed when the next one is asked for.

    None: all pages.

    Raises whatever pdfminer is led to by a broken file.
    """
    with pdfplumber.open(path, pages=None if numbers is None else sorted(numbers)) as document:
        yield _one_by_one(document.pages)


def _one_by_one(pages: Sequence[Page]) -> Iterator[tuple[int, Page]]:
    for page in pages:
        try:
            yield page.page_number, page
        finally:
            page.close()  # otherwise a 1,000-page PDF costs 6.9 GB instead of 53 MB


def read_drawn(page: Page) -> DrawnPage:
    """Return what is painted on a page; reading pdfminer's layout itself is twice as fast as pdfplumber's objects."""
    frame = _Frame(page)
    fills: list[Fill] = []
    letters: list[Letter] = []
    for order, thing in enumerate(_every(page.layout)):
        if isinstance(thing, LTChar):
            if thing.get_text().strip():
                letters.append(
                    Letter(thing.get_text(), frame.box(thing), read_colour(thing.graphicstate.ncolor), order)
                )
        elif isinstance(thing, LTImage):
            fills.append(Fill(frame.box(thing), None, order, is_image=True))
        elif isinstance(thing, LTCurve) and thing.fill:
            line = read_colour(thing.stroking_color) if thing.stroke else None
            is_outlined = line is not None and line.luminance < 0.5
            fills.append(Fill(frame.box(thing), read_colour(thing.non_stroking_color), order, is_outlined))
    notes: list[Box] = []
    for kind, box, entry in _annotations(page, frame):
        fill = _covering(kind, box, entry, _LAST + len(fills))
        if fill:
            fills.append(fill)
        if kind == "FreeText":
            notes.append(box)
    width, height = float(page.width), float(page.height)
    return DrawnPage(page.page_number, width, height, tuple(fills), tuple(letters), tuple(notes))


def read_plain(path: Path, last: int) -> Iterator[PageRecord]:
    """Yield the pages up to number `last` with the words that pdfminer reads; it finds them where the table is lost.

    Raises whatever pdfminer is led to by a broken file.
    """
    with open_drawn(path, None) as pages:
        for number, page in islice(pages, last):
            lines = tuple(build_lines(read_words(page)))
            yield PageRecord(number, float(page.width), float(page.height), lines)


def read_words(page: Page) -> list[Word]:
    """Return the words that pdfminer reads on a page, with their boxes."""
    frame = _Frame(page)
    words = []
    for found in page.dedupe_chars().extract_words(x_tolerance_ratio=_WORD_GAP):
        text = "".join(_UNKNOWN_LETTER.sub("", found["text"]).split())
        if text:
            words.append(Word(text, frame.shifted(found, page)))
    return words


def _every(layout: LTContainer[Any]) -> Iterator[LTItem]:
    """Yield what is painted, also within forms, in order."""
    stack: list[Iterator[LTItem]] = [iter(layout)]
    while stack:
        thing = next(stack[-1], None)
        if thing is None:
            stack.pop()
        elif isinstance(thing, LTContainer):
            stack.append(iter(thing))
        else:
            yield thing


class _Frame:
    """Turns pdfminer's coordinates into points from the top left corner of the page as PDFium shows it."""

    def __init__(self, page: Page) -> None:
        self._height = float(page.height)
        media, crop = page.page_obj.mediabox, page.page_obj.cropbox
        left, bottom = max(crop[0] - media[0], 0.0), max(crop[1] - media[1], 0.0)
        right, top = max(media[2] - crop[2], 0.0), max(media[3] - crop[3], 0.0)
        hidden = {90: (bottom, left), 180: (right, bottom), 270: (top, right)}  # clockwise (PDF 32000-1, 7.7.3.3)
        self._left, self._top = hidden.get(page.rotation % 360, (left, top))

    def box(self, thing: Any) -> Box:
        x0, y0, x1, y1 = thing.bbox
        top, bottom = self._height - y1, self._height - y0
        return Box(x0 - self._left, top - self._top, x1 - self._left, bottom - self._top)

    def shifted(self, thing: dict[str, Any], page: Page) -> Box:
        left, top = page.mediabox[0] + self._left, page.mediabox[1] + self._top
        return Box(thing["x0"] - left, thing["top"] - top, thing["x1"] - left, thing["bottom"] - top)


def _annotations(page: Page, frame: _Frame) -> Iterator[tuple[str, Box, dict[str, Any]]]:
    """Yield the kind, place and dictionary of each annotation that is shown."""
    for annotation in page.annots:
        entry = annotation.get("data") or {}
        kind = str(getattr(entry.get("Subtype"), "name", ""))
        flags = resolve1(entry.get("F"))
        if isinstance(flags, int) and flags & _HIDDEN_FLAGS:
            continue
        yield kind, frame.shifted(annotation, page), entry


def _covering(kind: str, box: Box, entry: dict[str, Any], order: int) -> Fill | None:
    """Return what an annotation covers; None if what lies under it is seen through it."""
    if kind not in _COVERING:
        return None
    opacity = resolve1(entry.get("CA"))
    if isinstance(opacity, int | float) and opacity < _OPAQUE:
        return None
    inner = entry.get("C") if kind in ("Highlight", "FreeText") else entry.get("IC")
    colour = read_colour(inner) if inner else None
    label = _text(entry.get("OverlayText")) or _text(entry.get("Contents"))
    if kind == "Redact" or (kind == "Polygon" and colour and "AP" not in entry):
        return Fill(box, colour, order, label=label, is_annotation=True, is_pending=True)
    if colour is None or (kind == "Highlight" and not colour.is_dark):
        return None
    return Fill(box, colour, order, label=label, is_annotation=True)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16" if value[:2] in (b"\xfe\xff", b"\xff\xfe") else "latin-1", "replace")
    return value if isinstance(value, str) else ""
