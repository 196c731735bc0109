"""Tie messages together once they are kept: what was sent, what answers what, and which copies differ.

A message whose `sent_message_id` is NULL waits to be tied. Only those that wait are looked at, with
the messages that share a mark with them and the threads of these.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from app.database import models as rows
from ingest.load.appearances import load_appearances
from ingest.load.chunks import in_chunks
from ingest.load.copies import store_differences
from ingest.records import Appearance, Doubt, Threads
from ingest.threads import find_marks, link_appearances

log = logging.getLogger(__name__)

_AT_A_TIME = 40_000  # waiting messages: bounds the memory of a run over a large archive
_MOST_SHARING = 40  # messages that share a mark and are all looked at
_OF_MANY = 8  # of a mark that more share: enough to find the message of which one more copy came
_LOCK = 0x54485245  # PostgreSQL: one at a time ties messages
_OWN_DOUBTS = ("two_parents", "thread_circle")


def link_waiting(session: Session) -> bool:
    """Tie messages that wait, at most some thousands at a time; return whether there were any."""
    _take_turn(session)
    waiting = session.scalars(
        select(rows.Message.id)
        .where(rows.Message.sent_message_id.is_(None))
        .order_by(rows.Message.id)
        .limit(_AT_A_TIME)
    ).all()
    if not waiting:
        return False
    appearances = load_appearances(session, waiting)
    _mark(session, appearances)
    touched = _touched(session, waiting)
    appearances += load_appearances(session, sorted(touched.difference(waiting)))
    threads = link_appearances(appearances)
    had = _earlier(session, appearances)
    _store(session, threads, had)
    _write_doubts(session, appearances, threads)
    store_differences(session, _regrouped(threads, had))
    log.info("tied waiting=%d touched=%d sent=%d", len(waiting), len(touched), len(threads.sent))
    return True


def unlink(session: Session, condition: ColumnElement[bool]) -> None:
    """Let all messages of the threads in which these messages stand wait to be tied again."""
    own, other = aliased(rows.SentMessage), aliased(rows.SentMessage)
    theirs = select(own.thread_id).join(rows.Message, rows.Message.sent_message_id == own.id).where(condition)
    of_threads = select(other.id).where(other.thread_id.in_(theirs))
    session.execute(
        update(rows.Message)
        .where(rows.Message.sent_message_id.in_(of_threads))
        .values(sent_message_id=None)
        .execution_options(synchronize_session=False)
    )


def unlink_all(session: Session) -> None:
    """Let every message of the archive wait to be tied again."""
    session.execute(delete(rows.MessageMark))
    session.execute(update(rows.Message).values(sent_message_id=None).execution_options(synchronize_session=False))


def _take_turn(session: Session) -> None:
    """Begin with a write, so that SQLite waits for its turn; sent messages that stand nowhere any more go."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    stands = exists().where(rows.Message.sent_message_id == rows.SentMessage.id)
    _drop_sent(session, select(rows.SentMessage.id).where(~stands))


def _drop_sent(session: Session, gone: Select[int] | Sequence[int]) -> None:
    for column in (rows.SentMessage.parent_id, rows.SentMessage.thread_id):
        session.execute(
            update(rows.SentMessage)
            .where(column.in_(gone))
            .values({column: None} | ({rows.SentMessage.parent_evidence: None} if column.key == "parent_id" else {}))
            .execution_options(synchronize_session=False)
        )
    session.execute(
        delete(rows.SentMessage).where(rows.SentMessage.id.in_(gone)).execution_options(synchronize_session=False)
    )


def _mark(session: Session, appearances: Sequence[Appearance]) -> None:
    ids = [one.id for one in appearances]
    for chunk in in_chunks(ids):
        session.execute(delete(rows.MessageMark).where(rows.MessageMark.message_id.in_(chunk)))
    marks = [{"message_id": one.id, "mark": mark} for one in appearances for mark in sorted(find_marks(one))]
    if marks:
        session.execute(insert(rows.MessageMark), marks)


def _touched(session: Session, waiting: Sequence[int]) -> set[int]:
    """Return the waiting messages, those that share a mark with one of them, and all of their threads."""
    found = set(waiting)
    marks: set[int] = set()
    for chunk in in_chunks(waiting):
        marks.update(
            session.scalars(select(rows.MessageMark.mark).where(rows.MessageMark.message_id.in_(chunk)).distinct())
        )
    found.update(_sharing(session, marks))
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
        found.update(session.scalars(select(rows.Message.id).where(rows.Message.sent_message_id.in_(inside))))
    return found


def _sharing(session: Session, marks: Iterable[int]) -> Iterator[int]:
    """Yield the messages that have one of these marks; of one that many have, the first few, for it tells little."""
    mark, message_id = rows.MessageMark.mark, rows.MessageMark.message_id
    place = func.row_number().over(partition_by=mark, order_by=message_id).label("place")
    holders = func.count().over(partition_by=mark).label("holders")
    for chunk in in_chunks(sorted(marks)):
        held = select(message_id, place, holders).where(mark.in_(chunk)).subquery()
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
    _update(session, rows.Message, moved)
    regrouped = {change["sent_message_id"] for change in moved}
    _queue_copies(session, [row for number, row in ids.items() if row in regrouped])
    for gone in in_chunks(sorted(set(had.values()) - kept.keys())):
        _drop_sent(session, list(gone))


def _queue_copies(session: Session, sent_ids: Iterable[int]) -> None:
    """Let the printed copies of these sent messages wait for the index, which knows what is a copy of what."""
    for chunk in in_chunks(sorted(sent_ids)):
        printed: dict[int, list[int]] = defaultdict(list)
        # Levels are told apart here: a condition on them makes SQLite walk over every printed message.
        tied = select(rows.Message.sent_message_id, rows.Message.id, rows.Message.level)
        for sent_id, message_id, level in session.execute(tied.where(rows.Message.sent_message_id.in_(chunk))):
            if level is rows.Level.PRINTED and sent_id is not None:
                printed[sent_id].append(message_id)
        for ids in in_chunks(one for copies in printed.values() if len(copies) > 1 for one in copies):
            session.execute(
                update(rows.Message)
                .where(rows.Message.id.in_(ids))
                .values(indexed_at=None)
                .execution_options(synchronize_session=False)
            )


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
        }
        for number, sent in enumerate(threads.sent)
    ]
    _update(session, rows.SentMessage, values)


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
    _update(session, rows.Message, changed)


def _with_doubt(doubts: Sequence[Sequence[str]], doubt: Doubt | None) -> list[list[str]]:
    others = [list(each) for each in doubts if each[0] not in _OWN_DOUBTS]
    return others if doubt is None else [*others, [doubt.code, doubt.detail]]


def _update(session: Session, model: type[rows.Base], values: Sequence[dict[str, Any]]) -> None:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in values:
        groups[tuple(each)].append(each)
    for group in groups.values():
        session.execute(update(model), group)
