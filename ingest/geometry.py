"""What pdfplumber sees on a page: filled boxes and annotations that withhold, and text left under them."""

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import pdfplumber
from pdfplumber.page import Page

from ingest.records import Box, Line, PageRecord, Redaction, Word
from ingest.redactions import find_codes

log = logging.getLogger(__name__)

_Thing = TypeVar("_Thing")

_SMALLEST_PT = 5.0  # a box less wide or high is a rule or a speck
_LARGEST = 0.85  # of the page's width and height: a larger box is a background
_DARK = 0.35  # luminance below which a fill hides dark text
_WHITE = 0.97
_MOST_BOXES = 2_000  # on a page: a drawing, not redactions
_MOST_LETTERS = 100_000
_REDACTING_ANNOTATIONS = {"Redact", "Square"}


@dataclass(frozen=True, slots=True)
class _Filled:
    box: Box
    luminance: float
    outlined: bool


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page with its redaction boxes, without the words that lay hidden under them."""

    page: PageRecord
    hidden_words: int  # dark text left under dark boxes: taken out


def see_boxes(path: Path, pages: Mapping[int, PageRecord]) -> Iterator[SeenPage]:
    """Look at the boxes of the given pages, by their numbers; a page that pdfplumber cannot read stays as it is."""
    try:
        document = pdfplumber.open(path, pages=sorted(pages))
    except Exception:  # pdfminer raises whatever a broken file leads it to; PDFium has read the text already
        log.warning("boxes not seen file=%s", path.name, exc_info=True)
        return
    with document:
        for page in document.pages:
            try:
                yield _see_page(page, pages[page.page_number])
            except Exception:
                log.warning("boxes not seen file=%s page=%d", path.name, page.page_number, exc_info=True)
            finally:
                page.close()  # otherwise a 1,000-page PDF costs 6.9 GB instead of 53 MB


def _see_page(page: Page, record: PageRecord) -> SeenPage:
    boxes = [*_filled_boxes(page), *_annotation_boxes(page)]
    if len(boxes) > _MOST_BOXES or len(page.chars) > _MOST_LETTERS:
        log.warning("boxes not weighed page=%d boxes=%d letters=%d", page.page_number, len(boxes), len(page.chars))
        return SeenPage(record, 0)
    words = _ByHeight((word, word.box) for word in record.words)
    dark_letters = _ByHeight(
        (None, Box(char["x0"], char["top"], char["x1"], char["bottom"]))
        for char in page.chars
        if _luminance(char.get("non_stroking_color")) < _DARK
    )
    redactions: list[Redaction] = []
    hidden: set[Word] = set()
    for filled in _outermost(boxes):
        inside = words.within(filled.box)
        codes = find_codes(" ".join(word.text for word in inside)) if inside else []
        if codes:
            redactions.extend(Redaction(code, printed, filled.box) for code, printed in codes)
        elif filled.luminance < _DARK and inside:
            covered = {word for word in inside if dark_letters.within(word.box)}
            hidden |= covered
            if covered:
                redactions.append(Redaction(None, None, filled.box))
        elif not inside and (filled.luminance < _WHITE or filled.outlined):
            redactions.append(Redaction(None, None, filled.box))
    lines = _without(record.lines, hidden) if hidden else record.lines
    return SeenPage(replace(record, lines=lines, redactions=(*record.redactions, *redactions)), len(hidden))


def _filled_boxes(page: Page) -> Iterator[_Filled]:
    for shape in [*page.rects, *page.curves]:
        box = Box(shape["x0"], shape["top"], shape["x1"], shape["bottom"])
        if shape.get("fill") and _is_box(box, page):
            outlined = bool(shape.get("stroke")) and _luminance(shape.get("stroking_color")) < _DARK
            yield _Filled(box, _luminance(shape.get("non_stroking_color")), outlined)


def _annotation_boxes(page: Page) -> Iterator[_Filled]:
    for annotation in page.annots:
        data = annotation.get("data") or {}
        kind = str(getattr(data.get("Subtype"), "name", ""))
        box = Box(annotation["x0"], annotation["top"], annotation["x1"], annotation["bottom"])
        if kind in _REDACTING_ANNOTATIONS and "IC" in data and _is_box(box, page):
            yield _Filled(box, _luminance(data["IC"]), outlined=False)


def _is_box(box: Box, page: Page) -> bool:
    width, height = box.x1 - box.x0, box.bottom - box.top
    if min(width, height) < _SMALLEST_PT:
        return False
    return width < _LARGEST * float(page.width) or height < _LARGEST * float(page.height)


def _outermost(boxes: Sequence[_Filled]) -> list[_Filled]:
    """Leave out boxes drawn twice, as a fill and an outline."""
    kept: list[_Filled] = []
    for filled in sorted(boxes, key=lambda filled: -(filled.box.x1 - filled.box.x0)):
        if not any(_same(filled.box, other.box) for other in kept):
            kept.append(filled)
    return kept


def _same(box: Box, other: Box) -> bool:
    return all(abs(side - other_side) < 2 for side, other_side in zip(box, other, strict=True))


class _ByHeight(Generic[_Thing]):
    """Things on a page, found by where their middles stand without looking at all of them."""

    def __init__(self, placed: Iterable[tuple[_Thing, Box]]) -> None:
        places = sorted(
            (((box.top + box.bottom) / 2, (box.x0 + box.x1) / 2, thing) for thing, box in placed),
            key=lambda place: place[0],
        )
        self._heights = [place[0] for place in places]
        self._places = places

    def within(self, box: Box) -> list[_Thing]:
        """Return the things whose middle lies in the box, from top to bottom."""
        start, end = bisect_left(self._heights, box.top), bisect_right(self._heights, box.bottom)
        return [thing for _, x, thing in self._places[start:end] if box.x0 <= x <= box.x1]


def _without(lines: Sequence[Line], hidden: set[Word]) -> tuple[Line, ...]:
    kept = (tuple(word for word in line.words if word not in hidden) for line in lines)
    return tuple(Line(words) for words in kept if words)


def _luminance(colour: object) -> float:
    """Return how light a PDF colour is: 0 black, 1 white; an unknown one counts as black, PDF's default."""
    parts = [colour] if isinstance(colour, int | float) else list(colour) if isinstance(colour, list | tuple) else []
    numbers = [float(part) for part in parts if isinstance(part, int | float)]
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 3:
        return 0.299 * numbers[0] + 0.587 * numbers[1] + 0.114 * numbers[2]
    if len(numbers) == 4:
        cyan, magenta, yellow, black = numbers
        return (1 - black) * (1 - (0.299 * cyan + 0.587 * magenta + 0.114 * yellow))
    return 0.0
