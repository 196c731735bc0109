"""The base of all rows and the values they share."""

from enum import StrEnum

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase


def _enum_values(choices: type[StrEnum]) -> list[str]:
    return [choice.value for choice in choices]


class Base(DeclarativeBase):
    """All tables; constraint names are fixed so that a migration can name them on any database."""

    # Choices are kept as their words: a new one needs no migration.
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=False, length=32, values_callable=_enum_values),
    }
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class DocumentState(StrEnum):
    """What became of a released file."""

    READING = "reading"  # a long one: some of its pages are there, others and its emails are not yet
    PUBLISHED = "published"
    PARTIAL = "partial"  # some of its pages or parts could not be read
    LOCKED = "locked"  # opens only with a password
    UNREADABLE = "unreadable"
    REFUSED = "refused"  # over a limit, or of a type that is not read


class Visibility(StrEnum):
    """Who may read a release."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # whoever has an address of it; it stands in no list and no search
    PRIVATE = "private"  # whoever has a token that opens it


class Level(StrEnum):
    """Whether an email is a document's own or stands inside another."""

    PRINTED = "printed"
    QUOTED = "quoted"


class Role(StrEnum):
    """What a participant was to an email."""

    SENDER = "sender"
    ON_BEHALF_OF = "on_behalf_of"
    TO = "to"
    CC = "cc"
    BCC = "bcc"


class DatePrecision(StrEnum):
    """How much of a date is printed."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class TextSource(StrEnum):
    """Where the text of a page comes from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"  # the page's picture was read
    NONE = "none"  # a scan without text: the page cannot be searched


class MessageKind(StrEnum):
    """What sort of message it is."""

    EMAIL = "email"
    INVITE = "invite"


class PaperKind(StrEnum):
    """What a stretch of pages is that is no email."""

    ATTACHMENT = "attachment"
    LETTER = "letter"
    MEMO = "memo"
    FAX = "fax"
    CABLE = "cable"
    COVER_SHEET = "cover_sheet"
    INVITE = "invite"  # a calendar's entry without a sender and a date of its own
    INDEX = "index"
    OTHER = "other"


class RedactionShape(StrEnum):
    """What shows that something is withheld."""

    BOX = "box"
    ANNOTATION = "annotation"
    IMAGE = "image"
    MARGIN = "margin"
    STAMP = "stamp"
    CODE = "code"


class CorrectionAction(StrEnum):
    """What a person decided about a record."""

    SPLIT = "split"  # an email begins on this line
    JOIN = "join"  # what begins on this line belongs to the email before it
    NOT_EMAIL = "not_email"
    SET_FIELD = "set_field"
    WITHHOLD_FIELD = "withhold_field"
    SAME_PERSON = "same_person"
    NOT_SAME_PERSON = "not_same_person"
    CONFIRM = "confirm"  # looked at and right as it is


class ParentEvidence(StrEnum):
    """What says that one message answers or forwards another."""

    QUOTED = "quoted"  # it stands quoted below
    REPLY_HEADER = "reply_header"  # a mail file names it: In-Reply-To or References
    LIKELY = "likely"  # same subject and people, shortly before
