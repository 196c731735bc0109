"""What an archive holds, said without numbers and times, so that two archives can be compared."""

import functools
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.archive import open_archive
from app.config import Settings
from app.database import models
from app.search.results import SearchRequest
from app.store import FileStore, hash_file

_TABLES = models.Base.metadata.tables
_PASSING = ("id", "ingested_at", "indexed_at", "weighed_at", "made_at")
_CONTENT = ("documents", "pages", "messages", "participants", "attachments", "redactions", "papers", "problems")
_LATER = ("parent_id", "sent_message_id", "doubts", "doubtful", "person_id", "same_as_id")  # of more than one file

State = dict[str, Counter[str]]


class RecordState:
    """The rows of an archive at one moment; each row named by what it says and what it refers to."""

    def __init__(self, home: Path) -> None:
        self._rows: dict[str, dict[int, dict[str, Any]]] = {}
        address = f"file:{home / 'archive.sqlite3'}?mode=ro"
        with sqlite3.connect(address, uri=True, timeout=30) as database:
            database.row_factory = sqlite3.Row
            database.execute("BEGIN")
            known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for name in _TABLES.keys() & known:
                found = database.execute(f"SELECT rowid AS number_, * FROM {name}").fetchall()
                self._rows[name] = {row["number_"]: dict(row) for row in found}
        database.close()

    @property
    def documents(self) -> Mapping[str, str]:
        """The state of each document, by its SHA-256, as its column keeps it."""
        return {row["sha256"]: row["state"] for row in self._rows.get("documents", {}).values()}

    @property
    def waiting(self) -> int:
        """How many rows wait for the index."""
        rows = (row for name in ("messages", "pages") for row in self._rows[name].values())
        return sum(row["indexed_at"] is None for row in rows) + len(self._rows["retired_entries"])

    def whole(self) -> State:
        """Return all rows."""
        name = functools.partial(self._name, left_out=())
        return {table: Counter(name(table, number) for number in rows) for table, rows in self._rows.items()}

    def content(self) -> dict[str, Counter[str]]:
        """Return what was read of each document that is not being read, by its SHA-256."""
        found: dict[str, Counter[str]] = {}
        for table in _CONTENT:
            for number, row in self._rows.get(table, {}).items():
                document = self._document_of(table, row)
                if document["state"].lower() != "reading":
                    told = f"{table} {self._name(table, number, left_out=_LATER)}"
                    found.setdefault(document["sha256"], Counter())[told] += 1
        return found

    def _document_of(self, table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if table == "documents":
            return row
        if table in ("participants", "attachments"):
            row = self._rows["messages"][row["message_id"]]
        elif table == "redactions":
            row = self._rows["pages"][row["page_id"]]
        return self._rows["documents"][row["document_id"]]

    def _name(self, table: str, number: int, *, left_out: tuple[str, ...]) -> str:
        if table == "sent_messages":  # it says nothing but which messages it is
            one = self._rows[table][number]
            parts = [self._printed_as(number), one["parent_id"] and self._printed_as(one["parent_id"])]
            parts += [self._printed_as(one["thread_id"]), one["parent_evidence"], one["is_reply"]]
            return repr(parts)
        return repr(list(self._told(table, number, left_out)))

    def _told(self, table: str, number: int, left_out: tuple[str, ...]) -> Iterator[tuple[str, object]]:
        row = self._rows[table][number]
        for column in _TABLES[table].columns:
            value = row[column.name]
            if column.name in _PASSING or column.name in left_out:
                continue
            if column.foreign_keys and value is not None:
                value = self._refer(next(iter(column.foreign_keys)).column.table.name, value)
            yield column.name, value

    def _refer(self, table: str, number: int) -> object:
        row = self._rows[table][number]
        for name in ("key", "slug"):
            if name in row:
                return row[name]
        if table == "pages":
            return self._refer("documents", row["document_id"]), row["number"]
        return self._printed_as(number)

    def _printed_as(self, sent: int) -> list[str]:
        return sorted(row["key"] for row in self._rows["messages"].values() if row["sent_message_id"] == sent)


def found_by_search(home: Path, words: tuple[str, ...]) -> dict[str, object]:
    """Return what each of these words finds, and everything, with all counts; every hit is in the record."""
    found: dict[str, object] = {}
    with open_archive(Settings(home=home, workers=1)) as archive:
        for word in ("", *words):
            results = archive.search.search(SearchRequest(q=word, per_page=100))
            keys = sorted(hit.key for hit in results.hits)
            found[word] = (results.count, results.entries, keys)
    return found


def missing_originals(home: Path, hashes: Mapping[str, str]) -> list[str]:
    """Return the hashes whose original is not in the store as it was."""
    store = FileStore(home / "files")
    return [each for each in hashes if not store.path(each).is_file() or hash_file(store.path(each)) != each]


def left_behind(home: Path) -> list[str]:
    """Return what a run should have removed, and files of the store that are no original of that name."""
    passing = [path for folder in ("scratch", "files/incoming") for path in (home / folder).glob("*")]
    kept = [path for path in (home / "files").glob("??/*") if len(path.name) != hashlib.sha256().digest_size * 2]
    return sorted(str(path.relative_to(home)) for path in [*passing, *kept])
