"""What stands in a released file beside its emails."""

from app.database.models import Paper, PaperKind
from app.database.papers import PaperOfMessage
from app.web.certainty import confidence_words
from app.web.schemas.base import Schema
from app.web.schemas.messages import MessageSummary, message_summary


class PaperSummary(Schema):
    """A letter, a memo, or pages attached to an email."""

    kind: PaperKind
    title: str | None  # its first line, or what it says it is about; None: nothing legible
    url: str  # its first page
    first_page: int
    last_page: int
    message: MessageSummary | None  # the email that it is attached to
    confidence: float  # that it is of this kind and begins here, 0 to 1
    certainty: str  # the same in words


def paper_summary(found: PaperOfMessage, document_key: str) -> PaperSummary:
    """Return what a reader sees of a paper; the participants of its message must be loaded."""
    paper: Paper = found.paper
    return PaperSummary(
        kind=paper.kind,
        title=paper.title,
        url=f"/documents/{document_key}/pages/{paper.first_page}",
        first_page=paper.first_page,
        last_page=paper.last_page,
        message=message_summary(found.message) if found.message else None,
        confidence=paper.confidence,
        certainty=confidence_words(paper.confidence),
    )
