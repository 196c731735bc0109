"""The frozen values that travel between the stages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class FileKind(StrEnum):
    """What a file is, told by its content."""

    PDF = "pdf"
    EML = "eml"
    MBOX = "mbox"
    MSG = "msg"
    ZIP = "zip"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Problem:
    """What kept a file or a page from being read whole."""

    code: str
    detail: str  # for a person: what was wrong and what to do
    page: int | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was found and hashed."""

    location: Path  # where its bytes can be read now; for a zip's member a temporary file
    path: str  # below the folder that was given; a zip's members as "letters.zip/scan.pdf"
    sha256: str  # "" where the bytes could not be read: such a file cannot be kept, only reported
    size_bytes: int
    kind: FileKind
    parent_sha256: str | None = None  # of the zip or mail it lay in
    depth: int = 0  # how many zips or mails it lies within
    problem: Problem | None = None  # why no reader should open it

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]


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
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Redaction:
    """A withheld passage or an exemption code on a page."""

    code: str | None  # normalised, "(b)(7)(E)"; None: a box without a code
    printed: str | None  # as printed, "B7(E)"
    box: Box | None


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
        return TextSource.TEXT_LAYER if self.lines else TextSource.NONE


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person or list as a header prints it."""

    printed: str
    name: str | None  # in the order printed, without tags: "Fauci, Anthony"
    address: str | None  # lower case
    tag: str | None = None  # the agency path behind the name: "NIH/NIAID"
    withheld: bool = False
    codes: tuple[str, ...] = ()  # normalised exemption codes, "(b)(6)"


class DatePrecision(StrEnum):
    """How much of a date is printed."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as a header prints it."""

    text: str
    wall: datetime | None  # without zone; missing parts are the first; None: not understood
    precision: DatePrecision | None
    utc_offset_min: int | None = None  # only where a zone is printed


class Level(StrEnum):
    """Whether an email is a document's own or stands inside another."""

    PRINTED = "printed"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Headers:
    """The values of one header block."""

    printed: str  # the block's lines as they stand
    sender: Mailbox | None = None  # None: no sender line, or nothing on it
    on_behalf_of: Mailbox | None = None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    date: PrintedDate | None = None
    subject: str | None = None  # None: no subject line
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """The bytes of a native mail's attachment."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """An email; in its texts a form feed stands where the page turns."""

    level: Level
    parent: int | None  # index, within the document's messages, of the one that quotes it
    first_page: int
    last_page: int
    first_line: int  # line of the first page on which the header begins, from 1
    text_page: int  # page on which `text` begins
    headers: Headers
    text: str  # the sender's own words
    quoted_text: str  # all below them as printed; "" for a quoted message
    attached_files: tuple[AttachedFile, ...] = ()


class State(StrEnum):
    """What became of a file."""

    PUBLISHED = "published"
    PARTIAL = "partial"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file."""

    state: State
    pages: tuple[PageRecord, ...] = ()
    messages: tuple[MessageRecord, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """What is known of a release; dates are ISO days."""

    slug: str
    title: str
    agency: str | None = None
    requester: str | None = None
    request_number: str | None = None
    requested_on: str | None = None
    released_on: str | None = None
    covers_from: str | None = None
    covers_to: str | None = None
    source_url: str | None = None
    note: str | None = None
