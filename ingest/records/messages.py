"""Emails, what stands between them, and all that was read from one file."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.records.files import AttachedFile, Problem, State
from ingest.records.headers import Headers
from ingest.records.pages import PageRecord


class Level(StrEnum):
    """Whether an email is a document's own or stands inside another."""

    PRINTED = "printed"
    QUOTED = "quoted"


class Decision(StrEnum):
    """What a person decided about a line on which a message begins, or should."""

    EMAIL = "email"  # a printed email begins here
    QUOTED = "quoted"  # what begins here belongs to the email before it
    NO_EMAIL = "no_email"  # what begins here is none


class MessageKind(StrEnum):
    """What sort of message it is."""

    EMAIL = "email"
    INVITE = "invite"  # to a meeting, with its time and place


class TextKind(StrEnum):
    """What a stretch of a message's text is, besides the sender's own words."""

    BANNER = "banner"  # "CAUTION: This email originated from outside ..."
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of a message's text that is not the sender's own words."""

    kind: TextKind
    start: int  # index of its first character in `text`
    end: int  # index behind its last


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason for a person to look at a record."""

    code: str  # stable, for programs: "boundary", "weekday", "no_date" ...
    detail: str  # for the person: what does not fit


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
    kind: MessageKind = MessageKind.EMAIL
    parts: tuple[TextPart, ...] = ()  # in order, not overlapping; what lies between is the sender's own
    confidence: float = 1.0  # that it is a message of this level and begins here, 0 to 1
    reasons: tuple[str, ...] = ()  # what speaks most for and against, in words: "top of page"
    doubts: tuple[Doubt, ...] = ()  # why a person should look; none for most
    message_id: str | None = None  # of its own header, without "<>"; None: not printed, as on paper
    in_reply_to: str | None = None  # the `message_id` of the email that it answers
    references: tuple[str, ...] = ()  # those of its thread, the first one first
    checked_by: str | None = None  # the person who found it right; None: read by machine alone


class PaperKind(StrEnum):
    """What a stretch of pages is that is no email."""

    ATTACHMENT = "attachment"  # of the email before it
    LETTER = "letter"
    MEMO = "memo"
    FAX = "fax"
    CABLE = "cable"
    COVER_SHEET = "cover_sheet"
    INVITE = "invite"  # a calendar's entry without a sender and a date of its own
    INDEX = "index"  # of withheld or released documents
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A stretch of a document that is no email."""

    kind: PaperKind
    first_page: int
    last_page: int
    first_line: int  # line of the first page on which it begins, from 1
    title: str | None  # its first line, or what it says it is about; None: nothing legible
    message: int | None = None  # index, within the document's messages, of the email that it is attached to
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file."""

    state: State
    pages: tuple[PageRecord, ...] = ()
    messages: tuple[MessageRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    papers: tuple[PaperRecord, ...] = ()
