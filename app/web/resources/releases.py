"""Load releases and what they hold."""

from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.bates import BatesRepository
from app.database.documents import DocumentRepository
from app.database.missing import MissingRepository
from app.database.models import Release, ReleasedFile
from app.database.releases import ReleaseRepository
from app.web.resources.errors import raise_missing
from app.web.schemas.bates import bates_series
from app.web.schemas.details import ReleaseDetail, ReleasePage, ReleaseSummary, release_summary
from app.web.schemas.documents import DocumentLine, document_line, document_problem
from app.web.schemas.threads import missing_count

FILES_SHOWN = 100
PROBLEMS_SHOWN = 100


def load_releases(archive: Archive) -> ReleasePage:
    """Return all releases, the last released first."""
    with archive.sessions() as session:
        summaries = summarise_releases(session, list(ReleaseRepository(session).every()))
        return ReleasePage(count=len(summaries), releases=summaries)


def load_release(archive: Archive, slug: str, *, page: int = 1) -> ReleaseDetail:
    """Return the release with page `page`, from 1, of the list of its files.

    Raises:
        NotFoundError: there is no such release.
    """
    with archive.sessions() as session:
        releases = ReleaseRepository(session)
        release = releases.get(slug) or raise_missing(session, "release", slug)
        counts = releases.counts([release.id])[release.id]
        page_count = max(1, -(-counts.files // FILES_SHOWN))
        page = max(1, min(page, page_count))
        files = releases.files(release.id, offset=(page - 1) * FILES_SHOWN, limit=FILES_SHOWN)
        problems = releases.problems(release.id, limit=PROBLEMS_SHOWN)
        return ReleaseDetail(
            **dict(release_summary(release, counts)),
            requester=release.requester,
            request_number=release.request_number,
            requested_on=release.requested_on,
            covers_from=release.covers_from,
            covers_to=release.covers_to,
            source_url=release.source_url,
            note=release.note,
            files=counts.files,
            missing=missing_count(MissingRepository(session, release.id).counts()),
            states=DocumentRepository(session).count_states(release_id=release.id),
            page=page,
            page_count=page_count,
            listed=_lines(session, list(files)),
            problem_list=[document_problem(document, problem) for document, problem in problems],
            bates_series=[bates_series(stretch) for stretch in BatesRepository(session).stretches(release.id)],
        )


def summarise_releases(session: Session, releases: list[Release]) -> list[ReleaseSummary]:
    """Return these releases with their counts, in the order given."""
    counts = ReleaseRepository(session).counts([release.id for release in releases])
    return [release_summary(release, counts[release.id]) for release in releases]


def _lines(session: Session, files: list[ReleasedFile]) -> list[DocumentLine]:
    documents = DocumentRepository(session)
    ids = [file.document_id for file in files]
    messages, problems = documents.count_messages(ids), documents.count_problems(ids)
    return [
        document_line(
            file.document,
            path=file.path,
            messages=messages.get(file.document_id, 0),
            problems=problems.get(file.document_id, 0),
        )
        for file in files
    ]
