"""Find the boxes that withhold within scanned pages: outlined white ones and solid black ones.

Only pages that claim an exemption and have no drawn box are looked at: rendering a scan takes 30 ms, a ruled
form looks like a page of empty boxes, and where no code is printed nothing tells the two apart.
Shaded boxes are not found: in a scan of two colours they are patterns of dots, as photographs are.
"""

import logging
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ingest.pictures import Pictures, open_pictures
from ingest.records import Box, PageRecord, Redaction, RedactionShape

log = logging.getLogger(__name__)

_DPI = 100
_PAPER = b"\xff"
_INK = 215  # of 255: thin lines are light grey at this resolution
_SOLID = 90
_LEAST_WIDTH, _LEAST_HEIGHT = 18, 9  # pixels; a bold O has 10 by 10
_LARGEST = 0.9  # of the page's width and height
_NEAR = 2  # pixels by which the ends of a box's edges may miss each other
_TOUCHING = 10  # pixels by which letters beside a black box lengthen its rows
_COVERED = 0.92  # of an edge that must be drawn
_MOST_INK = 0.012  # of the inside of a white box
_AROUND = 5  # pixels outside of a black box that are looked at
_DARK_AROUND = 0.3  # of them that may be dark: other words, another box beside
_MOST_EDGES = 20_000  # of a page: a photograph in dots (a page of words has up to 4,000)
_MOST_BOXES = 60  # of a page: a form
_CLAIMS = (RedactionShape.MARGIN, RedactionShape.CODE, RedactionShape.STAMP)
_DRAWN = (RedactionShape.BOX, RedactionShape.ANNOTATION)


class _Run(NamedTuple):
    """Ink without a gap: its row, first and last column; of a column its first and last row."""

    at: int
    start: int
    end: int


def see_scans(path: Path, pages: Sequence[PageRecord]) -> list[PageRecord]:
    """Return the pages with the boxes that their scans show, where codes claim some."""
    claiming = {page.number for page in pages if _claims_boxes(page)}
    if not claiming:
        return list(pages)
    seen = []
    with open_pictures(path) as pictures:
        for page in pages:
            boxes = _boxes_of(pictures, page) if page.number in claiming else []
            found = (Redaction(None, None, box, RedactionShape.IMAGE) for box in boxes)
            seen.append(replace(page, redactions=(*page.redactions, *found)))
    return seen


def find_boxes(image: Image.Image) -> list[tuple[int, int, int, int]]:
    """Return the boxes in a grey picture of 100 dpi as left, top, right, bottom in pixels."""
    ink = image.point(lambda value: 0 if value < _INK else 255)
    across = _runs(ink, _LEAST_WIDTH)
    down = _runs(ink.transpose(Image.Transpose.TRANSPOSE), _LEAST_HEIGHT)
    if len(across) + len(down) > _MOST_EDGES:
        return []
    outlined = list(_outlined(ink, across, down))
    dark = image.point(lambda value: 0 if value < _SOLID else 255)
    solid = [box for box in _solid(dark) if _stands_on_paper(dark, box)]
    boxes = [box for box in (*outlined, *solid) if _fits(box, image)]
    return boxes if len(boxes) <= _MOST_BOXES else []


def _claims_boxes(page: PageRecord) -> bool:
    shapes = {redaction.shape for redaction in page.redactions}
    return any(shape in shapes for shape in _CLAIMS) and not any(shape in shapes for shape in _DRAWN)


def _boxes_of(pictures: Pictures, page: PageRecord) -> list[Box]:
    try:
        scan = pictures.draw_scan(page.number, dpi=_DPI)
    except Exception:  # whatever PDFium makes of a damaged picture, the page has been read
        log.warning("scan not seen page=%d", page.number, exc_info=True)
        return []
    if scan is None:
        return []
    image, scale = scan
    return [Box(*(side / scale for side in box)) for box in find_boxes(image)]


def _runs(image: Image.Image, least: int) -> list[_Run]:
    """Return the rows' runs of ink that are at least so long, from top to bottom."""
    width, content, wanted = image.width, image.tobytes(), bytes(least)
    found = []
    place = content.find(wanted)  # a regular expression takes four times as long
    while place >= 0:
        end = content.find(_PAPER, place)
        end = end if end >= 0 else len(content)
        row, start = divmod(place, width)
        if start + end - place <= width:  # one that runs over the edge of its row is a black border
            found.append(_Run(row, start, start + end - place - 1))
        place = content.find(wanted, end)
    return found


def _outlined(ink: Image.Image, across: Sequence[_Run], down: Sequence[_Run]) -> Iterator[tuple[int, int, int, int]]:
    """Yield white boxes: two edges down, between two across, with nothing inside."""
    rows = [run.at for run in across]
    columns: dict[int, list[_Run]] = defaultdict(list)
    for run in down:
        for step in range(run.start // 8, run.end // 8 + 1):
            columns[step].append(run)
    for top in across:
        sides = [
            side
            for side in columns[(top.at + 5) // 8]
            if side.start <= top.at + _NEAR and side.end >= top.at + _LEAST_HEIGHT
            and top.start - _NEAR <= side.at <= top.end + _NEAR
        ]  # fmt: skip
        sides.sort(key=lambda side: side.at)
        for left, right in pairwise(sides):
            lowest = min(left.end, right.end) + _NEAR
            if right.at - left.at < _LEAST_WIDTH:
                continue
            below = across[bisect_left(rows, top.at + _LEAST_HEIGHT) : bisect_right(rows, lowest)]
            bottom = next((run.at for run in below if _covers(run, left.at, right.at)), None)
            if bottom is not None and _is_empty(ink, (left.at, top.at, right.at, bottom)):
                yield left.at, top.at, right.at, bottom


def _covers(run: _Run, left: int, right: int) -> bool:
    return min(run.end, right) - max(run.start, left) >= _COVERED * (right - left)


def _is_empty(ink: Image.Image, box: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    inside = ink.crop((left + 3, top + 3, right - 2, bottom - 2))
    if inside.width < 1 or inside.height < 1:
        return False
    return inside.histogram()[0] <= _MOST_INK * inside.width * inside.height


def _solid(dark: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Yield black boxes: rows of runs that begin and end alike."""
    open_boxes: dict[tuple[int, int], tuple[int, int]] = {}  # first and last column → first and last row
    for run in _runs(dark, _LEAST_WIDTH):
        near = next((ends for ends, rows in open_boxes.items() if _goes_on(ends, rows, run)), None)
        first = open_boxes.pop(near)[0] if near else run.at
        ends = (max(near[0], run.start), min(near[1], run.end)) if near else (run.start, run.end)
        open_boxes[ends] = (first, run.at)
        if len(open_boxes) > 4 * _MOST_BOXES:
            for ends in [ends for ends, rows in open_boxes.items() if rows[1] < run.at - 1]:
                first, last = open_boxes.pop(ends)
                if last - first >= _LEAST_HEIGHT:
                    yield ends[0], first, ends[1], last
    for (left, right), (first, last) in open_boxes.items():
        if last - first >= _LEAST_HEIGHT:
            yield left, first, right, last


def _goes_on(ends: tuple[int, int], rows: tuple[int, int], run: _Run) -> bool:
    """Tell whether a run is the next row of a black box, letters that touch it included."""
    return run.at == rows[1] + 1 and abs(ends[0] - run.start) <= _TOUCHING and abs(ends[1] - run.end) <= _TOUCHING


def _stands_on_paper(dark: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Tell a black box from a stretch of a dark photograph: around the box it is light."""
    left, top, right, bottom = box
    x0, y0 = max(left - _AROUND, 0), max(top - _AROUND, 0)
    outer = dark.crop((x0, y0, min(right + _AROUND + 1, dark.width), min(bottom + _AROUND + 1, dark.height)))
    around = outer.width * outer.height - (right - left + 1) * (bottom - top + 1)
    darkness = outer.histogram()[0] - dark.crop((left, top, right + 1, bottom + 1)).histogram()[0]
    return darkness <= _DARK_AROUND * around


def _fits(box: tuple[int, int, int, int], image: Image.Image) -> bool:
    left, top, right, bottom = box
    return right - left < _LARGEST * image.width and bottom - top < _LARGEST * image.height
