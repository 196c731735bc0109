"""The letters that PDFium finds on a page, put together to words with boxes."""

import ctypes
import math
import re
import sys
from array import array
from collections import deque
from collections.abc import Iterator
from itertools import repeat

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.pages.frame import Frame
from ingest.pages.lines import SAME_LINE, build_lines, middle
from ingest.records import Box, Line, Word

_NOTHING = "\ufdd0"  # no character, in Unicode's own words
_REPLACEMENTS = {
    **dict.fromkeys(range(1, 0x20), " "),
    **dict.fromkeys((0, 0x200B, 0xFEFF, *range(0xD800, 0xE000)), _NOTHING),
    **{0xA0: " ", 0xAD: "-", 0xFFFE: "-"},  # U+FFFE: a hyphen at the end of a line, in PDFium's words
}
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")  # PDFium tells letters beyond U+FFFF in halves
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
_WORD_GAP = 0.6  # of the character height: a wider gap between two characters parts words
_TWICE = 0.3  # of its width: a letter printed again within is the same one
_LEVEL_PT = 2 * 0.45  # sum of the heights by which two letters stay on one line, however small they are
_TURNED_DEGREES = 10  # text that runs less askew is level
_LEVEL_SLOPE = math.tan(math.radians(_TURNED_DEGREES))
_SLANTED_GAP_PT = 12.0
_NEIGHBOURS = 1.5  # of the longest side of two turned letters: how far apart their middles may lie


def read_lines(page: pypdfium2.PdfPage) -> list[Line]:
    """Return the lines of a page from top to bottom, then those that do not run from left to right."""
    text_page = page.get_textpage()
    try:
        letters = _Letters(text_page, Frame(page))
        return [*build_lines(list(letters.words())), *letters.turned_lines()]
    finally:
        text_page.close()


class _Letters:
    """The characters of a page with their boxes, parted into words at blanks, wide gaps and new lines.

    Every box is one call into PDFium. All of them are made without a turn of a Python loop, and most
    words are told from their ends, for nothing unusual stands between: 2.5 ms a page, not 6.
    """

    def __init__(self, text_page: pypdfium2.PdfTextPage, frame: Frame) -> None:
        count = max(text_page.count_chars(), 0)
        self._page = text_page.raw
        self._frame = frame
        self._text = _text_of(text_page, count)
        self._left, self._top, self._right, self._bottom = _sides_of(text_page, count)
        self._turned: list[Word] = []

    def words(self) -> Iterator[Word]:
        """Yield the words that run from left to right, in the order of the file."""
        left, top, right, bottom, box = self._left, self._top, self._right, self._bottom, self._frame.box
        unusual = self._unusual()
        for match in _BETWEEN_BLANKS.finditer(self._text):
            start, end = match.span()
            if self._text[start] in _SPECIALS or unusual.find(1, start + 1, end) >= 0:
                yield from self._parted(start, end)
            elif end - start == 1 and self._is_turned(start):
                self._turned.append(Word(match.group(), box(left[start], top[start], right[start], bottom[start])))
            else:
                sides = left[start], max(top[start:end]), max(right[start:end]), min(bottom[start:end])
                yield Word(match.group(), box(*sides))

    def turned_lines(self) -> Iterator[Line]:
        """Yield the lines of the other words, once `words` has ended, as the file has them one after the other."""
        line: list[Word] = []
        for word in self._turned:
            if line and not _is_in_strip(line[-1].box, word.box):
                yield Line(line)
                line = []
            line.append(word)
        if line:
            yield Line(line)

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
        run: list[tuple[int, Box]] = []
        for index in range(start, end):
            if self._text[index] == _NOTHING:
                continue
            box = self._frame.box(self._left[index], self._top[index], self._right[index], self._bottom[index])
            if run and _parts(run[-1][1], box) and not self._goes_on(*run[-1], index, box):
                yield from self._joined(run)
                run = []
            if not run or not self._is_printed_twice(*run[-1], index, box):
                run.append((index, box))
        if run:
            yield from self._joined(run)

    def _joined(self, run: list[tuple[int, Box]]) -> Iterator[Word]:
        """Yield the word of these letters, or keep it for later if it does not run from left to right."""
        letters = (self._text[index] for index, _ in run)
        word = Word("".join(_LIGATURES.get(letter, letter) for letter in letters), Box.around(box for _, box in run))
        (first, first_box), (_, last_box) = run[0], run[-1]
        is_level = abs(middle(last_box) - middle(first_box)) < _LEVEL_SLOPE * (last_box.x0 - first_box.x0)
        if is_level or not self._is_turned(first):
            yield word
        else:
            self._turned.append(word)

    def _is_turned(self, index: int) -> bool:
        """Tell whether the line of a letter runs askew, up, down or upside down on the page as it is shown."""
        angle = math.degrees(pdfium.FPDFText_GetCharAngle(self._page, index)) + self._frame.rotation  # both clockwise
        return bool(_TURNED_DEGREES < angle % 360 < 360 - _TURNED_DEGREES)

    def _goes_on(self, before: int, before_box: Box, index: int, box: Box) -> bool:
        """Tell whether two letters that do not stand side by side are neighbours in a line that is turned."""
        x, y = (before_box.x0 + before_box.x1 - box.x0 - box.x1) / 2, middle(before_box) - middle(box)
        sides = (
            box.x1 - box.x0,
            box.bottom - box.top,
            before_box.x1 - before_box.x0,
            before_box.bottom - before_box.top,
        )
        return math.hypot(x, y) < _NEIGHBOURS * max(sides) and self._is_turned(before) and self._is_turned(index)

    def _is_printed_twice(self, before: int, before_box: Box, index: int, box: Box) -> bool:
        """Tell bold that is faked by printing a letter twice from a double letter, also from that of a ligature."""
        width = box.x1 - box.x0
        if self._text[before] != self._text[index]:
            return False
        if abs(before_box.x0 - box.x0) >= _TWICE * width or abs(before_box.top - box.top) >= _TWICE * width:
            return False
        # PDFium gives the letters of one glyph the same box; whoever prints twice moves a little, or begins anew.
        return before_box != box or _text_object(self._page, before) != _text_object(self._page, index)


def _text_of(text_page: pypdfium2.PdfTextPage, count: int) -> str:
    """Return one letter for each character: a blank for controls, `_NOTHING` for what stands for nothing."""
    buffer = (ctypes.c_ushort * (count + 1))()
    length = pdfium.FPDFText_GetText(text_page.raw, 0, count, buffer)
    text = bytes(buffer)[: 2 * (length - 1)].decode("utf-16-le", "surrogatepass")
    if len(text) != count:  # it leaves characters out: ask for each
        codes = map(pdfium.FPDFText_GetUnicode, repeat(text_page.raw), range(count))
        text = "".join(chr(code) if code <= sys.maxunicode else _NOTHING for code in codes)
    return _PAIR.sub(_whole, text).translate(_REPLACEMENTS)


def _whole(halves: re.Match[str]) -> str:
    """Return the letter that two halves are, in two places as PDFium counts them."""
    return halves.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le") + _NOTHING


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
    if abs(middle(before) - middle(box)) > SAME_LINE * height:
        return True
    return box.x0 - before.x1 > _WORD_GAP * height or box.x1 < before.x0 - height


def _is_in_strip(before: Box, box: Box) -> bool:
    """Tell whether two turned words may be of one line, by the way in which the longer one runs."""
    wide = min(before.x1, box.x1) - max(before.x0, box.x0)
    high = min(before.bottom, box.bottom) - max(before.top, box.top)
    longer = max(before, box, key=lambda one: one.x1 - one.x0 + one.bottom - one.top)
    across, down = longer.x1 - longer.x0, longer.bottom - longer.top
    if max(across, down) > 2 * min(across, down):
        return high > 0 if across > down else wide > 0
    return min(wide, high) > -_SLANTED_GAP_PT


def _text_object(text_page: pdfium.FPDF_TEXTPAGE, index: int) -> int | None:
    return ctypes.cast(pdfium.FPDFText_GetTextObject(text_page, index), ctypes.c_void_p).value
