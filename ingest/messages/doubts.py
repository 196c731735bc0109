"""Say why a person should look at a record: few records, and only where something does not fit."""

from collections.abc import Iterator

from ingest.dates import weekday_fits
from ingest.records import Doubt, Headers, Level, MessageRecord

_SURE = 0.9  # a boundary that is less sure is looked at
_WORDS = 9  # in one mailbox: names have run together


def find_doubts(message: MessageRecord) -> tuple[Doubt, ...]:
    """Return what does not fit in a message that was read from pages."""
    return (*_boundary_doubts(message), *_date_doubts(message.headers), *_people_doubts(message))


def _boundary_doubts(message: MessageRecord) -> Iterator[Doubt]:
    if message.confidence < _SURE:
        other = "quoted in the one before" if message.level is Level.PRINTED else "an email of its own"
        yield Doubt("boundary", f"It may be {other}; it is {message.confidence:.0%} sure.")


def _date_doubts(headers: Headers) -> Iterator[Doubt]:
    date = headers.date
    if date is not None and date.wall is None:
        yield Doubt("date", f"The date cannot be read: {date.text}")
    elif date is not None and weekday_fits(date) is False:
        yield Doubt("weekday", f"The weekday does not fit the date: {date.text}")


def _people_doubts(message: MessageRecord) -> Iterator[Doubt]:
    if message.level is Level.QUOTED:
        return
    headers = message.headers
    for mailbox in (*headers.to, *headers.cc, *headers.bcc):
        if not mailbox.address and len((mailbox.name or "").split()) > _WORDS:
            yield Doubt("recipients", f"Names may have run together: {mailbox.printed}")
            return
