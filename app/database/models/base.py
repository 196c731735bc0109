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

    PUBLISHED = "published"
    PARTIAL = "partial"  # some of its pages or parts could not be read
    LOCKED = "locked"  # opens only with a password
    UNREADABLE = "unreadable"
    REFUSED = "refused"  # over a limit, or of a type that is not read


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
    NONE = "none"  # a scan without text: the page cannot be searched
