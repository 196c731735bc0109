"""Withdraw records and give them back, and keep at which addresses they stood."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database.models import Document, Level, Message, Page, Redirect, ReleasedFile, Tombstone, Withdrawal

_MOST_MOVES = 10  # of an address, one to the next
_DOCUMENT, _MESSAGE = "document", "message"
_QUOTED = "quoted"  # a message within another: only its own record goes, what quotes it keeps its words


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a document is withdrawn."""

    whole: bool = False
    messages: Collection[int] = ()  # ids
    pages: Collection[int] = ()  # numbers


@dataclass(frozen=True, slots=True)
class Grave:
    """What a reader is told who asks for a withdrawn record."""

    reason: str
    withdrawn_at: datetime  # UTC


class TombstoneRepository:
    """The addresses at which something was withdrawn."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Grave | None:
        """Return why there is nothing at a key ("KEY", "KEY/7" or "KEY/original"); None: nothing was withdrawn."""
        row = self._session.execute(
            select(Withdrawal.reason, Withdrawal.withdrawn_at)
            .join(Tombstone, Tombstone.withdrawal_id == Withdrawal.id)
            .where(Tombstone.key == key)
        ).one_or_none()
        return Grave(*row) if row else None


class WithdrawalRepository:
    """What was taken back, also what was given back again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def in_force(self, key: str) -> Withdrawal | None:
        """Return the withdrawal of this very record that holds, or None."""
        return self._session.scalar(select(Withdrawal).where(Withdrawal.key == key, Withdrawal.undone_at.is_(None)))

    def every(self) -> Sequence[Withdrawal]:
        """Return all of them, in the order in which they were made."""
        return self._session.scalars(select(Withdrawal).order_by(Withdrawal.id)).all()

    def withdraw(self, record: Document | Message, *, reason: str, by: str, now: datetime) -> Withdrawal:
        """Note that a record is withdrawn; `settle_worlds` of `find_touched` lets it go."""
        is_message = isinstance(record, Message)
        is_quoted = isinstance(record, Message) and record.level is Level.QUOTED
        withdrawal = Withdrawal(
            key=record.key,
            kind=_QUOTED if is_quoted else _MESSAGE if is_message else _DOCUMENT,
            document_id=record.document_id if isinstance(record, Message) else record.id,
            first_page=record.first_page if isinstance(record, Message) and not is_quoted else None,
            last_page=record.last_page if isinstance(record, Message) and not is_quoted else None,
            reason=reason,
            withdrawn_at=now,
            withdrawn_by=by,
        )
        self._session.add(withdrawal)
        self._session.flush()
        return withdrawal

    def find_touched(self, withdrawal: Withdrawal) -> set[int]:
        """Return the ids of the documents whose worlds depend on a withdrawal, made or undone."""
        touched = {withdrawal.document_id}
        waiting = touched
        while waiting:
            inside = select(Document.id).where(Document.parent_id.in_(waiting))
            waiting = set(self._session.scalars(inside)) - touched
            touched = touched | waiting
        # Others may have lost their container's original to the same tombstone.
        others = select(Withdrawal.document_id).where(Withdrawal.undone_at.is_(None))
        return touched | set(self._session.scalars(others))


def hide_withdrawn(session: Session, homes: Mapping[int, str]) -> dict[int, Hidden]:
    """Set the tombstones of these documents anew and return what of them is withdrawn; `homes`: see `Tombstone.world`.

    With a document goes what lies in it, with a message what it quotes and the pages on which it stands; the
    original of both, and of every container that has it, is not given out either.
    """
    if session.scalar(select(Withdrawal.id).limit(1)) is None:
        return {}
    session.execute(delete(Tombstone).where(Tombstone.document_id.in_(homes)))
    found = {}
    for document_id, world in homes.items():
        withdrawals = list(_find_withdrawals(session, document_id))
        if withdrawals:
            found[document_id] = _hide(session, session.get_one(Document, document_id), withdrawals, world)
    return found


def _find_withdrawals(session: Session, document_id: int) -> Iterator[Withdrawal]:
    """Yield what is withdrawn of a document: first it, or what it lay in, then its messages."""
    in_force = select(Withdrawal).where(Withdrawal.undone_at.is_(None)).order_by(Withdrawal.id)
    above: int | None = document_id
    seen: set[int] = set()
    while above is not None and above not in seen:
        seen.add(above)
        yield from session.scalars(in_force.where(Withdrawal.document_id == above, Withdrawal.kind == _DOCUMENT))
        above = session.scalar(select(Document.parent_id).where(Document.id == above))
    yield from session.scalars(in_force.where(Withdrawal.document_id == document_id, Withdrawal.kind != _DOCUMENT))


def _hide(session: Session, document: Document, withdrawals: Sequence[Withdrawal], world: str) -> Hidden:
    graves: dict[str, Withdrawal] = {}
    whole = False
    messages: set[int] = set()
    pages: set[int] = set()
    for withdrawal in withdrawals:
        if withdrawal.kind == _DOCUMENT:
            whole = True
            of_document = select(Message.id, Message.key).where(Message.document_id == document.id)
            keys = [(row[0], row[1]) for row in session.execute(of_document)]
            own = [document.key, *(key for _, key in keys)]
        else:
            keys = _find_messages(session, withdrawal)
            pages |= (numbers := _find_pages(session, document, withdrawal))
            own = [withdrawal.key, *(key for _, key in keys), *(f"{document.key}/{number}" for number in numbers)]
        messages |= {one for one, _ in keys}
        if withdrawal.kind != _QUOTED:
            own += [f"{document.key}/original", *_containers(session, document)]
        for key in own:
            graves.setdefault(key, withdrawal)
    known = set(session.scalars(select(Tombstone.key).where(Tombstone.key.in_(graves))))
    session.add_all(
        Tombstone(key=key, withdrawal_id=withdrawal.id, document_id=document.id, world=world)
        for key, withdrawal in graves.items()
        if key not in known
    )
    session.flush()
    return Hidden(whole, messages, pages)


def _find_messages(session: Session, withdrawal: Withdrawal) -> list[tuple[int, str]]:
    """Return the withdrawn message, where it is now, and all that it quotes: ids and keys."""
    key = withdrawal.key
    for _ in range(_MOST_MOVES):
        moved = session.scalar(select(Redirect.new_path).where(Redirect.old_key == key))
        if moved is None or not moved.startswith("/messages/"):
            break
        key = moved.removeprefix("/messages/")
    found: list[tuple[int, str]] = []
    waiting = [(row[0], row[1]) for row in session.execute(select(Message.id, Message.key).where(Message.key == key))]
    while waiting:
        found += waiting
        quoted = select(Message.id, Message.key).where(Message.parent_id.in_([one for one, _ in waiting]))
        waiting = [(row[0], row[1]) for row in session.execute(quoted)]
    return found


def _find_pages(session: Session, document: Document, withdrawal: Withdrawal) -> set[int]:
    """Return the pages on which a withdrawn message stood, and on which it stands now."""
    if not document.page_count or withdrawal.first_page is None or withdrawal.last_page is None:
        return set()
    ranges: dict[int, int] = defaultdict(int, {withdrawal.first_page: withdrawal.last_page})
    ids = [one for one, _ in _find_messages(session, withdrawal)]
    for first, last in session.execute(select(Message.first_page, Message.last_page).where(Message.id.in_(ids))):
        ranges[first] = max(ranges[first], last)
    numbers = {number for first, last in ranges.items() for number in range(first, last + 1)}
    there = select(Page.number).where(Page.document_id == document.id, Page.number.in_(numbers))
    return set(session.scalars(there))


def _containers(session: Session, document: Document) -> Iterator[str]:
    """Yield the address of the original of each zip or mail that the document was found in."""
    places = select(ReleasedFile.release_id, ReleasedFile.path).where(ReleasedFile.document_id == document.id)
    for release_id, path in session.execute(places).all():
        folders = [path[:end] for end, letter in enumerate(path) if letter == "/"]
        around = (
            select(Document.key)
            .join(ReleasedFile, ReleasedFile.document_id == Document.id)
            .where(ReleasedFile.release_id == release_id, ReleasedFile.path.in_(folders))
        )
        for key in session.scalars(around):
            yield f"{key}/original"
