"""Make an entry of what belongs to it."""

import calendar
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from app.database.models import (
    DatePrecision,
    Page,
    Role,
)
from app.search.entries.rows import Printed, Released, Someone, Surroundings
from app.search.index import Entry
from app.search.query import Trait
from app.search.results import EntryKind
from app.search.tokens import find_tokens

_SENDERS = (Role.SENDER, Role.ON_BEHALF_OF)


def numbers_of(message: Printed, numbers: Mapping[tuple[int, int], list[str]]) -> tuple[str, ...]:
    """Return the numbers stamped on the pages of a message, given those of its document by page."""
    pages = range(message.first_page, message.last_page + 1)
    found = [number for page in pages for number in numbers.get((message.document_id, page), ())]
    return tuple(dict.fromkeys(found))


def make_message_entry(message: Printed, sequence: int, around: Surroundings) -> Entry:
    """Return the entry of a printed message with all that it quotes."""
    people = around.people
    own = [someone for someone in people if someone.message_id == message.id]
    sender = next((someone for someone in own if someone.role is Role.SENDER), None)
    recipients = [someone for someone in own if someone.role not in _SENDERS]
    first_day, last_day = _days(message)
    names = around.attachments
    return Entry(
        key=message.key,
        kind=EntryKind.MESSAGE,
        sequence=sequence,
        document_key=around.document.key,
        releases=tuple(around.document.slugs),
        agencies=around.agencies,
        sender=_lines(someone for someone in own if someone.role in _SENDERS),
        sender_key=(sender.key if sender else None) or "",
        recipient_keys=tuple(sorted({someone.key for someone in recipients if someone.key})),
        to=_lines(recipients),
        cc=_lines(someone for someone in own if someone.role is Role.CC),
        participants=_lines(people),
        participant_keys=tuple(sorted({someone.key for someone in people if someone.key})),
        subject=message.subject or "",
        text=message.text,
        quoted_text=message.quoted_text,
        attachments="\n".join(" ".join(name.split()) for name in names),
        traits=_traits(message, around, sender),
        first_page=message.first_page if around.document.has_pages else None,
        last_page=message.last_page if around.document.has_pages else None,
        copies=_copies(around.sent_id, message.subject or ""),
        first_day=first_day,
        last_day=last_day,
        sent_at=message.sent_at,
        bates_numbers=around.bates_numbers,
        exemptions=tuple(sorted({*around.codes, *(code for one in people for code in one.codes.splitlines())})),
    )


def make_page_entry(page: Page, document: Released, sequence: int, *, agencies: tuple[str, ...]) -> Entry:
    """Return the entry of a page that belongs to no message."""
    return Entry(
        key=f"{document.key}/{page.number}",
        kind=EntryKind.PAGE,
        sequence=sequence,
        document_key=document.key,
        releases=tuple(document.slugs),
        agencies=agencies,
        sender="",
        sender_key="",
        recipient_keys=(),
        to="",
        cc="",
        participants="",
        participant_keys=(),
        subject="",
        text=page.text,
        quoted_text="",
        attachments="",
        traits=(Trait.REDACTION,) if page.redactions else (),
        first_page=page.number,
        last_page=page.number,
        copies=0,
        first_day=None,
        last_day=None,
        sent_at=None,
        bates_numbers=tuple(
            dict.fromkeys([*(one.number for one in page.bates_numbers), *page.stamped_numbers.split()])
        ),
        exemptions=tuple(sorted({one.code for one in page.redactions if one.code})),
    )


def _lines(people: Iterable[Someone]) -> str:
    return "\n".join(dict.fromkeys(someone.line for someone in people))


def _traits(message: Printed, around: Surroundings, sender: Someone | None) -> tuple[Trait, ...]:
    traits = {
        Trait.ATTACHMENT: bool(around.attachments),
        Trait.REDACTION: around.redacted,
        Trait.QUOTED: bool(message.quoted_text.strip()),
        Trait.WITHHELD_SENDER: sender is not None and sender.withheld,
    }
    return tuple(trait for trait, holds in traits.items() if holds)


def _copies(sent_id: int, subject: str) -> int:
    """Return the number of a group of copies; those under other subjects, as of alert after alert, stay apart."""
    if not sent_id:
        return 0
    told = f"{sent_id} {' '.join(find_tokens(subject))}"
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest()) >> 12  # engines answer floats


def _days(message: Printed) -> tuple[date | None, date | None]:
    """Return the first and the last day that the printed date may mean."""
    if message.sent_at is None:
        return None, None
    day = message.sent_at.date()
    if message.date_precision is DatePrecision.YEAR:
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if message.date_precision is DatePrecision.MONTH:
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day
