"""Read header blocks of scanned pages again, for what their old text layer lost or damaged.

The text layers of old scans lose single letters ("To: H": 30 of 39 recipients of one release), margin codes
and the shape of addresses. A block is read from its picture twice, finer the second time; what both readings
agree on is weighed against the text layer by `ingest/ocr/merging.py`.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.headers import Spot, find_header_blocks
from ingest.headers.labels import match_label
from ingest.headers.lexicon import Label
from ingest.ocr.engine import Layout, OcrEngine, OcrPlan, SeenWord, in_points, open_engine, out_of_time
from ingest.ocr.merging import count_words, merge_line
from ingest.ocr.pictures import PagePictures
from ingest.records import Box, Line, PageRecord, Problem, Word
from ingest.redactions import code_redactions, find_codes

log = logging.getLogger(__name__)

_LANGUAGE = "en"  # of the model: it would misread the letters of others
_FINENESS = (200, 300, 250)  # dots an inch; 200 reads best, the others err elsewhere
_STRIP_DPI = 250
_SCANNED = 0.5  # of the page that an image covers where the text layer comes from a scan
_MARGIN = 0.88  # of the page width: right of it stand codes, left of it values
_EDGE = 0.97
_BORDER_PT = 8
_SAME_LINE = 0.6  # of the line height
_STRIP_BORDER_PT = 1.5
_SURE = 0.6  # of a code in the margin

_Readings = tuple[list[SeenWord], ...]  # boxes in points of the page


def read_lost_values(
    pictures: PagePictures, pages: Sequence[PageRecord], plan: OcrPlan
) -> tuple[list[PageRecord], list[Problem]]:
    """Return the pages with the lines of their headers completed and mended from the picture, and what went wrong.

    `pages` have their furniture lifted. Words that were read from the picture say so (`Word.from_ocr`).
    Pages that are no scans, or were read by OCR as a whole, stay as they are, as does a block that
    cannot be read.
    """
    engine = open_engine(plan.choice)
    read = list(pages)
    if engine is None:
        return read, []
    known = count_words([word for page in pages for word in page.words])
    rows = _header_rows(pages)
    ends = time.monotonic() + plan.budget_s
    for index, page in enumerate(pages):
        blocks = rows.get(page.number)
        if not blocks or page.ocr or pictures.look(page.number).image_share <= _SCANNED:
            continue
        if time.monotonic() > ends:
            return read, [out_of_time("The pictures of headers", page.number, plan)]
        try:
            read[index] = _Rereading(pictures, page, engine, known).mend(blocks)
        except Exception:  # the boundary of a page: its text layer is still there
            log.exception("header not read again page=%d", page.number)
    return read, []


def _header_rows(pages: Sequence[PageRecord]) -> dict[int, list[list[int]]]:
    """Return for each page the rows of each English header block, or of its part on that page."""
    spots = [
        Spot(page.number, row, line, page.width_pt)
        for page in pages
        for row, line in enumerate(page.lines)
        if row not in page.furniture
    ]
    found: dict[int, list[list[int]]] = defaultdict(list)
    for block in find_header_blocks(spots):
        if block.language != _LANGUAGE:
            continue
        parts: dict[int, list[int]] = defaultdict(list)
        for spot in spots[block.start : block.end]:
            parts[spot.page].append(spot.row)
        for number, rows in parts.items():
            found[number].append(rows)
    return found


class _Rereading:
    """One scanned page whose header blocks are read again."""

    def __init__(self, pictures: PagePictures, page: PageRecord, engine: OcrEngine, known: dict[str, int]) -> None:
        self._pictures, self._page, self._engine, self._known = pictures, page, engine, known
        self._printed_around = [word.box for row in page.furniture for word in page.lines[row].words]

    def mend(self, blocks: Sequence[Sequence[int]]) -> PageRecord:
        """Return the page with these blocks mended and the margin's codes beside them."""
        lines = list(self._page.lines)
        codes: list[Word] = []
        for rows in blocks:
            readings = self._read_block([lines[row] for row in rows])
            label: Label | None = None
            by_line = [_give_to_lines([lines[row] for row in rows], words) for words in readings]
            for number, row in enumerate(rows):
                beside = tuple(words[number] for words in by_line)
                codes += self._lost_codes(beside)
                match = match_label(lines[row], _LANGUAGE, in_block=True)
                label = match.label if match else label
                lines[row] = self._mend_line(lines[row], label, beside, is_empty=match is not None and not match.value)
        return _with_codes(replace(self._page, lines=tuple(lines)), codes)

    def _mend_line(self, line: Line, label: Label | None, beside: _Readings, *, is_empty: bool) -> Line:
        left = tuple([word for word in words if word.box.x1 < _MARGIN * self._page.width_pt] for words in beside)
        if is_empty:
            left = (*left, self._read_strip(line))
        return merge_line(line, label, left, self._known)

    def _read_block(self, lines: Sequence[Line]) -> _Readings:
        around = Box.around(line.box for line in lines)
        box = Box(around.x0 - _BORDER_PT, around.top - 4, _EDGE * self._page.width_pt, around.bottom + 4)
        return tuple(self._read(box, dpi, Layout.BLOCK) for dpi in _FINENESS)

    def _read_strip(self, line: Line) -> list[SeenWord]:
        """Read what stands right of a label on its own."""
        label = line.words[-1].box
        right = _MARGIN * self._page.width_pt
        box = Box(label.x1 + 2, label.top - _STRIP_BORDER_PT, right, label.bottom + _STRIP_BORDER_PT)
        return self._read(box, _STRIP_DPI, Layout.LINE) if box.x1 > box.x0 else []

    def _read(self, box: Box, dpi: int, layout: Layout) -> list[SeenWord]:
        """Return the words in a part of the page that are not printed around its text."""
        box = Box(max(box.x0, 0), max(box.top, 0), box.x1, box.bottom)
        seen = self._engine.read(self._pictures.draw(self._page.number, dpi, box), layout, dpi=dpi)
        words = (in_points(word, box, dpi) for word in seen)
        return [word for word in words if not any(other.holds_middle_of(word.box) for other in self._printed_around)]

    def _lost_codes(self, beside: _Readings) -> list[Word]:
        """Return exemption codes in the margin that all readings see and the text layer has not."""
        first, *others = ([word for word in words if word.box.x0 > _MARGIN * self._page.width_pt] for words in beside)
        return [
            Word(word.text, word.box, from_ocr=True)
            for word in first
            if find_codes(word.text)
            and word.confidence > _SURE
            and any(word.text == other.text for words in others for other in words)
        ]


def _give_to_lines(lines: Sequence[Line], words: Sequence[SeenWord]) -> list[list[SeenWord]]:
    """Return for each line the words that stand level with it, and with no other better, from left to right."""
    given: list[list[SeenWord]] = [[] for _ in lines]
    for word in sorted(words, key=lambda word: word.box.x0):
        distances = [_distance(line, word.box) for line in lines]
        nearest = min(range(len(lines)), key=distances.__getitem__)
        if distances[nearest] < _SAME_LINE:
            given[nearest].append(word)
    return given


def _distance(line: Line, box: Box) -> float:
    """Return how far a box is from a line's level, in line heights, at its own place of it: scans hang."""
    beside = min(line.words, key=lambda word: _gap(word.box, box)).box
    return abs(box.top + box.bottom - beside.top - beside.bottom) / 2 / max(beside.bottom - beside.top, 1.0)


def _gap(box: Box, other: Box) -> float:
    return max(box.x0 - other.x1, other.x0 - box.x1, 0.0)


def _with_codes(page: PageRecord, codes: Sequence[Word]) -> PageRecord:
    """Put codes of the margin into lines of their own, as furniture."""
    if not codes:
        return page
    lines = (*page.lines, *(Line((code,)) for code in codes))
    furniture = page.furniture | set(range(len(page.lines), len(lines)))
    return replace(
        page, lines=lines, furniture=furniture, redactions=(*page.redactions, *code_redactions(tuple(codes)))
    )
