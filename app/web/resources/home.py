"""Load what is in the archive as a whole."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.documents import DocumentRepository
from app.database.messages import MessageRepository
from app.database.missing import MissingRepository
from app.database.models import Document
from app.database.people import PersonRepository
from app.database.releases import ReleaseRepository
from app.database.threads import ThreadRepository
from app.web.resources.releases import summarise_releases
from app.web.schemas.base import iso_day
from app.web.schemas.details import ArchiveHome, ArchiveStatus
from app.web.schemas.documents import DocumentLine, document_line
from app.web.schemas.threads import missing_count

NEWEST_SHOWN = 8
_LINKS = {
    "search": "/api/v1/search",
    "search_help": "/api/v1/help/search",
    "releases": "/api/v1/releases",
    "people": "/api/v1/people",
    "agencies": "/api/v1/agencies",
    "missing": "/api/v1/missing",
    "status": "/api/v1/status",
    "openapi": "/openapi.json",
    "documentation": "/docs",
}


def load_home(archive: Archive) -> ArchiveHome:
    """Return the archive's totals, its releases and the files that came in last."""
    with archive.sessions() as session:
        return ArchiveHome(
            status=_status(session),
            releases=summarise_releases(session, list(ReleaseRepository(session).every())),
            newest=_newest(session, DocumentRepository(session).newest(limit=NEWEST_SHOWN)),
            links=_LINKS,
        )


def load_status(archive: Archive) -> ArchiveStatus:
    """Return what the archive holds and what still waits for the index."""
    with archive.sessions() as session:
        return _status(session)


def _status(session: Session) -> ArchiveStatus:
    documents, messages = DocumentRepository(session), MessageRepository(session)
    states, dates = documents.count_states(), messages.date_range()
    return ArchiveStatus(
        files_found=documents.count_files(),
        documents=sum(states.values()),
        documents_by_state=states,
        pages=documents.count_pages(),
        pages_without_text=documents.count_pages(without_text=True),
        messages=messages.count_levels(),
        undated_messages=dates.undated,
        first_day=iso_day(dates.first),
        last_day=iso_day(dates.last),
        threads=ThreadRepository(session).count(),
        missing=missing_count(MissingRepository(session).counts()),
        people=PersonRepository(session).count(),
        releases=len(ReleaseRepository(session).every()),
        waiting_for_index=messages.count_waiting(),
        last_ingested_at=documents.last_ingested_at(),
    )


def _newest(session: Session, newest: Sequence[Document]) -> list[DocumentLine]:
    documents = DocumentRepository(session)
    ids = [document.id for document in newest]
    messages, problems = documents.count_messages(ids), documents.count_problems(ids)
    return [
        document_line(
            document,
            path=document.name,
            messages=messages.get(document.id, 0),
            problems=problems.get(document.id, 0),
        )
        for document in newest
    ]
