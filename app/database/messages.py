"""Look up emails and those they quote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.database.models import (
    Attachment,
    Document,
    Level,
    Message,
    Page,
    Participant,
    Person,
    Redirect,
    RetiredEntry,
    Tombstone,
)

_MOST_MOVES = 10  # of an address, one to the next


@dataclass(frozen=True, slots=True)
class DateRange:
    """The first and the last date of the printed messages, and how many have none."""

    first: datetime | None
    last: datetime | None
    undated: int


class MessageRepository:
    """Messages, printed and quoted."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Message | None:
        """Return the message with participants, attachments, redactions, document and parent, or None."""
        return self._session.scalar(
            select(Message)
            .where(Message.key == key)
            .options(
                *WITH_PARTICIPANTS,
                selectinload(Message.attachments).joinedload(Attachment.document),
                selectinload(Message.redactions),
                joinedload(Message.document),
                joinedload(Message.parent).options(*WITH_PARTICIPANTS),
            )
        )

    def quoted_in(self, message_id: int) -> Sequence[Message]:
        """Return all messages quoted in this one, at any depth, in order, with participants."""
        found = select(Message.id).where(Message.parent_id == message_id).cte("found", recursive=True)
        deeper = select(Message.id).join(found, Message.parent_id == found.c.id)
        inside = found.union(deeper)
        return self._session.scalars(
            select(Message)
            .where(Message.id.in_(select(inside.c.id)))
            .order_by(Message.position)
            .options(*WITH_PARTICIPANTS)
        ).all()

    def on_pages(self, document_id: int, first: int, last: int) -> Sequence[Message]:
        """Return the printed messages that touch these pages, in order, with participants."""
        return self._session.scalars(
            select(Message)
            .where(Message.document_id == document_id, Message.level == Level.PRINTED)
            .where(Message.first_page <= last, Message.last_page >= first)
            .order_by(Message.position)
            .options(*WITH_PARTICIPANTS)
        ).all()

    def in_order(self, document_id: int, *, offset: int, limit: int) -> Sequence[Message]:
        """Return printed messages of the document in its order, with participants."""
        return self._session.scalars(
            select(Message)
            .where(Message.document_id == document_id, Message.level == Level.PRINTED)
            .order_by(Message.position)
            .offset(offset)
            .limit(limit)
            .options(*WITH_PARTICIPANTS)
        ).all()

    def with_attachment(self, document_id: int, *, limit: int) -> Sequence[Message]:
        """Return the messages to which this document was attached, in the order they came in, with participants."""
        naming = select(Attachment.message_id).where(Attachment.document_id == document_id)
        return self._session.scalars(
            select(Message).where(Message.id.in_(naming)).order_by(Message.id).limit(limit).options(*WITH_PARTICIPANTS)
        ).all()

    def of_people(self, person_ids: Sequence[int], *, limit: int) -> Sequence[Message]:
        """Return the newest messages, printed or quoted, in which one of these people has any role."""
        theirs = select(Participant.message_id).where(Participant.person_id.in_(person_ids))
        return self._newest(theirs, limit)

    def of_agencies(self, agency_ids: Sequence[int], *, limit: int) -> Sequence[Message]:
        """Return the newest messages, printed or quoted, with a participant of these agencies."""
        theirs = select(Participant.message_id).where(Participant.agency_id.in_(agency_ids))
        return self._newest(theirs, limit)

    def count_levels(self) -> dict[Level, int]:
        """Return the number of printed and of quoted messages."""
        counted = select(Message.level, func.count()).group_by(Message.level)
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def date_range(self) -> DateRange:
        """Return the span of all printed messages."""
        first, last, messages, dated = self._session.execute(
            select(
                func.min(Message.sent_at),
                func.max(Message.sent_at),
                func.count(),
                func.count(Message.sent_at),
            ).where(Message.level == Level.PRINTED)
        ).one()
        return DateRange(first, last, messages - dated)

    def count_waiting(self) -> int:
        """Return the number of entries that the index does not have yet, or has and should not."""
        # Of few rows it is counted which are of this kind: where both are asked for, planners look at all of that kind.
        messages = select(func.sum(case((Message.level == Level.PRINTED, 1), else_=0))).where(
            Message.indexed_at.is_(None)
        )
        pages = select(func.sum(case((Page.in_message.is_(False), 1), else_=0))).where(Page.indexed_at.is_(None))
        retired = select(func.count()).select_from(RetiredEntry)
        return sum(self._session.scalar(counted) or 0 for counted in (messages, pages, retired))

    def new_path(self, old_key: str) -> str | None:
        """Return the path to which a message's or document's address moved, "/messages/KEY".

        None: it did not, or to what is not here.
        """
        first, key = None, old_key
        for _ in range(_MOST_MOVES):
            moved = self._session.scalar(select(Redirect.new_path).where(Redirect.old_key == key))
            if moved is None:
                break
            first, key = first or moved, moved.rsplit("/", 1)[-1]
        there = [exists().where(model.key == key) for model in (Message, Document, Tombstone)]
        return first if any(self._session.scalar(select(one)) for one in there) else None

    def _newest(self, message_ids: Select[int], limit: int) -> Sequence[Message]:
        return self._session.scalars(
            select(Message)
            .where(Message.id.in_(message_ids))
            .order_by(Message.sent_at.desc().nulls_last(), Message.id.desc())
            .limit(limit)
            .options(*WITH_PARTICIPANTS)
        ).all()


_PARTICIPANTS = selectinload(Message.participants)
WITH_PARTICIPANTS = (
    _PARTICIPANTS.joinedload(Participant.person).joinedload(Person.same_as),
    _PARTICIPANTS.joinedload(Participant.agency),
)
