"""Look up what stands in released files beside emails."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.database.models import Message, Paper, Participant, Person


@dataclass(frozen=True, slots=True)
class PaperOfMessage:
    """A paper and the email that it is attached to, if any."""

    paper: Paper
    message: Message | None


class PaperRepository:
    """Letters, memos, attachment pages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_pages(self, document_id: int, first: int, last: int) -> list[PaperOfMessage]:
        """Return the papers that touch these pages, in order, with their emails and those's participants."""
        rows = self._session.execute(
            select(Paper, Message)
            .join(Message, Message.id == Paper.message_id, isouter=True)
            .where(Paper.document_id == document_id, Paper.first_page <= last, Paper.last_page >= first)
            .order_by(Paper.position)
            .options(
                selectinload(Message.participants).joinedload(Participant.person).joinedload(Person.same_as),
                selectinload(Message.participants).joinedload(Participant.agency),
            )
        )
        return [PaperOfMessage(paper, message) for paper, message in rows]
