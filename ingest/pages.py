"""Read a PDF's pages: words with their boxes by PDFium, lines rebuilt from the boxes.

The text stream of a release is not its reading order: on 52 of 275 real first pages all labels of the
header come before all values. Only the places of the words tell which value stands beside which label.
"""

import ctypes
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from app.errors import LockedFileError, UnreadableFileError
from ingest.records import Box, Line, PageRecord, Word

log = logging.getLogger(__name__)

_WRONG_PASSWORD = "password"
_REPLACEMENTS = str.maketrans({"\u00a0": " ", "\u00ad": "-", "\ufffe": "-", "\u200b": "", "\ufeff": ""})
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_DEEPEST_FORM = 5  # forms within forms: hostile files nest them without end
_MOST_SHAPES = 100_000  # and repeat them
_NEARLY_WHITE = 240  # of 255: such text may be meant to be hidden
_BOX_PT = 4  # a drawn shape thinner than this is a rule
_WORD_GAP = 0.6  # of the character height: a wider gap between two characters parts words
_LEAST_HEIGHT_PT = 4.0
_FARTHEST_PT = 100_000  # from the page's edge: damaged files place words beyond all measure
_TWICE = 0.3  # of its width: a letter printed again within is the same one
_SAME_LINE = 0.45  # of the word height: how far the middles of neighbours on one line may lie apart


@contextmanager
def open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF for reading.

    Raises:
        LockedFileError: it opens only with a password.
        UnreadableFileError: PDFium finds no document in it.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if _WRONG_PASSWORD in str(error).lower():
            raise LockedFileError(
                "The PDF opens only with a password. Remove the password and ingest it again."
            ) from error
        raise UnreadableFileError(
            f"This is no readable PDF ({error}). Is the download complete? Ask for the file again."
        ) from error
    try:
        yield document
    finally:
        document.close()


def read_page(document: pypdfium2.PdfDocument, number: int) -> tuple[PageRecord, bool]:
    """Return page `number` (from 1) with its lines in reading order, and whether boxes are drawn on it.

    A scan has no lines. Boxes are what `ingest/geometry.py` should look at.

    Raises:
        UnreadableFileError: the page cannot be loaded.
    """
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(f"Page {number} cannot be loaded ({error}).") from error
    try:
        width, height = page.get_size()
        words = _read_words(page)
        drawn = _has_boxes(page)
    finally:
        page.close()
    return PageRecord(number, width, height, tuple(build_lines(words))), drawn


def build_lines(words: Sequence[Word]) -> list[Line]:
    """Group words into lines from top to bottom.

    Words are followed from left to right: each joins the line whose last word stands level with it.
    So a scan that hangs a little keeps its lines, and a label finds its value across a wide gap.
    """
    rows = _Rows()
    for word in sorted(words, key=lambda word: (word.box.x0, word.box.top)):
        rows.add(word)
    lines = [Line(tuple(row)) for row in rows.every]
    return sorted(lines, key=lambda line: (_middle(line.words[0].box), line.words[0].box.x0))


class _Rows:
    """Rows of words that grow to the right, found by the height at which each ends."""

    def __init__(self) -> None:
        self.every: list[list[Word]] = []
        self._at: dict[int, list[int]] = defaultdict(list)  # height in steps → rows whose last word is there

    def add(self, word: Word) -> None:
        """Put a word at the end of the row that it stands level with, or begin a row."""
        number = self._find(word)
        if number is None:
            number = len(self.every)
            self.every.append([])
        else:
            self._at[_step(_middle(self.every[number][-1].box))].remove(number)
        self.every[number].append(word)
        self._at[_step(_middle(word.box))].append(number)

    def _find(self, word: Word) -> int | None:
        middle, height = _middle(word.box), max(word.box.bottom - word.box.top, _LEAST_HEIGHT_PT)
        best, best_distance = None, 0.0
        for step in range(_step(middle - _SAME_LINE * height), _step(middle + _SAME_LINE * height) + 1):
            for number in self._at.get(step, ()):
                last = self.every[number][-1].box
                distance = abs(_middle(last) - middle)
                limit = _SAME_LINE * min(height, max(last.bottom - last.top, _LEAST_HEIGHT_PT))
                if distance <= limit and word.box.x0 >= last.x1 - limit and (best is None or distance < best_distance):
                    best, best_distance = number, distance
        return best


def _step(height_pt: float) -> int:
    return int(max(-_FARTHEST_PT, min(_FARTHEST_PT, height_pt)) // 4)


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _read_words(page: pypdfium2.PdfPage) -> list[Word]:
    text_page = page.get_textpage()
    try:
        return list(_words_of(text_page.raw, text_page.count_chars(), _Frame(page)))
    finally:
        text_page.close()


def _has_boxes(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a path larger than a rule, an annotation or white text is on the page (0.6 ms, pdfplumber 31)."""
    if pdfium.FPDFPage_GetAnnotCount(page.raw) > 0:
        return True
    return any(_may_hide(shape) for shape in _shapes(page))


def _shapes(page: pypdfium2.PdfPage) -> Iterator[pdfium.FPDF_PAGEOBJECT]:
    """Yield what is painted on the page, also within forms: a court's stamp wraps a whole page in one."""
    objects = [pdfium.FPDFPage_GetObject(page.raw, n) for n in range(pdfium.FPDFPage_CountObjects(page.raw))]
    for depth in range(_DEEPEST_FORM):
        forms = []
        for shape in objects:
            if pdfium.FPDFPageObj_GetType(shape) == pdfium.FPDF_PAGEOBJ_FORM and depth + 1 < _DEEPEST_FORM:
                forms.append(shape)
            else:
                yield shape
        within = (
            pdfium.FPDFFormObj_GetObject(form, n)
            for form in forms
            for n in range(pdfium.FPDFFormObj_CountObjects(form))
        )
        objects = list(islice(within, _MOST_SHAPES))


def _may_hide(shape: pdfium.FPDF_PAGEOBJECT) -> bool:
    kind = pdfium.FPDFPageObj_GetType(shape)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        parts = [ctypes.c_uint() for _ in range(4)]
        is_read = pdfium.FPDFPageObj_GetFillColor(shape, *(ctypes.byref(part) for part in parts))
        return bool(is_read) and min(part.value for part in parts[:3]) >= _NEARLY_WHITE
    if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM):
        return False
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shape, *(ctypes.byref(side) for side in sides)):
        return False
    left, bottom, right, top = (side.value for side in sides)
    return right - left > _BOX_PT and top - bottom > _BOX_PT


class _Frame:
    """Turns PDF coordinates into points from the top left corner of the page as it is shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self.rotation = page.get_rotation()
        left, bottom, right, top = page.get_cropbox()
        self.left, self.bottom, self.right, self.top = left, bottom, right, top

    def box(self, rect: pdfium.FS_RECTF) -> Box:
        x0, x1 = rect.left - self.left, rect.right - self.left
        low, high = rect.bottom - self.bottom, rect.top - self.bottom
        if self.rotation == 90:
            return Box(low, x0, high, x1)
        if self.rotation == 180:
            return Box(self.width - x1, low, self.width - x0, high)
        if self.rotation == 270:
            return Box(self.width - high, self.height - x1, self.width - low, self.height - x0)
        return Box(x0, self.height - high, x1, self.height - low)


def _words_of(text_page: pdfium.FPDF_TEXTPAGE, count: int, frame: _Frame) -> Iterator[Word]:
    """Part the characters at blanks, at wide gaps and where the line changes."""
    letters: list[str] = []
    boxes: list[Box] = []
    rect = pdfium.FS_RECTF()
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        letter = _letter(code)
        if not letter.strip():
            if letters and letter:
                yield _word(letters, boxes)
                letters, boxes = [], []
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rect)):
            continue
        box = frame.box(rect)
        if boxes and _parts(boxes[-1], box):
            yield _word(letters, boxes)
            letters, boxes = [], []
        if boxes and letter == letters[-1] and _is_printed_twice(boxes[-1], box):
            continue
        letters.append(letter)
        boxes.append(box)
    if letters:
        yield _word(letters, boxes)


def _letter(code: int) -> str:
    """Return the text of a character code: "" for one that stands for nothing."""
    if code in _LIGATURES:
        return _LIGATURES[code]
    if 0xD800 <= code <= 0xDFFF or code == 0:
        return ""
    if code < 0x20:
        return " "
    return chr(code).translate(_REPLACEMENTS)


def _parts(before: Box, box: Box) -> bool:
    height = max(before.bottom - before.top, box.bottom - box.top, 1.0)
    if abs(_middle(before) - _middle(box)) > _SAME_LINE * height:
        return True
    return box.x0 - before.x1 > _WORD_GAP * height or box.x1 < before.x0 - height


def _is_printed_twice(before: Box, box: Box) -> bool:
    """Tell bold that is faked by printing a letter twice from a double letter."""
    width = box.x1 - box.x0
    return abs(before.x0 - box.x0) < _TWICE * width and abs(before.top - box.top) < _TWICE * width


def _word(letters: list[str], boxes: list[Box]) -> Word:
    return Word("".join(letters), Box.around(boxes))
