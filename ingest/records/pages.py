"""Pages: words with their boxes, and what is withheld among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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
    from_ocr: bool = False  # True: read from the picture of the page, not copied from its text layer


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: words in reading order that share a baseline."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single blanks."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The rectangle around all words."""
        return Box.around(word.box for word in self.words)


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
