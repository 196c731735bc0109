"""Compare all that an archive holds, and mend what is derived."""

import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from app.database.models import Document, Message, Page, RetiredEntry
from app.errors import ArchiveError, StorageError
from app.keeping.differences import ENTRIES, READ_AGAIN, Difference, Kind
from app.keeping.entries import compare_entries
from app.keeping.holdings import Holdings
from app.keeping.originals import any_run, compare_originals
from app.keeping.record import check_database, compare_sums

log = logging.getLogger(__name__)

_UNREAD = 0  # the pipeline version of a document that `readingroom retry` reads again


def verify(holdings: Holdings, *, quick: bool = False) -> Iterator[Difference]:
    """Yield every difference as it is found, in memory that does not grow with the archive.

    With `quick` no original and no entry of the index is read. Ingest and service may run meanwhile: what
    is on its way is no difference.
    """
    is_sound = True
    for difference in check_database(holdings):
        is_sound = is_sound and difference.kind is not Kind.DATABASE
        yield difference
    if not is_sound:
        return  # nothing can be held against such a record
    try:
        yield from compare_sums(holdings)
        yield from compare_originals(holdings, quick=quick)
        yield from compare_entries(holdings, quick=quick)
    except (DatabaseError, StorageError) as error:
        yield Difference(Kind.DATABASE, "archive", f"it cannot be read ({error})")


@dataclass(slots=True)
class Mended:
    """What `mend` did."""

    done: list[str] = field(default_factory=list)  # a line each
    left: list[Difference] = field(default_factory=list)  # what cannot be mended, or was not


def mend(holdings: Holdings, differences: Iterable[Difference]) -> Mended:
    """Mend what is derived: entries, queue, leftovers; files whose pages are lost are queued to be read again."""
    mended = Mended()
    rebuild = False
    for difference in differences:
        if difference.kind is Kind.INDEX:
            rebuild = True
        elif (done := _mend(holdings, difference)) is not None:
            mended.done.append(f"{difference.kind.value}: {difference.subject}: {done}")
        else:
            mended.left.append(difference)
    synchroniser = holdings.synchroniser
    try:
        written = synchroniser.rebuild() if rebuild else synchroniser.sync()
    except ArchiveError as error:
        mended.left.append(Difference(Kind.INDEX, holdings.settings.index.value, str(error)))
    else:
        if rebuild:
            mended.done.append(f"index: {holdings.settings.index.value}: made anew with {written} entries")
    return mended


def _mend(holdings: Holdings, difference: Difference) -> str | None:
    """Return what was done; None: nothing can be."""
    if difference.kind in READ_AGAIN:
        return _queue_file(holdings, difference.subject)
    if difference.kind in ENTRIES:
        return _queue_entry(holdings, difference.subject)
    if difference.kind is Kind.LEFTOVER:
        path = holdings.settings.home / difference.subject
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return "removed"
    if difference.kind is Kind.ORIGINAL_UNKNOWN and not any_run(holdings):
        return _set_aside(holdings, difference.subject)
    return None


def _queue_file(holdings: Holdings, sha256: str) -> str:
    with holdings.sessions.begin() as session:
        session.execute(update(Document).where(Document.sha256 == sha256).values(pipeline_version=_UNREAD))
    return "queued: `readingroom retry` reads the file again"


def _queue_entry(holdings: Holdings, key: str) -> str:
    """Let the index learn of an entry again, or that there is none."""
    document_key, slash, number = key.partition("/")
    with holdings.sessions.begin() as session:
        if slash and number.isdecimal():
            document_id = session.scalar(select(Document.id).where(Document.key == document_key))
            waiting = update(Page).where(
                Page.document_id == document_id, Page.number == int(number), Page.in_message.is_(False), Page.text != ""
            )
            queued = session.scalars(waiting.values(indexed_at=None).returning(Page.id)).all()
        else:
            waiting = update(Message).where(Message.key == key)
            queued = session.scalars(waiting.values(indexed_at=None).returning(Message.id)).all()
        if not queued:
            session.merge(RetiredEntry(key=key))
    return "written anew" if queued else "taken out of the index"


def _set_aside(holdings: Holdings, subject: str) -> str:
    strays = holdings.settings.home / "strays"
    strays.mkdir(exist_ok=True)
    path = holdings.settings.home / subject
    target = strays / path.name
    if target.exists():
        target = strays / f"{path.name}-{uuid.uuid4().hex[:8]}"
    path.rename(target)
    return f"set aside as {target.relative_to(holdings.settings.home)}"
