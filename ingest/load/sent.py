"""Write messages as they were sent: the statements of it, and those that are not public beside public ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from app.database import models as rows
from ingest.load.chunks import in_chunks
from ingest.records import Threads


def store_beside(session: Session, threads: Threads, had: Mapping[int, int], own: Collection[int], world: str) -> None:
    """Write what was found of the messages `own` of a world that is not public; nothing of public ones changes.

    A message that is public too has its row there; what is of this world alone has one of its own, and hangs on the
    public thread if it belongs to one. `had`: the row that each appearance has so far.
    """
    public = _load_public(session, set(had.values()))
    ids: dict[int, int] = {}  # row of each sent message, by its number
    for number, sent in enumerate(threads.sent):
        known = {had[one] for one in sent.appearances if one not in own and one in had}
        if known:
            ids[number] = min(known)
    alone = [number for number in range(len(threads.sent)) if number not in ids]
    ids |= _find_rows(session, threads, had, alone, public, world)
    roots: dict[int, int] = {}  # thread of each row, by the number of the thread's first message
    for number, sent in enumerate(threads.sent):
        if ids[number] in public:
            roots.setdefault(sent.thread, public[ids[number]])
    _write_alone(session, threads, alone, ids, roots)
    moved = [
        {"id": one, "sent_message_id": ids[number]}
        for number, sent in enumerate(threads.sent)
        for one in sent.appearances
        if one in own and had.get(one) != ids[number]
    ]
    update_rows(session, rows.Message, moved)
    queue_copies(session, {change["sent_message_id"] for change in moved})
    for gone in in_chunks(sorted(set(had.values()) - public.keys() - set(ids.values()))):
        drop_sent(session, list(gone))


def _load_public(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Map those of the rows that are public to their threads."""
    found: dict[int, int] = {}
    for chunk in in_chunks(sorted(ids)):
        threads = select(rows.SentMessage.id, rows.SentMessage.thread_id).where(
            rows.SentMessage.id.in_(chunk), rows.SentMessage.world == ""
        )
        found.update({row_id: thread_id or row_id for row_id, thread_id in session.execute(threads)})
    return found


def _find_rows(
    session: Session,
    threads: Threads,
    had: Mapping[int, int],
    alone: Sequence[int],
    public: Collection[int],
    world: str,
) -> dict[int, int]:
    """Return the rows of sent messages of this world alone: kept where an appearance had one, else new."""
    kept: dict[int, int] = {}
    for number in alone:
        before = {had[one] for one in threads.sent[number].appearances if one in had}
        free = before.difference(public, kept.values())
        if free:
            kept[number] = min(free)
    new = {number: rows.SentMessage(world=world) for number in alone if number not in kept}
    session.add_all(new.values())
    session.flush()
    return kept | {number: row.id for number, row in new.items()}


def _write_alone(
    session: Session, threads: Threads, alone: Sequence[int], ids: Mapping[int, int], roots: Mapping[int, int]
) -> None:
    values = []
    for number in alone:
        sent = threads.sent[number]
        values.append(
            {
                "id": ids[number],
                "parent_id": ids[sent.parent] if sent.parent is not None else None,
                "parent_evidence": rows.ParentEvidence(sent.evidence.value) if sent.evidence else None,
                "thread_id": roots.get(sent.thread, ids[sent.thread]),
                "is_printed": sent.is_printed,
                "is_reply": sent.is_reply,
            }
        )
    update_rows(session, rows.SentMessage, values)


def drop_sent(session: Session, gone: Select[int] | Sequence[int]) -> None:
    """Delete rows that no message has any more; what hung on them hangs on nothing."""
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


def queue_copies(session: Session, sent_ids: Iterable[int]) -> None:
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


def update_rows(session: Session, model: type[rows.Base], values: Sequence[dict[str, Any]]) -> None:
    """Write values into the rows whose "id" they have."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in values:
        groups[tuple(each)].append(each)
    for group in groups.values():
        session.execute(update(model), group)
