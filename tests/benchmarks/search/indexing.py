"""Indexing from the database against plain tantivy, its memory, and how soon new emails are found."""

import hashlib
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import delete, select

from app.archive import open_archive
from app.config import IndexEngine
from app.database.connection import Sessions
from app.database.models import Document, Message, Participant, ReleasedFile, RetiredEntry
from app.search.results import SearchRequest
from tests.benchmarks.search.corpus import unique_token
from tests.benchmarks.search.engines import OURS, has_index
from tests.benchmarks.search.filling import FILLED, add_emails, archive_settings, fill_archive
from tests.benchmarks.search.fts5 import has_fts5
from tests.benchmarks.search.processes import Built, build
from tests.benchmarks.search.tables import print_table, verdict

_SEARCH = Path(__file__).parents[3] / "app" / "search"
_INDEX_SOURCES = ("tokens.py", "columns.py", "*/schema.py", "*/mapping.py", "whoosh_index.py")
_LEAST_SHARE = 0.6
_MOST_MB = 500
_NEW, _NEW_COPY, _MOST_NEW_S = 100, 99, 2.0
_BARE = ("plain tantivy, before", "plain tantivy, after")
_MOST_BARE = 16  # copies: plain tantivy's entries are held in memory, 2 GB of them at 16


def build_all(folder: Path, copies: int, engines: Sequence[IndexEngine], *, compared: bool) -> None:
    """See that an archive is filled and has its index; `compared`: also that of each engine measured beside it."""
    fill_archive(folder, copies)
    for engine in engines:
        wanted = engine is IndexEngine.TANTIVY or (compared and copies <= OURS[engine])
        if wanted and not _is_made(folder, engine):
            _keep(folder, engine.value, build("rebuild", folder, engine))
            _made_by(folder, engine).write_text(_fingerprint())
    if compared and not has_fts5(folder):
        _keep(folder, "fts5", build("fts5", folder))


def emails_in(folder: Path) -> int:
    """Return the number of emails in an archive that is filled."""
    return int(json.loads((folder / FILLED).read_text())["emails"])


def measure_indexing(folder: Path, copies: int, *, anew: bool) -> None:
    """Print what indexing takes; `anew` makes the indexes again, else the figures are those of their making.

    Plain tantivy is measured before and after ours: what else the machine does falls on both.
    """
    ours = IndexEngine.TANTIVY.value
    names = (_BARE[0], ours, _BARE[1]) if copies <= _MOST_BARE else (ours,)
    if anew or not set(names) <= set(_kept(folder)):
        for name in names:
            _keep(folder, name, build("rebuild" if name == ours else "bare", folder))
        _made_by(folder, IndexEngine.TANTIVY).write_text(_fingerprint())
    built = _kept(folder)
    rows = [
        [name, one.entries, one.per_second, one.per_cpu_second, one.wall_s, one.peak_mb, one.peak_own_mb]
        for name, one in built.items()
    ]
    head = ["engine", "entries", "entries/s", "entries/CPU s", "seconds", "peak MB", "peak MB without mapped files"]
    print_table(f"### Indexing from the database, {copies} x 31k emails", head, rows)
    print_table("What must hold", ["figure", "measured", "asked for", "verdict"], _verdicts(built))


def measure_new(folder: Path, copies: int) -> None:
    """Add 100 emails to an archive, time how soon they are found, print it and take them out again."""
    with open_archive(archive_settings(folder)) as archive:
        archive.search.search(SearchRequest(q="warm"))
        start = time.perf_counter()
        ids = add_emails(archive.engine, _NEW_COPY, _NEW)
        stored_s = time.perf_counter() - start
        archive.search.sync()
        token = unique_token(_NEW_COPY, _NEW - 1)
        found = archive.search.search(SearchRequest(q=token)).count
        found_s = time.perf_counter() - start - stored_s
        _take_out(archive.sessions, ids)
        archive.search.sync()
    rows: list[list[object]] = [
        ["into the record, in bulk", stored_s, "", ""],
        ["from there until found", found_s, f"<= {_MOST_NEW_S}", verdict(found_s, _MOST_NEW_S) if found else "LOST"],
    ]
    title = f"### {_NEW} new emails in an archive of {copies} x 31k (seconds)"
    print_table(title, ["figure", "measured", "asked for", "verdict"], rows)


def _is_made(folder: Path, engine: IndexEngine) -> bool:
    """Tell whether a kept index is of this program: between two versions of the schema columns change, too."""
    made_by = _made_by(folder, engine)
    return made_by.is_file() and made_by.read_text() == _fingerprint() and has_index(folder, engine)


def _made_by(folder: Path, engine: IndexEngine) -> Path:
    return folder / f"made-by-{engine.value}"


def _fingerprint() -> str:
    """Return a word that differs for other tokens or columns."""
    files = [path for name in _INDEX_SOURCES for path in sorted(_SEARCH.glob(name))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _take_out(sessions: Sessions, ids: Sequence[int]) -> None:
    with sessions.begin() as session:
        rows = session.execute(select(Message.key, Message.document_id, Message.level).where(Message.id.in_(ids))).all()
        documents = {document_id for _, document_id, _ in rows}
        session.add_all(RetiredEntry(key=key) for key, _, _ in rows)
        session.execute(delete(Participant).where(Participant.message_id.in_(ids)))
        session.execute(delete(Message).where(Message.id.in_(ids)))
        session.execute(delete(ReleasedFile).where(ReleasedFile.document_id.in_(documents)))
        session.execute(delete(Document).where(Document.id.in_(documents)))


def _verdicts(built: Mapping[str, Built]) -> list[list[object]]:
    ours, bare = built[IndexEngine.TANTIVY.value], [built[name] for name in _BARE if name in built]
    rows: list[list[object]] = []
    for unit, mine, theirs in (
        ("s", ours.per_second, [one.per_second for one in bare]),
        ("CPU s", ours.per_cpu_second, [one.per_cpu_second for one in bare]),
    ):
        if theirs:
            share = mine / statistics.mean(theirs)
            asked, kept = f">= {_LEAST_SHARE:.0%}", verdict(share, _LEAST_SHARE, at_least=True)
            rows.append([f"entries/{unit} against plain tantivy", f"{share:.0%}", asked, kept])
    rows.append(["peak MB", ours.peak_mb, f"<= {_MOST_MB}", verdict(ours.peak_mb, _MOST_MB)])
    return rows


def _keep(folder: Path, name: str, built: Built) -> None:
    (folder / f"built-{name}.json").write_text(json.dumps(asdict(built)))


def _kept(folder: Path) -> dict[str, Built]:
    paths = sorted(folder.glob("built-*.json"))
    return {path.stem.removeprefix("built-"): Built(**json.loads(path.read_text())) for path in paths}
