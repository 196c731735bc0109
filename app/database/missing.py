"""Look up what the record knows of and does not have: emails only quoted, attachments, answers to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.database.messages import WITH_PARTICIPANTS
from app.database.models import Attachment, Level, Message, Paper, PaperKind, ReleasedFile, SentMessage


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """How much is known of and not there."""

    quoted_only: int  # messages that are quoted, and printed nowhere in the archive
    attachments: int  # named, with neither a file nor pages
    unanswered: int  # replies and forwards without the message that they answer or forward


class MissingRepository:
    """What is missing from a release, or with None from the whole archive."""

    def __init__(self, session: Session, release_id: int | None = None) -> None:
        self._session = session
        self._in_release = _in_release(release_id)

    def counts(self) -> MissingCounts:
        """Return how much of each is missing; a message counts once, however often it is quoted."""
        return MissingCounts(
            quoted_only=self._count(_quoted_only(func.count(Message.sent_message_id.distinct()))),
            attachments=self._count(_attachments(func.count())),
            unanswered=self._count(_unanswered(func.count(Message.sent_message_id.distinct()))),
        )

    def quoted_only(self, *, offset: int, limit: int) -> Sequence[Message]:
        """Return the messages that are quoted and printed nowhere, each where it is quoted first, by date."""
        return self._messages(_quoted_only(func.min(Message.id)), offset, limit)

    def unanswered(self, *, offset: int, limit: int) -> Sequence[Message]:
        """Return the printed replies and forwards without a parent, by date."""
        return self._messages(_unanswered(func.min(Message.id)), offset, limit)

    def attachments(self, *, offset: int, limit: int) -> Sequence[tuple[Attachment, Message]]:
        """Return the attachments that are named and not there, each with its message, by the date of that."""
        found = self._session.execute(
            _attachments(Attachment, Message)
            .where(self._in_release)
            .order_by(Message.sent_at.nulls_last(), Message.id, Attachment.id)
            .offset(offset)
            .limit(limit)
            .options(joinedload(Message.document), *WITH_PARTICIPANTS)
        )
        return [(attachment, message) for attachment, message in found]

    def _count(self, counted: Select[Any]) -> int:
        return self._session.scalar(counted.where(self._in_release)) or 0

    def _messages(self, firsts: Select[Any], offset: int, limit: int) -> Sequence[Message]:
        by_date = (Message.sent_at.nulls_last(), Message.id)
        of_page = (  # ids alone are sorted: whole messages are wide, and there may be a hundred thousand
            select(Message.id)
            .where(Message.id.in_(firsts.where(self._in_release).group_by(SentMessage.id)))
            .order_by(*by_date)
            .offset(offset)
            .limit(limit)
        )
        return self._session.scalars(
            select(Message)
            .where(Message.id.in_(self._session.scalars(of_page).all()))
            .order_by(*by_date)
            .options(joinedload(Message.document), *WITH_PARTICIPANTS)
        ).all()


def _in_release(release_id: int | None) -> ColumnElement[bool]:
    if release_id is None:  # nearly all are, so nobody begins with a list of the documents
        return exists().where(ReleasedFile.document_id == Message.document_id)
    return Message.document_id.in_(select(ReleasedFile.document_id).where(ReleasedFile.release_id == release_id))


def _quoted_only(*columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(Message).join(SentMessage, SentMessage.id == Message.sent_message_id)
    return joined.where(SentMessage.is_printed.is_(False))


def _unanswered(*columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(Message).join(SentMessage, SentMessage.id == Message.sent_message_id)
    return joined.where(SentMessage.is_reply.is_(True), SentMessage.parent_id.is_(None), Message.level == Level.PRINTED)


def _attachments(*columns: Any) -> Select[Any]:
    on_pages = exists().where(Paper.message_id == Message.id, Paper.kind == PaperKind.ATTACHMENT)
    joined = select(*columns).select_from(Attachment).join(Message, Message.id == Attachment.message_id)
    return joined.where(Attachment.document_id.is_(None), Message.level == Level.PRINTED, ~on_pages)
