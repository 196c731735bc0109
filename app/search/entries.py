"""Make the entries of the index from the rows of the record, many at a time."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.database.models import (
    Agency,
    BatesNumber,
    DatePrecision,
    Document,
    Level,
    Message,
    Page,
    Participant,
    Person,
    Redaction,
    Release,
    ReleasedFile,
    Role,
)
from app.search.index import Entry
from app.search.query import Trait
from app.search.results import EntryKind

_MOST_ASKED = 10_000  # values in one statement: SQLite takes 32,766
_SENDERS = (Role.SENDER, Role.ON_BEHALF_OF)


class EntryLoader:
    """Reads entries in one session; the agencies are read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        rows = session.execute(select(Agency.id, Agency.slug, Agency.parent_id))
        self._agencies = {row_id: (slug, parent_id) for row_id, slug, parent_id in rows}

    def load_messages(self, ids: Collection[int], sequence: int) -> list[Entry]:
        """Return the entries of the printed messages among these ids, numbered from `sequence` on."""
        messages = self._session.scalars(
            select(Message)
            .where(Message.id.in_(ids), Message.level == Level.PRINTED)
            .order_by(Message.id)
            .options(selectinload(Message.attachments))
        ).all()
        roots = self._find_quoted([message.id for message in messages])
        people = self._load_participants(roots)
        codes = self._load_codes(roots)
        copies = self._load_copies(messages)
        documents = self._load_documents({message.document_id for message in messages})
        bates = self._load_bates({message.document_id for message in messages})
        return [
            _message_entry(
                message,
                sequence + n,
                _Surroundings(
                    documents[message.document_id],
                    people[message.id],
                    self._slugs(people[message.id], documents[message.document_id]),
                    _numbers_of(message, bates),
                    codes.get(message.id, ()),
                    message.id in codes,
                    copies.get(message.id, 0),
                ),
            )
            for n, message in enumerate(messages)
        ]

    def load_pages(self, ids: Collection[int], sequence: int) -> list[Entry]:
        """Return the entries of those pages that belong to no message and have text."""
        found = self._session.scalars(
            select(Page)
            .where(Page.id.in_(ids), Page.in_message.is_(False))
            .order_by(Page.id)
            .options(selectinload(Page.bates_numbers), selectinload(Page.redactions))
        ).all()
        pages = [page for page in found if page.text.strip()]
        documents = self._load_documents({page.document_id for page in pages})
        return [
            _page_entry(
                page,
                documents[page.document_id],
                sequence + n,
                agencies=self._slugs((), documents[page.document_id]),
            )
            for n, page in enumerate(pages)
        ]

    def _find_quoted(self, ids: Sequence[int]) -> dict[int, int]:
        """Map each of the messages, and every one quoted in them, to the printed one that holds it."""
        roots = {row_id: row_id for row_id in ids}
        frontier = list(ids)
        while frontier:
            found: dict[int, int] = {}
            for ids_asked in _chunks(frontier):
                children = self._session.execute(
                    select(Message.id, Message.parent_id).where(Message.parent_id.in_(ids_asked))
                )
                found |= {child: roots[parent] for child, parent in children if parent and child not in roots}
            roots |= found
            frontier = list(found)
        return roots

    def _load_participants(self, roots: dict[int, int]) -> dict[int, list["_Someone"]]:
        people: dict[int, list[_Someone]] = defaultdict(list)
        standing = aliased(Person)  # who stands for a person that is merged with others
        for ids in _chunks(list(roots)):
            rows = self._session.execute(
                select(Participant, func.coalesce(standing.key, Person.key))
                .outerjoin(Person, Person.id == Participant.person_id)
                .outerjoin(standing, standing.id == Person.same_as_id)
                .where(Participant.message_id.in_(ids))
                .order_by(Participant.id)
            )
            for participant, key in rows:
                people[roots[participant.message_id]].append(_Someone(participant, key))
        return people

    def _load_codes(self, roots: dict[int, int]) -> dict[int, set[str]]:
        """Return the exemption codes of those messages in which a redaction stands."""
        codes: dict[int, set[str]] = defaultdict(set)
        for ids in _chunks(list(roots)):
            rows = self._session.execute(
                select(Redaction.message_id, Redaction.code).where(Redaction.message_id.in_(ids))
            )
            for message_id, code in rows:
                if message_id is not None:
                    codes[roots[message_id]].update([code] if code else [])
        return codes

    def _load_copies(self, messages: Sequence[Message]) -> dict[int, int]:
        """Map those of the messages that are printed more than once to the id of the message as it was sent."""
        sent = {message.sent_message_id for message in messages if message.sent_message_id is not None}
        several: set[int] = set()
        for ids in _chunks(sorted(sent)):
            several.update(
                self._session.scalars(
                    select(Message.sent_message_id)
                    .where(Message.sent_message_id.in_(ids), Message.level == Level.PRINTED)
                    .group_by(Message.sent_message_id)
                    .having(func.count() > 1)
                )
            )
        return {one.id: one.sent_message_id for one in messages if one.sent_message_id in several}

    def _load_documents(self, ids: Collection[int]) -> dict[int, "_Released"]:
        found = self._session.execute(
            select(Document.id, Document.key, Document.page_count).where(Document.id.in_(ids))
        )
        documents = {row_id: _Released(key, has_pages=pages > 0) for row_id, key, pages in found}
        releases = self._session.execute(
            select(ReleasedFile.document_id, Release.slug, Release.agency_id)
            .join(Release, Release.id == ReleasedFile.release_id)
            .where(ReleasedFile.document_id.in_(ids))
            .distinct()
            .order_by(Release.slug)
        )
        for document_id, slug, agency_id in releases:
            documents[document_id].slugs.append(slug)
            if agency_id is not None:
                documents[document_id].agency_ids.append(agency_id)
        return documents

    def _load_bates(self, document_ids: Collection[int]) -> dict[tuple[int, int], list[str]]:
        rows = self._session.execute(
            select(Page.document_id, Page.number, BatesNumber.number)
            .join(BatesNumber, BatesNumber.page_id == Page.id)
            .where(Page.document_id.in_(document_ids))
            .order_by(BatesNumber.id)
        )
        numbers: dict[tuple[int, int], list[str]] = defaultdict(list)
        for document_id, page, number in rows:
            numbers[document_id, page].append(number)
        stamped = select(Page.document_id, Page.number, Page.stamped_numbers).where(
            Page.document_id.in_(document_ids), Page.stamped_numbers != ""
        )
        for document_id, page, text in self._session.execute(stamped):
            numbers[document_id, page].extend(text.split())
        return numbers

    def _slugs(self, people: Iterable["_Someone"], document: "_Released") -> tuple[str, ...]:
        """Return the slugs of the agencies of a message and its releases, with all their parents."""
        slugs = set()
        ids = [someone.row.agency_id for someone in people] + document.agency_ids
        for start in ids:
            agency_id = start
            while agency_id is not None and self._agencies[agency_id][0] not in slugs:
                slug, agency_id = self._agencies[agency_id]
                slugs.add(slug)
        return tuple(sorted(slugs))


class _Someone:
    """A participant and the key of who stands for the person, if known."""

    def __init__(self, row: Participant, key: str | None) -> None:
        self.row = row
        self.key = key

    @property
    def line(self) -> str:
        """What can be searched: as printed, and the name and the address where these are not in it."""
        parts = [" ".join(self.row.printed.split())]
        for part in (self.row.name, self.row.address):
            if part and part.lower() not in parts[0].lower():
                parts.append(part)
        return " ".join(parts)


class _Released:
    """A document's key, and the releases that it stands in."""

    def __init__(self, key: str, *, has_pages: bool) -> None:
        self.key = key
        self.has_pages = has_pages
        self.slugs: list[str] = []
        self.agency_ids: list[int] = []


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What belongs to a message and is kept in other rows."""

    document: _Released
    people: Sequence[_Someone]  # also of quoted messages
    agencies: tuple[str, ...]
    bates_numbers: tuple[str, ...]
    codes: Collection[str]
    redacted: bool  # a box stands in it, with or without a code
    copies: int


def _numbers_of(message: Message, numbers: Mapping[tuple[int, int], list[str]]) -> tuple[str, ...]:
    pages = range(message.first_page, message.last_page + 1)
    found = [number for page in pages for number in numbers.get((message.document_id, page), ())]
    return tuple(dict.fromkeys(found))


def _message_entry(message: Message, sequence: int, around: _Surroundings) -> Entry:
    people = around.people
    own = [someone for someone in people if someone.row.message_id == message.id]
    sender = next((someone for someone in own if someone.row.role is Role.SENDER), None)
    recipients = [someone for someone in own if someone.row.role not in _SENDERS]
    first_day, last_day = _days(message)
    names = [attachment.name for attachment in message.attachments]
    traits = {
        Trait.ATTACHMENT: bool(names),
        Trait.REDACTION: around.redacted,
        Trait.QUOTED: bool(message.quoted_text.strip()),
        Trait.WITHHELD_SENDER: sender is not None and sender.row.withheld,
    }
    return Entry(
        key=message.key,
        kind=EntryKind.MESSAGE,
        sequence=sequence,
        document_key=around.document.key,
        releases=tuple(around.document.slugs),
        agencies=around.agencies,
        sender=_lines(someone for someone in own if someone.row.role in _SENDERS),
        sender_key=(sender.key if sender else None) or "",
        recipient_keys=tuple(sorted({someone.key for someone in recipients if someone.key})),
        to=_lines(recipients),
        cc=_lines(someone for someone in own if someone.row.role is Role.CC),
        participants=_lines(people),
        participant_keys=tuple(sorted({someone.key for someone in people if someone.key})),
        subject=message.subject or "",
        text=message.text,
        quoted_text=message.quoted_text,
        attachments="\n".join(" ".join(name.split()) for name in names),
        traits=tuple(trait for trait, holds in traits.items() if holds),
        first_page=message.first_page if around.document.has_pages else None,
        last_page=message.last_page if around.document.has_pages else None,
        copies=around.copies,
        first_day=first_day,
        last_day=last_day,
        sent_at=message.sent_at,
        bates_numbers=around.bates_numbers,
        exemptions=tuple(sorted({*around.codes, *(code for one in people for code in one.row.codes.splitlines())})),
    )


def _page_entry(page: Page, document: _Released, sequence: int, *, agencies: tuple[str, ...]) -> Entry:
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


def _lines(people: Iterable[_Someone]) -> str:
    return "\n".join(dict.fromkeys(someone.line for someone in people))


def _days(message: Message) -> tuple[date | None, date | None]:
    """Return the first and the last day that the printed date may mean."""
    if message.sent_at is None:
        return None, None
    day = message.sent_at.date()
    if message.date_precision is DatePrecision.YEAR:
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if message.date_precision is DatePrecision.MONTH:
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MOST_ASKED):
        yield ids[start : start + _MOST_ASKED]
