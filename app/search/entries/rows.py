"""What the index needs of the record's rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.database.models import (
    DatePrecision,
    Participant,
    Role,
)


class Printed(NamedTuple):
    """What the index needs of a printed message."""

    id: int
    key: str
    document_id: int
    first_page: int
    last_page: int
    subject: str | None
    sent_at: datetime | None
    date_precision: DatePrecision | None
    text: str
    quoted_text: str
    sent_message_id: int | None


class Someone(NamedTuple):
    """A participant."""

    message_id: int
    role: Role
    printed: str
    name: str | None
    address: str | None
    withheld: bool
    codes: str
    agency_id: int | None
    key: str | None  # of who stands for the person, if known

    @property
    def line(self) -> str:
        """What can be searched: as printed, and the name and the address where these are not in it."""
        line = " ".join(self.printed.split())
        lowered = line.lower()
        for part in (self.name, self.address):
            if part and part.lower() not in lowered:
                line = f"{line} {part}"
        return line


SOMEONE_COLUMNS = [getattr(Participant, name) for name in Someone._fields[:-1]]


class Released:
    """A document's key, and the releases that it stands in."""

    def __init__(self, key: str, *, has_pages: bool) -> None:
        self.key = key
        self.has_pages = has_pages
        self.slugs: list[str] = []
        self.agency_ids: list[int] = []


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What belongs to a message and is kept in other rows."""

    document: Released
    people: Sequence[Someone]  # also of quoted messages
    agencies: tuple[str, ...]
    bates_numbers: tuple[str, ...]
    attachments: Sequence[str]
    codes: Collection[str]
    redacted: bool  # a box stands in it, with or without a code
    sent_id: int  # of the message as it was sent, if it is printed more than once; else 0
