"""What waits for the index: rows without `indexed_at`, and entries to be taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.database.models import Document, Level, Message, Page, RetiredEntry


class IndexQueueRepository:
    """The queue of one session; claims hold until its transaction ends, and are undone with it.

    Claiming is the first statement of a transaction, a write: SQLite then waits for its turn instead
    of failing half-way, and nobody changes the rows before the index has them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_empty(self) -> bool:
        """Tell whether nothing waits."""
        waiting = [
            exists().where(Message.indexed_at.is_(None)),
            exists().where(Page.indexed_at.is_(None)),
            select(RetiredEntry.key).exists(),
        ]
        return not any(self._session.scalar(select(one)) for one in waiting)

    def claim(self, model: type[Message] | type[Page], limit: int, now: datetime) -> list[int]:
        """Mark up to `limit` rows as indexed and return their ids."""
        waiting = select(model.id).where(model.indexed_at.is_(None)).order_by(model.id).limit(limit)
        claimed = self._session.scalars(
            update(model)
            .where(model.id.in_(waiting.scalar_subquery()))
            .values(indexed_at=now)
            .returning(model.id)
            .execution_options(synchronize_session=False)
        )
        return sorted(claimed)

    def take_retired(self) -> list[str]:
        """Take all keys of entries that are to leave the index off the queue and return them.

        Ask after claiming: a row that comes again under a key comes together with its retirement.
        """
        return list(self._session.scalars(delete(RetiredEntry).returning(RetiredEntry.key)))

    def find_indexable(self, model: type[Message] | type[Page], after: int, limit: int) -> Sequence[int]:
        """Return ids greater than `after`, in order, of rows that are entries of the index by themselves."""
        ids = select(model.id).where(model.id > after).order_by(model.id).limit(limit)
        if model is Message:
            return self._session.scalars(ids.where(Message.level == Level.PRINTED)).all()
        return self._session.scalars(ids.where(Page.in_message.is_(False), Page.text != "")).all()

    def find_keys(self, message_ids: Sequence[int], page_ids: Sequence[int]) -> list[str]:
        """Return under which keys an index may have these rows."""
        keys = list(self._session.scalars(select(Message.key).where(Message.id.in_(message_ids))))
        pages = (
            select(Document.key, Page.number).join(Page, Page.document_id == Document.id).where(Page.id.in_(page_ids))
        )
        return keys + [f"{key}/{number}" for key, number in self._session.execute(pages)]
