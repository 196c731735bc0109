"""Read kept files again: those that failed, and those that an older pipeline read."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.models import Document, DocumentState, Release, ReleasedFile
from app.errors import NotFoundError
from ingest.load import PIPELINE_VERSION
from ingest.pipeline import Outcome, ingest_kept

_FAILED = (DocumentState.READING, DocumentState.UNREADABLE, DocumentState.LOCKED, DocumentState.REFUSED)
_UNREAD = 0  # the pipeline version of a document that waits to be read again
_BATCH = 500  # SQLite takes 32,766 parameters


def count_stale(archive: Archive, slug: str | None = None, *, partial: bool = False) -> int:
    """Return how many files `retry` will read.

    Raises:
        NotFoundError: there is no release of this name.
    """
    with archive.sessions() as session:
        return len({file.document_id for file in _stale(session, _releases(session, slug), partial=partial)})


def retry(archive: Archive, slug: str | None = None, *, partial: bool = False) -> Iterator[Outcome]:
    """Read the failed and outdated files of a release, or of all, from the store; yield as `ingest` does.

    With `partial` those too that were read in part, as after an extra was installed. What was read
    before stays where a file fails again.
    """
    with archive.sessions.begin() as session:
        stale = _stale(session, _releases(session, slug), partial=partial)
        files: dict[int, list[tuple[str, str]]] = {}
        seen: set[int] = set()
        for file in stale:
            if file.document_id not in seen:
                seen.add(file.document_id)
                sha256 = session.get_one(Document, file.document_id).sha256
                files.setdefault(file.release_id, []).append((sha256, file.path))
        ids = sorted(seen)
        for start in range(0, len(ids), _BATCH):
            wanted = Document.id.in_(ids[start : start + _BATCH])
            session.execute(update(Document).where(wanted).values(pipeline_version=_UNREAD))
    for release_id, kept in files.items():
        yield from ingest_kept(archive, release_id, [(archive.store.path(sha256), path) for sha256, path in kept])


def _releases(session: Session, slug: str | None) -> Sequence[int]:
    wanted = select(Release.id).order_by(Release.id)
    found = session.scalars(wanted.where(Release.slug == slug) if slug else wanted).all()
    if slug and not found:
        raise NotFoundError(f"There is no release {slug!r} in this archive; `readingroom status` counts them.")
    return found


def _stale(session: Session, releases: Sequence[int], *, partial: bool) -> Sequence[ReleasedFile]:
    """Return the places of the files to read; a zip or mail stands before what lay in it."""
    states = (*_FAILED, DocumentState.PARTIAL) if partial else _FAILED
    return session.scalars(
        select(ReleasedFile)
        .join(Document, Document.id == ReleasedFile.document_id)
        .where(ReleasedFile.release_id.in_(releases))
        .where(Document.state.in_(states) | (Document.pipeline_version != PIPELINE_VERSION))
        .order_by(ReleasedFile.release_id, ReleasedFile.path)
    ).all()
