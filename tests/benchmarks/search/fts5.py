"""SQLite FTS5 with the columns, weights and stems of our index: what an archive could do without an engine."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from app.search.columns import newest_rank
from app.search.dates import parse_days
from app.search.index import Entry
from app.search.results import Order, SearchRequest
from tests.benchmarks.search.cases import Case, Found

_FILE = "fts5.sqlite3"
_COLUMNS = "subject, sender, participants, text, quoted, other"
_WEIGHTS = "4.0, 2.0, 1.5, 1.0, 0.5, 0.5"
_SCHEMA = f"""
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key TEXT, release TEXT, sender TEXT, year INTEGER,
    first_day INTEGER, last_day INTEGER, newest INTEGER
);
CREATE TABLE texts (id INTEGER PRIMARY KEY, {_COLUMNS});
CREATE VIRTUAL TABLE found USING fts5({_COLUMNS}, content='texts', content_rowid='id', tokenize='porter unicode61');
INSERT INTO found(found, rank) VALUES ('rank', 'bm25({_WEIGHTS})');
"""
_INDEXES = """
CREATE INDEX by_newest ON entries (newest);
CREATE INDEX by_sender ON entries (sender, newest);
CREATE INDEX by_release ON entries (release);
CREATE INDEX by_first_day ON entries (first_day);
"""


class Fts5Writer:
    """Makes the table beside an archive; whole once `finish` has run."""

    def __init__(self, folder: Path) -> None:
        self._partial, self._path = folder / f"{_FILE}.new", folder / _FILE

    def __enter__(self) -> Self:
        self._partial.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._partial)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def write(self, entries: Sequence[Entry]) -> None:
        """Write some entries in one transaction."""
        rows = [_row(entry) for entry in entries]
        texts = [_texts(entry) for entry in entries]
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._connection.executemany("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?)", texts)
        self._connection.executemany(f"INSERT INTO found(rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", texts)
        self._connection.commit()

    def finish(self) -> None:
        """Join the parts of the index, add what filters and orders need, and give the table its name."""
        self._connection.executescript(_INDEXES + "INSERT INTO found(found) VALUES ('optimize'); ANALYZE;")
        self._connection.commit()
        self._partial.replace(self._path)


def _row(entry: Entry) -> tuple[object, ...]:
    first = entry.first_day
    last = entry.last_day or first
    return (
        entry.sequence,
        entry.key,
        entry.releases[0] if entry.releases else None,
        entry.sender_key or None,
        first.year if first else None,
        first.toordinal() if first else None,
        last.toordinal() if last else None,
        newest_rank(entry),
    )


def _texts(entry: Entry) -> tuple[object, ...]:
    other = "\n".join((entry.attachments, *entry.bates_numbers, *entry.exemptions))
    return (entry.sequence, entry.subject, entry.sender, entry.participants, entry.text, entry.quoted_text, other)


class Fts5:
    """Answers cases in the cheapest statements found for each."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def prepare(self, case: Case) -> Callable[[], Found] | None:
        """Return what answers a case: keys, and counts or snippets where it asks for them; None: it cannot."""
        if case.match is None:
            return None
        where, values = _where(case)
        limit = f"LIMIT {case.request.per_page} OFFSET {case.offset}"
        page = self._page(case, where, limit)
        counted = "entries.release, entries.sender, entries.year, count(*)"
        counts = f"SELECT {counted} FROM {_tables(case)} WHERE {where} GROUP BY 1, 2, 3"

        def search() -> Found:
            keys = tuple(row[0] for row in self._connection.execute(page, values))
            if not case.is_counted:
                return Found(None, keys)
            return Found(_sum(self._connection.execute(counts, values)), keys)

        return search

    def count(self, case: Case) -> int:
        """Return the number of matches."""
        where, values = _where(case)
        return int(
            self._connection.execute(f"SELECT count(*) FROM {_tables(case)} WHERE {where}", values).fetchone()[0]
        )

    def _page(self, case: Case, where: str, limit: str) -> str:
        if case.request.order_by is not Order.RELEVANCE or not case.match:
            return f"SELECT key FROM {_tables(case)} WHERE {where} ORDER BY newest DESC {limit}"
        shown = ", snippet(found, -1, '[', ']', '...', 30)" if case.has_snippets else ""
        if where == "found MATCH ?":  # sorted by FTS5 itself, and only then joined
            ranked = f"SELECT rowid{shown} FROM found WHERE {where} ORDER BY rank {limit}"
            return f"SELECT key, ranked.* FROM ({ranked}) AS ranked JOIN entries ON entries.id = ranked.rowid"
        return f"SELECT key{shown} FROM {_tables(case)} WHERE {where} ORDER BY rank {limit}"


def _sum(rows: Iterator[tuple[str, str, int, int]]) -> int:
    """Add up the counts of release, sender and year and return the total."""
    counts: tuple[dict[object, int], ...] = ({}, {}, {})
    total = 0
    for *values, count in rows:
        total += count
        for counted, value in zip(counts, values, strict=True):
            counted[value] = counted.get(value, 0) + count
    return total


def _tables(case: Case) -> str:
    return "found JOIN entries ON entries.id = found.rowid" if case.match else "entries"


def _where(case: Case) -> tuple[str, list[object]]:
    request: SearchRequest = case.request
    parts: list[str] = ["found MATCH ?"] if case.match else []
    values: list[object] = [case.match] if case.match else []
    for column, wanted in (("entries.sender", request.sender), ("entries.release", request.release)):
        if wanted:
            parts.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    after, before = parse_days(request.date_after), parse_days(request.date_before)
    if before and before.last:
        parts.append("first_day <= ?")
        values.append(before.last.toordinal())
    if after and after.first:
        parts.append("last_day >= ?")
        values.append(after.first.toordinal())
    return " AND ".join(parts) or "1", values


@contextmanager
def open_fts5(folder: Path) -> Iterator[Fts5]:
    """Open the table beside an archive."""
    connection = sqlite3.connect(f"file:{folder / _FILE}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("PRAGMA mmap_size = 4000000000")
    yield Fts5(connection)
    connection.close()


def has_fts5(folder: Path) -> bool:
    """Tell whether the table is there."""
    return (folder / _FILE).is_file()
