"""Read a PDF's pages: words with their boxes by PDFium, lines rebuilt from the boxes.

The text stream of a release is not its reading order: on 52 of 275 real first pages all labels of the
header come before all values. Only the places of the words tell which value stands beside which label.
"""

import ctypes
import logging
import re
import sys
from array import array
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from app.errors import LockedFileError, UnreadableFileError
from ingest.records import Box, Line, PageRecord, Word

log = logging.getLogger(__name__)

_WRONG_PASSWORD = "password"
_NOTHING = "\ufdd0"  # no character, in Unicode's own words
_REPLACEMENTS = {
    **dict.fromkeys(range(1, 0x20), " "),
    **dict.fromkeys((0, 0x200B, 0xFEFF, *range(0xD800, 0xE000)), _NOTHING),
    **{0xA0: " ", 0xAD: "-", 0xFFFE: "-"},  # U+FFFE: a hyphen at the end of a line, in PDFium's words
}
_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_BETWEEN_BLANKS = re.compile(r"\S+")
_SPECIALS = f"{_NOTHING}{''.join(_LIGATURES)}"
_SPECIAL = re.compile(rf"[{_SPECIALS}]|(?<=(.))\1")
# As declared by pypdfium2 a call costs twice as much: it makes a structure and a pointer for each letter.
_get_box = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
_DEEPEST_FORM = 5  # forms within forms: hostile files nest them without end
_MOST_SHAPES = 100_000  # and repeat them
_NEARLY_WHITE = 240  # of 255: such text may be meant to be hidden
_SCANNED = 0.3  # of the page: a picture that covers more is a scan
_BOX_PT = 4  # a drawn shape thinner than this is a rule
_WORD_GAP = 0.6  # of the character height: a wider gap between two characters parts words
_LEAST_HEIGHT_PT = 4.0
_STEP_PT = 4.0  # height of the strips in which rows are looked for
_FARTHEST_PT = 100_000  # from the page's edge: damaged files place words beyond all measure
_TWICE = 0.3  # of its width: a letter printed again within is the same one
_LEVEL_PT = 2 * 0.45  # sum of the heights by which two letters stay on one line, however small they are
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


class PageLook(NamedTuple):
    """A page as PDFium reads it, and what others should look at."""

    page: PageRecord  # its lines in reading order; a scan without text layer has none
    has_boxes: bool  # drawn boxes, annotations or white text: for `ingest/geometry`
    is_scan: bool  # a picture covers much of it


def read_page(document: pypdfium2.PdfDocument, number: int) -> PageLook:
    """Return page `number` (from 1).

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
        has_boxes, is_scan = _see_objects(page, width * height)
    finally:
        page.close()
    return PageLook(PageRecord(number, width, height, tuple(build_lines(words))), has_boxes, is_scan)


def build_lines(words: Sequence[Word]) -> list[Line]:
    """Group words into lines from top to bottom.

    Words are followed from left to right: each joins the line whose last word stands level with it.
    So a scan that hangs a little keeps its lines, and a label finds its value across a wide gap.
    """
    rows = _Rows()
    for word in sorted(words, key=lambda word: word.box[:2]):
        rows.add(word)
    return [Line(row) for row in sorted(rows.every, key=lambda row: (_middle(row[0].box), row[0].box.x0))]


class _Rows:
    """Rows of words that grow to the right, found by the height at which each ends."""

    def __init__(self) -> None:
        self.every: list[list[Word]] = []
        self._ends: list[tuple[float, float, float]] = []  # of each row: middle, height and right edge of its last word
        self._at: dict[int, list[int]] = defaultdict(list)  # height in steps → rows whose last word is there

    def add(self, word: Word) -> None:
        """Put a word at the end of the row that it stands level with, or begin a row."""
        x0, top, x1, bottom = word.box
        middle = max(-_FARTHEST_PT, min(_FARTHEST_PT, (top + bottom) / 2))
        height = max(min(bottom - top, _FARTHEST_PT), _LEAST_HEIGHT_PT)
        number = self._find(x0, middle, height)
        if number is None:
            number = len(self.every)
            self.every.append([word])
            self._ends.append((middle, height, x1))
        else:
            self._at[int(self._ends[number][0] // _STEP_PT)].remove(number)
            self.every[number].append(word)
            self._ends[number] = (middle, height, x1)
        self._at[int(middle // _STEP_PT)].append(number)

    def _find(self, x0: float, middle: float, height: float) -> int | None:
        best, best_distance = None, 0.0
        reach = _SAME_LINE * height
        for step in range(int((middle - reach) // _STEP_PT), int((middle + reach) // _STEP_PT) + 1):
            for number in self._at.get(step, ()):
                last_middle, last_height, last_x1 = self._ends[number]
                distance = abs(last_middle - middle)
                limit = _SAME_LINE * min(height, last_height)
                if distance <= limit and x0 >= last_x1 - limit and (best is None or distance < best_distance):
                    best, best_distance = number, distance
        return best


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _read_words(page: pypdfium2.PdfPage) -> list[Word]:
    text_page = page.get_textpage()
    try:
        return list(_Letters(text_page, _Frame(page)).words())
    finally:
        text_page.close()


def _see_objects(page: pypdfium2.PdfPage, area: float) -> tuple[bool, bool]:
    """Tell whether a path larger than a rule, an annotation or white text is on the page, and a large picture."""
    has_boxes, is_scan = pdfium.FPDFPage_GetAnnotCount(page.raw) > 0, False
    for shape in _shapes(page):  # 0.6 ms a page, pdfplumber 31
        if pdfium.FPDFPageObj_GetType(shape) == pdfium.FPDF_PAGEOBJ_IMAGE:
            is_scan = is_scan or _area_of(shape) > _SCANNED * area
        else:
            has_boxes = has_boxes or _may_hide(shape)
        if has_boxes and is_scan:
            break
    return has_boxes, is_scan


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
    width, height = _size_of(shape)
    return width > _BOX_PT and height > _BOX_PT


def _area_of(shape: pdfium.FPDF_PAGEOBJECT) -> float:
    width, height = _size_of(shape)
    return width * height


def _size_of(shape: pdfium.FPDF_PAGEOBJECT) -> tuple[float, float]:
    """Return width and height in points; 0 where PDFium does not tell."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shape, *(ctypes.byref(side) for side in sides)):
        return 0.0, 0.0
    left, bottom, right, top = (side.value for side in sides)
    return right - left, top - bottom


class _Frame:
    """Turns PDF coordinates into points from the top left corner of the page as it is shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self.rotation = page.get_rotation()
        left, bottom, right, top = page.get_cropbox()
        self.left, self.bottom, self.right, self.top = left, bottom, right, top

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the box of a rectangle in PDF coordinates, of which the top is the greater height."""
        x0, x1 = left - self.left, right - self.left
        low, high = bottom - self.bottom, top - self.bottom
        if self.rotation == 0:
            return Box(x0, self.height - high, x1, self.height - low)
        if self.rotation == 90:
            return Box(low, x0, high, x1)
        if self.rotation == 180:
            return Box(self.width - x1, low, self.width - x0, high)
        return Box(self.width - high, self.height - x1, self.width - low, self.height - x0)


class _Letters:
    """The characters of a page with their boxes, parted into words at blanks, wide gaps and new lines.

    Every box is one call into PDFium. All of them are made without a turn of a Python loop, and most
    words are told from their ends, for nothing unusual stands between: 2.5 ms a page, not 6.
    """

    def __init__(self, text_page: pypdfium2.PdfTextPage, frame: _Frame) -> None:
        count = max(text_page.count_chars(), 0)
        self._frame = frame
        self._text = _text_of(text_page, count)
        self._left, self._top, self._right, self._bottom = _sides_of(text_page, count)

    def words(self) -> Iterator[Word]:
        """Yield the words in the order of the file."""
        left, top, right, bottom, box = self._left, self._top, self._right, self._bottom, self._frame.box
        unusual = self._unusual()
        for match in _BETWEEN_BLANKS.finditer(self._text):
            start, end = match.span()
            if self._text[start] in _SPECIALS or unusual.find(1, start + 1, end) >= 0:
                yield from self._parted(start, end)
            else:
                sides = left[start], max(top[start:end]), max(right[start:end]), min(bottom[start:end])
                yield Word(match.group(), box(*sides))

    def _unusual(self) -> bytearray:
        """Return 1 for each character that may not be a plain part of the word of the one before it."""
        left, top, right, bottom = self._left, self._top, self._right, self._bottom
        if self._frame.rotation:
            return bytearray(b"\1") * len(left)
        found = [False]
        found += [
            x0 - before > _WORD_GAP or x0 < last_x0 or not -_LEVEL_PT < high + low - last_high - last_low < _LEVEL_PT
            for x0, last_x0, before, high, last_high, low, last_low in zip(
                left[1:], left, right, top[1:], top, bottom[1:], bottom, strict=False
            )
        ]
        for match in _SPECIAL.finditer(self._text):
            index = match.start()
            width = right[index] - left[index]
            if match[1] is None or left[index] - left[index - 1] < _TWICE * width:
                found[index] = True
        return bytearray(found)

    def _parted(self, start: int, end: int) -> Iterator[Word]:
        """Look at letter after letter."""
        letters: list[str] = []
        boxes: list[Box] = []
        for index in range(start, end):
            letter = self._text[index]
            if letter == _NOTHING:
                continue
            box = self._frame.box(self._left[index], self._top[index], self._right[index], self._bottom[index])
            if boxes and _parts(boxes[-1], box):
                yield _word(letters, boxes)
                letters, boxes = [], []
            if boxes and letter == letters[-1] and _is_printed_twice(boxes[-1], box):
                continue
            letters.append(letter)
            boxes.append(box)
        if letters:
            yield _word(letters, boxes)


def _text_of(text_page: pypdfium2.PdfTextPage, count: int) -> str:
    """Return one letter for each character: a blank for controls, `_NOTHING` for what stands for nothing."""
    buffer = (ctypes.c_ushort * (count + 1))()
    length = pdfium.FPDFText_GetText(text_page.raw, 0, count, buffer)
    text = bytes(buffer)[: 2 * (length - 1)].decode("utf-16-le", "surrogatepass")
    if len(text) != count:  # it leaves characters out: ask for each
        codes = map(pdfium.FPDFText_GetUnicode, repeat(text_page.raw), range(count))
        text = "".join(chr(code) if code <= sys.maxunicode else _NOTHING for code in codes)
    return text.translate(_REPLACEMENTS)


def _sides_of(text_page: pypdfium2.PdfTextPage, count: int) -> tuple[list[float], ...]:
    """Return the left, top, right and bottom sides of all characters in PDF coordinates."""
    size = ctypes.sizeof(pdfium.FS_RECTF)
    sides = array("f", bytes(count * size))
    address, _ = sides.buffer_info()
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    deque(map(_get_box, repeat(handle), range(count), range(address, address + count * size, size)), maxlen=0)
    return sides[0::4].tolist(), sides[1::4].tolist(), sides[2::4].tolist(), sides[3::4].tolist()


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
    return Word("".join(_LIGATURES.get(letter, letter) for letter in letters), Box.around(boxes))
