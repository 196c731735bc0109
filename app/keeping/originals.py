"""Compare the originals with their hashes, and with the rows that name them."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.database.models import Document
from app.keeping.differences import Difference, Kind
from app.keeping.holdings import Holdings
from app.scratch import is_used
from app.store import INCOMING, hash_file

_PREFIXES = [f"{number:02x}" for number in range(256)]
_INCOMING = ".incoming-"


def compare_originals(holdings: Holdings, *, quick: bool) -> Iterator[Difference]:
    """Yield what differs; with `quick` sizes are compared and no bytes. Keeps a 256th of the hashes in memory."""
    oldest_run = _oldest_run(holdings)
    for prefix in _PREFIXES:
        yield from _compare_folder(holdings, prefix, oldest_run, quick=quick)
    yield from _find_strangers(holdings)
    yield from _find_scratch(holdings)


def any_run(holdings: Holdings) -> bool:
    """Tell whether anything is being ingested."""
    return _oldest_run(holdings) is not None


def _compare_folder(holdings: Holdings, prefix: str, oldest_run: float | None, *, quick: bool) -> Iterator[Difference]:
    folder = holdings.store.folder / prefix
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    with holdings.sessions() as session:
        bounds = Document.sha256.between(prefix, f"{prefix}g")
        rows = dict(session.execute(select(Document.sha256, Document.size_bytes).where(bounds)).all())
    for sha256, size in sorted(rows.items()):
        if difference := _compare_file(holdings, sha256, size, quick=quick):
            yield difference
    for name in sorted(names - rows.keys()):
        path = folder / name
        told = _changed_at(path)
        if told is None or (oldest_run is not None and told >= oldest_run):
            continue  # gone, or an ingest that runs has put it there and writes its row in a moment
        shown = str(path.relative_to(holdings.settings.home))
        if name.startswith(_INCOMING):
            yield Difference(Kind.LEFTOVER, shown, "an ingest that was broken off left half a copy")
        elif not _has_row(holdings, name):
            yield Difference(Kind.ORIGINAL_UNKNOWN, shown, "no document names this file")


def _compare_file(holdings: Holdings, sha256: str, size: int, *, quick: bool) -> Difference | None:
    path = holdings.store.path(sha256)
    try:
        seen = path.stat().st_size
        if seen != size:
            return Difference(Kind.ORIGINAL_CHANGED, sha256, f"it has {seen} bytes instead of {size}")
        if not quick and hash_file(path) != sha256:
            return Difference(Kind.ORIGINAL_CHANGED, sha256, "its bytes no longer have this hash")
    except FileNotFoundError:
        return Difference(Kind.ORIGINAL_MISSING, sha256, "the file is not there")
    except OSError as error:
        return Difference(Kind.ORIGINAL_CHANGED, sha256, f"it cannot be read ({error.strerror})")
    return None


def _find_strangers(holdings: Holdings) -> Iterator[Difference]:
    """Yield what lies among the originals under no hash's first two digits."""
    folder = holdings.store.folder
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in (*_PREFIXES, INCOMING):
            shown = str(path.relative_to(holdings.settings.home))
            yield Difference(Kind.ORIGINAL_UNKNOWN, shown, "nothing of this name is kept here")


def _find_scratch(holdings: Holdings) -> Iterator[Difference]:
    home = holdings.settings.home
    for path in sorted([*(home / "scratch").glob("*"), *(holdings.store.folder / INCOMING).glob("*")]):
        if not is_used(path) and path.exists():
            shown = str(path.relative_to(home))
            yield Difference(Kind.LEFTOVER, shown, "an ingest that was broken off left its working folder")


def _oldest_run(holdings: Holdings) -> float | None:
    """Return when the oldest ingest that runs began; None if none does."""
    scratch = holdings.settings.home / "scratch"
    begun = [_changed_at(path) for path in (scratch.iterdir() if scratch.is_dir() else ()) if is_used(path)]
    known = [moment for moment in begun if moment is not None]
    # The folder's own time moves on as files come and go in it: what it was made at is older, by a day at most.
    return min(known) - _LONGEST_RUN_S if known else None


_LONGEST_RUN_S = 86_400.0


def _changed_at(path: Path) -> float | None:
    try:
        return path.stat().st_ctime
    except FileNotFoundError:
        return None


def _has_row(holdings: Holdings, sha256: str) -> bool:
    with holdings.sessions() as session:
        return session.scalar(select(Document.id).where(Document.sha256 == sha256)) is not None
