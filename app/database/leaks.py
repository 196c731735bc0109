"""Look up what was left readable under boxes: for the archive's keeper alone, never for a page or the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.models import Document, Leak, Page


@dataclass(frozen=True, slots=True)
class LeakPlace:
    """Words that can be copied out of a released file although a box hides them."""

    document_key: str
    document_name: str
    page: int
    x0: float  # the box in points from the page's top left corner
    top: float
    x1: float
    bottom: float
    text: str


class LeakRepository:
    """Text left under boxes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def every(self) -> Sequence[LeakPlace]:
        """Return all of them, by document and page."""
        found = self._session.execute(
            select(Document.key, Document.name, Page.number, Leak.x0, Leak.top, Leak.x1, Leak.bottom, Leak.text)
            .join(Page, Page.id == Leak.page_id)
            .join(Document, Document.id == Page.document_id)
            .order_by(Document.name, Document.id, Page.number, Leak.id)
        )
        return [LeakPlace(*row) for row in found]
