"""Look up released files and their pages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from app.database.models import (
    Document,
    DocumentState,
    Level,
    Message,
    Page,
    Problem,
    Redaction,
    RedactionShape,
    ReleasedFile,
    TextSource,
)

DRAWN_SHAPES = (RedactionShape.BOX, RedactionShape.ANNOTATION, RedactionShape.IMAGE)


class DocumentRepository:
    """Documents and their pages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Document | None:
        """Return the document with its problems, or None."""
        return self._session.scalar(
            select(Document).where(Document.key == key).options(selectinload(Document.problems))
        )

    def container(self, document: Document) -> Document | None:
        """Return the zip or mail in which the document lay, or None."""
        return self._session.get(Document, document.parent_id) if document.parent_id else None

    def contents(self, document_id: int, *, limit: int) -> Sequence[Document]:
        """Return the files that lay in this one, by name."""
        return self._session.scalars(
            select(Document).where(Document.parent_id == document_id).order_by(Document.name, Document.id).limit(limit)
        ).all()

    def newest(self, *, limit: int) -> Sequence[Document]:
        """Return the files that came in last, the last one first."""
        return self._session.scalars(
            select(Document).order_by(Document.ingested_at.desc(), Document.id.desc()).limit(limit)
        ).all()

    def page(self, document_id: int, number: int) -> Page | None:
        """Return a page, counted from 1, with its marks, or None."""
        pages = self.pages(document_id, number, number)
        return pages[0] if pages else None

    def pages(self, document_id: int, first: int, last: int) -> Sequence[Page]:
        """Return the pages from `first` to `last`, both inclusive, with Bates numbers and redactions."""
        return self._session.scalars(
            select(Page)
            .where(Page.document_id == document_id, Page.number.between(first, last))
            .order_by(Page.number)
            .options(selectinload(Page.bates_numbers), selectinload(Page.redactions))
        ).all()

    def count_messages(self, document_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of printed messages of each of these documents that has any."""
        return self._count(Message, document_ids, Message.level == Level.PRINTED)

    def count_problems(self, document_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of problems of each of these documents that has any."""
        return self._count(Problem, document_ids, Problem.id.is_not(None))

    def count_withheld(self, document_id: int) -> tuple[int, dict[str, int]]:
        """Return how many boxes withhold something in the document, and how often each exemption is claimed."""
        of_document = select(Page.id).where(Page.document_id == document_id)
        boxes = (
            select(Redaction.page_id, Redaction.x0, Redaction.top, Redaction.x1, Redaction.bottom)
            .where(Redaction.page_id.in_(of_document), Redaction.shape.in_(DRAWN_SHAPES))
            .distinct()
            .subquery()
        )
        claimed = (
            select(Redaction.code, func.count())
            .where(Redaction.page_id.in_(of_document), Redaction.code.is_not(None))
            .group_by(Redaction.code)
        )
        times = {str(row[0]): int(row[1]) for row in self._session.execute(claimed)}
        return self._session.scalar(select(func.count()).select_from(boxes)) or 0, times

    def count_states(self, *, release_id: int | None = None) -> dict[DocumentState, int]:
        """Return the number of documents in each state, of one release or of the archive."""
        counted = select(Document.state, func.count()).group_by(Document.state)
        if release_id is not None:
            in_release = select(ReleasedFile.document_id).where(ReleasedFile.release_id == release_id)
            counted = counted.where(Document.id.in_(in_release))
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def count_files(self) -> int:
        """Return the number of files found in all releases; the same bytes in two places are two."""
        return self._session.scalar(select(func.count()).select_from(ReleasedFile)) or 0

    def count_pages(self, *, without_text: bool = False) -> int:
        """Return the number of pages, or of those that have no text."""
        counted = select(func.count()).select_from(Page)
        if without_text:
            counted = counted.where(Page.text_source == TextSource.NONE)
        return self._session.scalar(counted) or 0

    def last_ingested_at(self) -> datetime | None:
        """Return when the newest document came in, in UTC; None for an empty archive."""
        return self._session.scalar(select(func.max(Document.ingested_at)))

    def _count(
        self, model: type[Message] | type[Problem], document_ids: Sequence[int], which: ColumnElement[bool]
    ) -> dict[int, int]:
        counted = (
            select(model.document_id, func.count())
            .where(model.document_id.in_(document_ids), which)
            .group_by(model.document_id)
        )
        return {row[0]: row[1] for row in self._session.execute(counted)}
