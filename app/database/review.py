"""The queue of records at which a person should look."""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.database.models import Document, Message, Participant, Person


class ReviewRepository:
    """Doubtful messages, in the order of their files and within them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, code: str = "") -> int:
        """Return the number of messages in the queue, or of those with a doubt of this code."""
        return self._session.scalar(select(func.count()).select_from(Message).where(_doubtful(code))) or 0

    def count_before(self, message: Message, code: str = "") -> int:
        """Return the number of messages in the queue that stand before this one."""
        counted = select(func.count()).select_from(Message).where(_doubtful(code), _before(message))
        return self._session.scalar(counted) or 0

    def count_codes(self) -> dict[str, int]:
        """Return how many messages have each kind of doubt, the most frequent first."""
        counts: Counter[str] = Counter()
        for doubts in self._session.scalars(select(Message.doubts).where(_doubtful(""))):
            counts.update({code for code, _ in doubts})
        return dict(counts.most_common())

    def page(self, code: str = "", *, offset: int, limit: int) -> Sequence[Message]:
        """Return a stretch of the queue, with participants and documents."""
        return self._session.scalars(
            _in_order(_doubtful(code))
            .offset(offset)
            .limit(limit)
            .options(
                joinedload(Message.document),
                selectinload(Message.participants).joinedload(Participant.person).joinedload(Person.same_as),
                selectinload(Message.participants).joinedload(Participant.agency),
            )
        ).all()

    def next_key(self, message: Message, code: str = "") -> str | None:
        """Return the key of the next message in the queue, or None; the message itself may stand outside it."""
        found = _in_order(_doubtful(code), _after(message)).with_only_columns(Message.key).limit(1)
        return self._session.scalar(found)

    def previous_key(self, message: Message, code: str = "") -> str | None:
        """Return the key of the message in the queue before this one, or None."""
        before = select(Message.key).where(_doubtful(code), _before(message))
        last_first = before.order_by(Message.document_id.desc(), Message.position.desc())
        return self._session.scalar(last_first.limit(1))

    def at_line(self, document_id: int, page: int | None, line: int) -> Message | None:
        """Return the message that begins on this line of the page, or holds it; of a mail file the `line`-th one."""
        of_document = select(Message).where(Message.document_id == document_id)
        if page is None:
            return self._session.scalar(of_document.where(Message.position == line - 1))
        place = or_(Message.first_page < page, and_(Message.first_page == page, Message.first_line <= line))
        last_first = of_document.where(place).order_by(Message.first_page.desc(), Message.first_line.desc())
        return self._session.scalar(last_first.limit(1))

    def document_of(self, sha256: str) -> Document | None:
        """Return the document with this hash, or None."""
        return self._session.scalar(select(Document).where(Document.sha256 == sha256))


def _in_order(*which: ColumnElement[bool]) -> Select[Message]:
    return select(Message).where(*which).order_by(Message.document_id, Message.position)


def _doubtful(code: str) -> ColumnElement[bool]:
    if not code:
        return Message.doubtful.is_(True)
    start = f"[{json.dumps(code)}, "  # doubts are [code, detail]; both databases keep JSON as it was written
    return and_(Message.doubtful.is_(True), cast(Message.doubts, String).contains(start, autoescape=True))


def _before(message: Message) -> ColumnElement[bool]:
    same = and_(Message.document_id == message.document_id, Message.position < message.position)
    return or_(Message.document_id < message.document_id, same)


def _after(message: Message) -> ColumnElement[bool]:
    same = and_(Message.document_id == message.document_id, Message.position > message.position)
    return or_(Message.document_id > message.document_id, same)
