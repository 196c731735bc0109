"""Pages: words with their boxes, and what is withheld among them."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

_BOX = struct.Struct("=4d")


class Box(NamedTuple):
    """A rectangle in points from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> "Box":
        """Return the smallest box that holds all of these, at least one."""
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))

    def holds_middle_of(self, other: "Box") -> bool:
        """Tell whether the middle of another box lies in this one."""
        x, y = (other.x0 + other.x1) / 2, (other.top + other.bottom) / 2
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom


class Word(NamedTuple):
    """A word of a page and where it stands."""

    text: str
    box: Box
    from_ocr: bool = False  # read from the page's picture, where the text layer has nothing


@dataclass(frozen=True, slots=True, init=False)
class Line:
    """A line of a page: words in reading order that share a baseline.

    A release has a million words, which would take 300 bytes each: a line keeps its text and its packed
    boxes, and makes the words when they are asked for.
    """

    text: str  # the words with single blanks
    _boxes: bytes  # around the line, then of each word: four doubles each
    _from_ocr: bytes  # 1 or 0 for each word; empty: no word is from OCR

    def __init__(self, words: Sequence[Word]) -> None:
        """Take the words, at least one; none is empty or holds a blank.

        Raises:
            ValueError: a word is empty or holds a blank; it could not be told from its neighbours.
        """
        text = " ".join([word.text for word in words])
        if text.count(" ") != len(words) - 1 or "" in text.split(" "):
            raise ValueError(f"words must neither be empty nor hold blanks: {text!r}")
        sides = array("d", Box.around([word.box for word in words]))
        for word in words:
            sides.extend(word.box)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "_boxes", sides.tobytes())
        from_ocr = bytes([word.from_ocr for word in words])
        object.__setattr__(self, "_from_ocr", from_ocr if any(from_ocr) else b"")

    def __post_init__(self) -> None:
        """Check a line that came from another process, as its own words; it was made without `__init__`.

        Raises:
            ValueError: words and boxes do not fit together.
        """
        count = self.text.count(" ") + 1
        if len(self._boxes) != _BOX.size * (count + 1) or len(self._from_ocr) not in (0, count):
            raise ValueError("a line has one box for itself and one for each word")

    @property
    def words(self) -> tuple[Word, ...]:
        """The words in reading order, made anew but for the lines that were last asked for."""
        return _unpack_words(self.text, self._boxes, self._from_ocr)

    @property
    def box(self) -> Box:
        """The rectangle around all words."""
        return Box(*_BOX.unpack_from(self._boxes))

    @property
    def word_boxes(self) -> Iterator[tuple[float, float, float, float]]:
        """The sides of each word's box, without making words."""
        sides = _BOX.iter_unpack(self._boxes)
        next(sides)
        return sides


@lru_cache(maxsize=1024)  # the stages ask for one line's words many times in a row: about 3 MB
def _unpack_words(text: str, boxes: bytes, from_ocr: bytes) -> tuple[Word, ...]:
    # Made as tuples: their own constructors are Python and take three times as long.
    sides = map(tuple.__new__, repeat(Box), _BOX.iter_unpack(boxes))
    next(sides)
    texts = text.split(" ")
    marks = map(bool, from_ocr) if from_ocr else repeat(False, len(texts))
    return tuple(map(tuple.__new__, repeat(Word), zip(texts, sides, marks, strict=True)))


class TextSource(StrEnum):
    """Where the text of a page comes from; the words of the record's own choice."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    NONE = "none"


class RedactionShape(StrEnum):
    """What shows that something is withheld."""

    BOX = "box"  # a filled rectangle, drawn as such
    ANNOTATION = "annotation"
    IMAGE = "image"  # a box within a scanned picture
    MARGIN = "margin"  # a code beside the text
    STAMP = "stamp"  # "RELEASE IN PART B6": speaks for its whole document
    CODE = "code"  # a code among the words


@dataclass(frozen=True, slots=True)
class Redaction:
    """A withheld passage or an exemption code on a page."""

    code: str | None  # normalised, "(b)(7)(E)"; None: a box without a code
    printed: str | None  # as printed, "B7(E)"
    box: Box | None
    shape: RedactionShape = RedactionShape.BOX


@dataclass(frozen=True, slots=True)
class Leak:
    """Words that were left readable under a box: for the archive's keeper, never for a reader."""

    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class OcrMark:
    """By which engine a page was read, and how sure it was."""

    engine: str  # "tesseract 5.5.4"
    confidence: float  # mean of the words, 0 to 1


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page of a PDF; numbers count from 1."""

    number: int
    width_pt: float
    height_pt: float
    lines: tuple[Line, ...]  # all of the page's lines in reading order, furniture included
    furniture: frozenset[int] = frozenset()  # indexes into `lines`: running heads, stamps, Bates, margin codes
    redactions: tuple[Redaction, ...] = ()
    bates_numbers: tuple[str, ...] = ()
    stamped_numbers: tuple[str, ...] = ()  # other numbers of the furniture: of the document, case or request
    in_message: bool = False  # True: belongs to an email
    ocr: OcrMark | None = None  # None: the lines come from the file's own text layer
    turned: int = 0  # degrees against the clock by which a page that lies on its side is turned while it is read
    leaks: tuple[Leak, ...] = ()

    @property
    def text(self) -> str:
        """The lines, one each; its words in order are those of `words`."""
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in the order of `text`."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def text_source(self) -> TextSource:
        """Where the text comes from."""
        if not self.lines:
            return TextSource.NONE
        return TextSource.OCR if self.ocr else TextSource.TEXT_LAYER
