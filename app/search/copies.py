"""Say of hits where else their emails stand."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.database.models import Document, Level, Message, Release, ReleasedFile
from app.search.results import Copies, Copy

_MOST_LOADED = 20_000  # copies of all hits of a page
_MOST_NAMED = 5  # copies of a hit

_TIMES = (
    select(Message.sent_message_id, Message.level, func.count())
    .where(Message.sent_message_id.in_(bindparam("ids", expanding=True)))
    .group_by(Message.sent_message_id, Message.level)
)
_RELEASES = (
    select(ReleasedFile.document_id, Release.slug)
    .join(Release, Release.id == ReleasedFile.release_id)
    .where(ReleasedFile.document_id.in_(bindparam("ids", expanding=True)))
    .distinct()
    .order_by(Release.slug)
)


def load_copies(session: Session, tied: Mapping[str, int]) -> dict[str, Copies]:
    """Return by message key where else each of these printed messages stands; those that stand once are left out.

    `tied` has the id of the sent message by the key of the printed one.
    """
    times: dict[int, Counter[Level]] = defaultdict(Counter)
    for counted_id, level, count in session.execute(_TIMES, {"ids": list(set(tied.values()))}):
        times[counted_id or 0][level] = count
    several = [sent_id for sent_id, levels in times.items() if levels[Level.PRINTED] > 1]
    places = _load_places(session, several) if several else {}
    found = {}
    for key, sent_id in tied.items():
        printed, quoted = times[sent_id][Level.PRINTED] - 1, times[sent_id][Level.QUOTED]
        others = [copy for copy in places.get(sent_id, ()) if copy.key != key]
        if printed or quoted:
            releases = {slug for copy in others for slug in copy.releases}
            found[key] = Copies(printed, len(releases), quoted, tuple(others[:_MOST_NAMED]))
    return found


def load_releases(session: Session, document_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return by document the slugs of the releases that it lies in, in order; () for one that lies in none."""
    slugs: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for document_id, slug in session.execute(_RELEASES, {"ids": list(document_ids)}):
        slugs[document_id] += (slug,)
    return slugs


def _load_places(session: Session, sent_ids: Collection[int]) -> dict[int, list[Copy]]:
    rows = session.execute(
        select(
            Message.sent_message_id,
            Message.level,
            Message.key,
            Message.first_page,
            Document.id,
            Document.name,
            Document.page_count,
        )
        .join(Document, Document.id == Message.document_id)
        # Levels are told apart below: a condition on them makes SQLite walk over every printed message.
        .where(Message.sent_message_id.in_(sent_ids))
        .order_by(Message.id)
        .limit(_MOST_LOADED)
    ).all()
    slugs = load_releases(session, {row.id for row in rows})
    places: dict[int, list[Copy]] = defaultdict(list)
    for row in rows:
        if row.level is not Level.PRINTED:
            continue
        page = row.first_page if row.page_count else None
        places[row.sent_message_id or 0].append(Copy(row.key, row.name, page, slugs[row.id]))
    return places
