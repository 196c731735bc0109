"""Look up releases, what they hold and where a document was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.database.models import Document, Level, Message, Problem, Release, ReleasedFile


@dataclass(frozen=True, slots=True)
class ReleaseCounts:
    """What a release holds; bytes that stand in it twice count once, but for `files`."""

    files: int = 0
    documents: int = 0
    pages: int = 0
    messages: int = 0  # printed ones
    problems: int = 0
    first_sent_at: datetime | None = None  # None: no message has a date
    last_sent_at: datetime | None = None


class ReleaseRepository:
    """Releases and their files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, slug: str) -> Release | None:
        """Return the release with its agency, or None."""
        return self._session.scalar(select(Release).where(Release.slug == slug).options(joinedload(Release.agency)))

    def every(self) -> Sequence[Release]:
        """Return all releases with their agencies, the last released first, undated ones last."""
        newest_first = (Release.released_on.desc().nulls_last(), Release.title, Release.id)
        return self._session.scalars(select(Release).order_by(*newest_first).options(joinedload(Release.agency))).all()

    def of_agencies(self, agency_ids: Sequence[int]) -> Sequence[Release]:
        """Return the releases by these agencies, the last released first."""
        return self._session.scalars(
            select(Release)
            .where(Release.agency_id.in_(agency_ids))
            .order_by(Release.released_on.desc().nulls_last(), Release.title, Release.id)
            .options(joinedload(Release.agency))
        ).all()

    def counts(self, release_ids: Sequence[int]) -> dict[int, ReleaseCounts]:
        """Return the counts of each of these releases, by its id."""
        session = self._session
        files = {row.release_id: row for row in session.execute(_count_files(release_ids))}
        documents = {row.release_id: row for row in session.execute(_count_documents(release_ids))}
        messages = {row.release_id: row for row in session.execute(_count_messages(release_ids))}
        problems = {row.release_id: row for row in session.execute(_count_problems(release_ids))}
        counts = {}
        for release_id in release_ids:
            held, dated = documents.get(release_id), messages.get(release_id)
            counts[release_id] = ReleaseCounts(
                files=files[release_id].files if release_id in files else 0,
                documents=held.documents if held else 0,
                pages=held.pages if held else 0,
                messages=dated.messages if dated else 0,
                problems=problems[release_id].problems if release_id in problems else 0,
                first_sent_at=dated.first_sent_at if dated else None,
                last_sent_at=dated.last_sent_at if dated else None,
            )
        return counts

    def files(self, release_id: int, *, offset: int, limit: int) -> Sequence[ReleasedFile]:
        """Return where each document was found, by path, with the document."""
        return self._session.scalars(
            select(ReleasedFile)
            .join(ReleasedFile.document)
            .where(ReleasedFile.release_id == release_id)
            .order_by(ReleasedFile.path, ReleasedFile.id)
            .offset(offset)
            .limit(limit)
            .options(contains_eager(ReleasedFile.document))
        ).all()

    def problems(self, release_id: int, *, limit: int) -> Sequence[tuple[Document, Problem]]:
        """Return the problems of the release's documents with the document of each, in order of name."""
        in_release = select(ReleasedFile.document_id).where(ReleasedFile.release_id == release_id)
        rows = self._session.execute(
            select(Document, Problem)
            .join(Problem, Problem.document_id == Document.id)
            .where(Document.id.in_(in_release))
            .order_by(Document.name, Document.id, Problem.page.nulls_first(), Problem.id)
            .limit(limit)
        )
        return [(document, problem) for document, problem in rows]

    def places(self, document_id: int) -> Sequence[ReleasedFile]:
        """Return every place in which the document was found, with its release."""
        return self._session.scalars(
            select(ReleasedFile)
            .join(ReleasedFile.release)
            .where(ReleasedFile.document_id == document_id)
            .order_by(Release.slug, ReleasedFile.path)
            .options(contains_eager(ReleasedFile.release).joinedload(Release.agency))
        ).all()


def _held(release_ids: Sequence[int]) -> Subquery:
    """Return which release holds which document, each pair once."""
    return (
        select(ReleasedFile.release_id, ReleasedFile.document_id)
        .where(ReleasedFile.release_id.in_(release_ids))
        .distinct()
        .subquery()
    )


def _count_files(release_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(ReleasedFile.release_id, func.count().label("files"))
        .where(ReleasedFile.release_id.in_(release_ids))
        .group_by(ReleasedFile.release_id)
    )


def _count_documents(release_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    held = _held(release_ids)
    return (
        select(held.c.release_id, func.count().label("documents"), func.sum(Document.page_count).label("pages"))
        .join(Document, Document.id == held.c.document_id)
        .group_by(held.c.release_id)
    )


def _count_messages(release_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    held = _held(release_ids)
    return (
        select(
            held.c.release_id,
            func.count().label("messages"),
            func.min(Message.sent_at).label("first_sent_at"),
            func.max(Message.sent_at).label("last_sent_at"),
        )
        .join(Message, Message.document_id == held.c.document_id)
        .where(Message.level == Level.PRINTED)
        .group_by(held.c.release_id)
    )


def _count_problems(release_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    held = _held(release_ids)
    return (
        select(held.c.release_id, func.count().label("problems"))
        .join(Problem, Problem.document_id == held.c.document_id)
        .group_by(held.c.release_id)
    )
