"""What a header says, and how each value was read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.records.pages import Box


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


class ReadingMethod(StrEnum):
    """How the value of a header field was found."""

    LABEL = "label"  # behind its label
    GLUED = "glued"  # cut out of a line on which OCR ran several labels together
    DETACHED = "detached"  # apart from its label, told by what it looks like
    HEADING = "heading"  # of a web print
    ATTRIBUTION = "attribution"  # "On ... Jane Roe wrote:"
    OCR = "ocr"  # read again from the picture of the page
    BOX = "box"  # a redaction box or a margin's code stands in its place
    NATIVE = "native"  # a mail file's own header
    PERSON = "person"  # set by a person


@dataclass(frozen=True, slots=True)
class FieldReading:
    """Where one header field stands and how it was read."""

    field: str  # "from", "on_behalf_of", "to", "cc", "bcc", "date", "subject", "attachments" or "importance"
    printed: str  # the value's text as it stands on the page, "" if nothing
    method: ReadingMethod
    confidence: float  # 0 to 1
    page: int | None = None  # None: a mail file has no pages
    box: Box | None = None  # around label and value on that page


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
    importance: str | None = None  # as printed, "High"; None: not printed
    readings: tuple[FieldReading, ...] = ()
