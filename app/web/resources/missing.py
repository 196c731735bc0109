"""Load what is known of and not there."""

from app.archive import Archive
from app.database.missing import MissingCounts, MissingRepository
from app.database.releases import ReleaseRepository
from app.web.resources.errors import raise_missing
from app.web.schemas.threads import MissingAttachment, MissingPage, missing_count, placed_message

SHOWN = 100


def load_missing(archive: Archive, slug: str | None = None, *, page: int = 1) -> MissingPage:
    """Return page `page`, from 1, of what a release, or the whole archive, knows of and does not have.

    Raises:
        NotFoundError: there is no such release.
    """
    with archive.sessions() as session:
        release = None
        if slug is not None:
            release = ReleaseRepository(session).get(slug) or raise_missing(session, "release", slug)
        missing = MissingRepository(session, release.id if release else None)
        counts = missing.counts()
        page_count = _page_count(counts)
        page = min(page, page_count)
        offset = (page - 1) * SHOWN
        return MissingPage(
            slug=slug,
            title=release.title if release else "The whole archive",
            url=f"/releases/{slug}" if slug else "/",
            counts=missing_count(counts),
            page=page,
            page_count=page_count,
            quoted_only=[placed_message(one) for one in missing.quoted_only(offset=offset, limit=SHOWN)],
            attachments=[
                MissingAttachment(name=attachment.name, message=placed_message(message))
                for attachment, message in missing.attachments(offset=offset, limit=SHOWN)
            ],
            unanswered=[placed_message(one) for one in missing.unanswered(offset=offset, limit=SHOWN)],
        )


def _page_count(counts: MissingCounts) -> int:
    longest = max(counts.quoted_only, counts.attachments, counts.unanswered)
    return max(1, -(-longest // SHOWN))
