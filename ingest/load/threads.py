"""Tie messages together once they are kept: what was sent, what answers what, and which copies differ.

A message whose `sent_message_id` is NULL waits to be tied. Only those that wait are looked at, with
the messages that share a mark with them and the threads of these.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.worlds import NOWHERE, PUBLIC, WITHDRAWN, is_mixed, within
from ingest.load.appearances import load_appearances
from ingest.load.chunks import in_chunks
from ingest.load.copies import store_differences
from ingest.load.sent import drop_sent, queue_copies, store_beside, update_rows
from ingest.records import Appearance, Doubt, Threads
from ingest.threads import find_marks, link_appearances

log = logging.getLogger(__name__)

_AT_A_TIME = 40_000  # waiting messages: bounds the memory of a run over a large archive
_MOST_SHARING = 40  # messages that share a mark and are all looked at
_OF_MANY = 8  # of a mark that more share: enough to find the message of which one more copy came
_LOCK = 0x54485245  # PostgreSQL: one at a time ties messages
_OWN_DOUBTS = ("two_parents", "thread_circle")


def link_waiting(session: Session) -> bool:
    """Tie messages that wait, at most some thousands at a time; return whether there were any.

    Public ones are tied to public ones alone, and first; others to these and to those of their own world, and
    change nothing about public ones: see app/database/worlds.py.
    """
    _take_turn(session)
    world, waiting = _find_waiting(session)
    if not waiting:
        return False
    appearances = load_appearances(session, waiting)
    _mark(session, appearances)
    seen = within(world) if is_mixed(session) else None
    touched = _touched(session, waiting, seen)
    if world == PUBLIC and seen is not None:
        _let_others_wait(session, waiting, touched)
    appearances += load_appearances(session, sorted(touched.difference(waiting)))
    threads = link_appearances(appearances)
    had = _earlier(session, appearances)
    if world == PUBLIC:
        own = {one.id for one in appearances}
        _store(session, threads, had)
    else:
        own = _of_world(session, appearances, world)
        store_beside(session, threads, had, own, world)
    _write_doubts(session, [one for one in appearances if one.id in own], threads)
    store_differences(session, _regrouped(threads, had), own)
    log.info("tied waiting=%d touched=%d sent=%d", len(waiting), len(touched), len(threads.sent))
    return True


def unlink_all(session: Session) -> None:
    """Let every message of the archive wait to be tied again."""
    session.execute(delete(rows.MessageMark))
    session.execute(update(rows.Message).values(sent_message_id=None).execution_options(synchronize_session=False))


def _take_turn(session: Session) -> None:
    """Begin with a write, so that SQLite waits for its turn; sent messages that stand nowhere any more go."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    stands = exists().where(rows.Message.sent_message_id == rows.SentMessage.id)
    drop_sent(session, select(rows.SentMessage.id).where(~stands))


def _find_waiting(session: Session) -> tuple[str, Sequence[int]]:
    """Return the world whose turn it is, and its messages that wait; what nobody may read is never tied."""
    waits = select(rows.Message.id).where(rows.Message.sent_message_id.is_(None)).order_by(rows.Message.id)
    public = session.scalars(waits.where(rows.Message.world == PUBLIC).limit(_AT_A_TIME)).all()
    if public:
        return PUBLIC, public
    of_others = select(rows.Message.world).where(
        rows.Message.sent_message_id.is_(None), rows.Message.world.not_in([PUBLIC, NOWHERE, WITHDRAWN])
    )
    world = session.scalar(of_others.limit(1))
    if world is None:
        return PUBLIC, ()
    return world, session.scalars(waits.where(rows.Message.world == world).limit(_AT_A_TIME)).all()


def _of_world(session: Session, appearances: Sequence[Appearance], world: str) -> set[int]:
    own: set[int] = set()
    for chunk in in_chunks(one.id for one in appearances):
        found = select(rows.Message.id).where(rows.Message.id.in_(chunk), rows.Message.world == world)
        own.update(session.scalars(found))
    return own


def _let_others_wait(session: Session, waiting: Sequence[int], touched: Iterable[int]) -> None:
    """Let what is not public wait again where it may hang on these public messages: it is tied after them."""
    marks: set[int] = set()
    for chunk in in_chunks(waiting):
        marks.update(session.scalars(select(rows.MessageMark.mark).where(rows.MessageMark.message_id.in_(chunk))))
    others = set(_sharing(session, marks, rows.Message.world != PUBLIC))
    threads: set[int] = set()
    for chunk in in_chunks(sorted(others.union(touched))):
        of_messages = (
            select(rows.SentMessage.thread_id)
            .join(rows.Message, rows.Message.sent_message_id == rows.SentMessage.id)
            .where(rows.Message.id.in_(chunk), rows.SentMessage.thread_id.is_not(None))
        )
        threads.update(one for one in session.scalars(of_messages.distinct()) if one is not None)
    for chunk in in_chunks(sorted(threads)):
        inside = select(rows.SentMessage.id).where(rows.SentMessage.thread_id.in_(chunk))
        session.execute(
            update(rows.Message)
            .where(rows.Message.world != PUBLIC, rows.Message.sent_message_id.in_(inside))
            .values(sent_message_id=None)
            .execution_options(synchronize_session=False)
        )


def _mark(session: Session, appearances: Sequence[Appearance]) -> None:
    ids = [one.id for one in appearances]
    for chunk in in_chunks(ids):
        session.execute(delete(rows.MessageMark).where(rows.MessageMark.message_id.in_(chunk)))
    marks = [{"message_id": one.id, "mark": mark} for one in appearances for mark in sorted(find_marks(one))]
    if marks:
        session.execute(insert(rows.MessageMark), marks)


def _touched(session: Session, waiting: Sequence[int], seen: ColumnElement[bool] | None) -> set[int]:
    """Return the waiting messages, those that share a mark with one of them, and all of their threads.

    Only those messages that are `seen`; None: all.
    """
    found = set(waiting)
    marks: set[int] = set()
    for chunk in in_chunks(waiting):
        marks.update(
            session.scalars(select(rows.MessageMark.mark).where(rows.MessageMark.message_id.in_(chunk)).distinct())
        )
    found.update(_sharing(session, marks, seen))
    sent: set[int] = set()
    for chunk in in_chunks(sorted(found)):
        sent.update(
            session.scalars(
                select(rows.SentMessage.thread_id)
                .join(rows.Message, rows.Message.sent_message_id == rows.SentMessage.id)
                .where(rows.Message.id.in_(chunk), rows.SentMessage.thread_id.is_not(None))
                .distinct()
            )
        )
    for threads in in_chunks(sorted(sent)):
        inside = select(rows.SentMessage.id).where(rows.SentMessage.thread_id.in_(threads))
        of_threads = select(rows.Message.id).where(rows.Message.sent_message_id.in_(inside))
        found.update(session.scalars(of_threads if seen is None else of_threads.where(seen)))
    return found


def _sharing(session: Session, marks: Iterable[int], seen: ColumnElement[bool] | None) -> Iterator[int]:
    """Yield the messages that have one of these marks; of one that many have, the first few, for it tells little."""
    mark, message_id = rows.MessageMark.mark, rows.MessageMark.message_id
    place = func.row_number().over(partition_by=mark, order_by=message_id).label("place")
    holders = func.count().over(partition_by=mark).label("holders")
    for chunk in in_chunks(sorted(marks)):
        holding = select(message_id, place, holders).where(mark.in_(chunk))
        if seen is not None:
            holding = holding.join(rows.Message, rows.Message.id == message_id).where(seen)
        held = holding.subquery()
        few = (held.c.holders <= _MOST_SHARING) | (held.c.place <= _OF_MANY)
        yield from session.scalars(select(held.c.message_id).where(few).distinct())


def _regrouped(threads: Threads, had: dict[int, int]) -> list[tuple[int, ...]]:
    """Return the appearances of the messages that have others than they had before; `had`: see `_earlier`."""
    before = [{had.get(one) for one in sent.appearances} for sent in threads.sent]
    pieces = Counter(row for rows_before in before for row in rows_before)
    return [
        sent.appearances
        for sent, rows_before in zip(threads.sent, before, strict=True)
        if None in rows_before or len(rows_before) > 1 or any(pieces[row] > 1 for row in rows_before)
    ]


def _store(session: Session, threads: Threads, had: dict[int, int]) -> None:
    """Write what was found; a sent message that an appearance had before keeps its row."""
    kept: dict[int, int] = {}  # of a row, the number of the sent message that has it now
    for number, sent in enumerate(threads.sent):
        before = next((had[one] for one in sent.appearances if one in had and had[one] not in kept), None)
        if before is not None:
            kept[before] = number
    ids = {number: row for row, number in kept.items()}
    new = [rows.SentMessage() for number in range(len(threads.sent)) if number not in ids]
    session.add_all(new)
    session.flush()
    made = iter(new)
    ids |= {number: next(made).id for number in range(len(threads.sent)) if number not in ids}
    _write_sent(session, threads, ids)
    moved = [
        {"id": one, "sent_message_id": ids[number]}
        for number, sent in enumerate(threads.sent)
        for one in sent.appearances
        if had.get(one) != ids[number]
    ]
    update_rows(session, rows.Message, moved)
    regrouped = {change["sent_message_id"] for change in moved}
    queue_copies(session, [row for number, row in ids.items() if row in regrouped])
    for gone in in_chunks(sorted(set(had.values()) - kept.keys())):
        drop_sent(session, list(gone))


def _earlier(session: Session, appearances: Sequence[Appearance]) -> dict[int, int]:
    """Return the row of the sent message that each appearance has so far."""
    had: dict[int, int] = {}
    for chunk in in_chunks(one.id for one in appearances):
        tied = select(rows.Message.id, rows.Message.sent_message_id).where(
            rows.Message.id.in_(chunk), rows.Message.sent_message_id.is_not(None)
        )
        had.update({row[0]: row[1] for row in session.execute(tied) if row[1] is not None})
    return had


def _write_sent(session: Session, threads: Threads, ids: dict[int, int]) -> None:
    values = [
        {
            "id": ids[number],
            "parent_id": ids[sent.parent] if sent.parent is not None else None,
            "parent_evidence": rows.ParentEvidence(sent.evidence.value) if sent.evidence else None,
            "thread_id": ids[sent.thread],
            "is_printed": sent.is_printed,
            "is_reply": sent.is_reply,
            "world": PUBLIC,
        }
        for number, sent in enumerate(threads.sent)
    ]
    update_rows(session, rows.SentMessage, values)


def _write_doubts(session: Session, appearances: Sequence[Appearance], threads: Threads) -> None:
    """Bring the doubts about threads up to date; those of others stay."""
    changed: list[dict[str, Any]] = []
    for chunk in in_chunks(one.id for one in appearances):
        told = select(rows.Message.id, rows.Message.doubts, rows.Message.checked_by).where(rows.Message.id.in_(chunk))
        for message_id, doubts, checked_by in session.execute(told):
            now = _with_doubt(doubts, threads.doubts.get(message_id))
            if now != doubts:
                doubtful = bool(now) and checked_by is None
                changed.append({"id": message_id, "doubts": now, "doubtful": doubtful})
    update_rows(session, rows.Message, changed)


def _with_doubt(doubts: Sequence[Sequence[str]], doubt: Doubt | None) -> list[list[str]]:
    others = [list(each) for each in doubts if each[0] not in _OWN_DOUBTS]
    return others if doubt is None else [*others, [doubt.code, doubt.detail]]
