"""Look up what ties emails together: threads, copies of one message, what a message probably answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.database.messages import WITH_PARTICIPANTS
from app.database.models import CopyDifference, Level, Message, ParentEvidence, SentMessage

_MOST_OF_THREAD = 2000  # messages of a thread that are put in order


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """A message of a thread, in the place where a reader should see it: printed, if it is printed anywhere."""

    message: Message
    sent_id: int
    parent_id: int | None  # `sent_id` of what it answers
    is_printed: bool
    appearances: int


@dataclass(frozen=True, slots=True)
class ThreadStretch:
    """A thread's messages around one of them, in the order of their dates."""

    count: int
    not_released: int  # quoted, and printed nowhere
    before: int  # how many stand before the first entry
    entries: Sequence[ThreadEntry]


class ThreadRepository:
    """Threads and copies."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: SentMessage | None = None  # the session forgets a row that nobody holds

    def count(self) -> int:
        """Return the number of threads of two messages or more."""
        answering = (ParentEvidence.QUOTED, ParentEvidence.REPLY_HEADER)
        counted = select(func.count(SentMessage.thread_id.distinct()))
        return self._session.scalar(counted.where(SentMessage.parent_evidence.in_(answering))) or 0

    def around(self, message: Message, *, limit: int) -> ThreadStretch | None:
        """Return the thread of a message, at most `limit` entries around it; None if it is not tied yet."""
        own = self._sent(message)
        if own is None or own.thread_id is None:
            return None
        inside = self._session.execute(
            select(SentMessage.id, SentMessage.parent_id, SentMessage.is_printed, func.count().label("appearances"))
            .join(Message, Message.sent_message_id == SentMessage.id)
            .where(SentMessage.thread_id == own.thread_id)
            .group_by(SentMessage.id, SentMessage.parent_id, SentMessage.is_printed)
            .order_by(func.min(Message.sent_at).nulls_last(), SentMessage.id)
            .limit(_MOST_OF_THREAD)
        ).all()
        place = next((number for number, row in enumerate(inside) if row.id == own.id), 0)
        first = max(0, min(place - limit // 2, len(inside) - limit))
        shown = inside[first : first + limit]
        # Most emails stand alone and once: that one is loaded already.
        is_alone = len(inside) == 1 and inside[0].appearances == 1
        messages = {own.id: message} if is_alone else self._best([row.id for row in shown])
        entries = [
            ThreadEntry(messages[row.id], row.id, row.parent_id, row.is_printed, row.appearances) for row in shown
        ]
        return ThreadStretch(len(inside), sum(not row.is_printed for row in inside), first, entries)

    def copies(self, message: Message, *, limit: int) -> tuple[int, Sequence[Message]]:
        """Return how many other appearances the message has, and the first of them, printed ones first."""
        if message.sent_message_id is None:
            return 0, ()
        others = (Message.sent_message_id == message.sent_message_id, Message.id != message.id)
        found = self._session.scalars(
            select(Message)
            .where(*others)
            .order_by(Message.level != Level.PRINTED, Message.id)
            .limit(limit)
            .options(*WITH_PARTICIPANTS, joinedload(Message.document))
        ).all()
        if len(found) < limit:
            return len(found), found
        return self._session.scalar(select(func.count()).select_from(Message).where(*others)) or 0, found

    def differences(self, message_id: int, other_ids: Sequence[int]) -> dict[int, CopyDifference]:
        """Return where a message and others differ, by the other's id; only pairs that were compared and do."""
        if not other_ids:
            return {}
        sides = (CopyDifference.message_id, CopyDifference.other_id)
        found: dict[int, CopyDifference] = {}
        for mine, others in (sides, sides[::-1]):
            rows = self._session.scalars(select(CopyDifference).where(mine == message_id, others.in_(other_ids)))
            found.update({row.other_id if row.message_id == message_id else row.message_id: row for row in rows})
        return found

    def likely_parent(self, message: Message) -> Message | None:
        """Return what a message probably answers, where nothing says for certain what it does."""
        own = self._sent(message)
        if own is None or own.parent_evidence is not ParentEvidence.LIKELY or own.parent_id is None:
            return None
        return self._best([own.parent_id]).get(own.parent_id)

    def _sent(self, message: Message) -> SentMessage | None:
        if message.sent_message_id is None:
            return None
        self._asked = self._session.get(SentMessage, message.sent_message_id)
        return self._asked

    def _best(self, sent_ids: Sequence[int]) -> dict[int, Message]:
        """Return one appearance of each sent message: printed if there is one, else the first."""
        order = func.row_number().over(
            partition_by=Message.sent_message_id, order_by=(Message.level != Level.PRINTED, Message.id)
        )
        ranked = select(Message.id, order.label("place")).where(Message.sent_message_id.in_(sent_ids)).subquery()
        found = self._session.scalars(
            select(Message)
            .join(ranked, ranked.c.id == Message.id)
            .where(ranked.c.place == 1)
            .options(*WITH_PARTICIPANTS, joinedload(Message.document))
        )
        return {message.sent_message_id: message for message in found if message.sent_message_id is not None}
