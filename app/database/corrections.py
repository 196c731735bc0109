"""Keep what people decided about records: appended, never changed."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database.models import Correction, Document, Message, Page
from app.errors import NotFoundError


class CorrectionRepository:
    """The corrections, in the order in which they were made."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, correction: Correction) -> None:
        """Add a correction behind all others."""
        self._session.add(correction)
        self._session.flush()

    def of_file(self, sha256: str) -> Sequence[Correction]:
        """Return the corrections of the file with this hash."""
        found = select(Correction).where(Correction.sha256 == sha256).order_by(Correction.id)
        return self._session.scalars(found).all()

    def newest_id(self, sha256: str) -> int:
        """Return the id of the file's last correction; 0 where it has none."""
        newest = select(func.max(Correction.id)).where(Correction.sha256 == sha256)
        return self._session.scalar(newest) or 0

    def every(self) -> Sequence[Correction]:
        """Return all corrections, those about people too."""
        return self._session.scalars(select(Correction).order_by(Correction.id)).all()

    def has(self, correction: Correction) -> bool:
        """Tell whether the very same correction was made: by the same person, at the same moment, of the same line."""
        same = (
            getattr(Correction, name) == getattr(correction, name)
            for name in ("made_at", "made_by", "sha256", "page", "line", "anchor", "action", "field", "after")
        )
        return self._session.scalar(select(Correction.id).where(*same).limit(1)) is not None


def place_of_message(session: Session, message: Message) -> Correction:
    """Return a correction, without its decision, of the line on which the message begins; its document is loaded."""
    if message.document.page_count:
        return place_of_line(session, message.document, message.first_page, message.first_line)
    anchor = message.header_text.partition("\n")[0]
    return Correction(sha256=message.document.sha256, page=None, line=message.position + 1, anchor=anchor)


def place_of_line(session: Session, document: Document, page: int, line: int) -> Correction:
    """Return a correction, without its decision, of a line of a page, both from 1.

    Raises:
        NotFoundError: the document has no such line.
    """
    text = session.scalar(select(Page.text).where(Page.document_id == document.id, Page.number == page))
    lines = text.split("\n") if text else []
    if not 0 < line <= len(lines):
        raise NotFoundError(f"{document.name} has no line {line} on page {page}, which has {len(lines)}.")
    return Correction(sha256=document.sha256, page=page, line=line, anchor=lines[line - 1])
