"""The index kept by Whoosh, pure Python.

Whoosh keeps the postings; the matching over them is our own (`app.search.matching`), for its AndNot
and Require matchers give wrong results (2.7.4).
"""

import os
import pickle
import re
import struct
import threading
import zlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any as Untyped
from typing import Self

from whoosh import fields, formats
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import SegmentWriter

from app.errors import IndexUnavailableError
from app.search.columns import (
    EXACT,
    STEMMED,
    SUGGESTED,
    TEXT_COLUMNS,
    digest,
    entry_tokens,
    facet_values,
    newest_rank,
    oldest_rank,
    stem_column,
)
from app.search.index import Entry, Held, Matches, OnKeys, Search
from app.search.matching import Row, State, answer
from app.search.seal import FileKinds
from app.search.similar import similar_words
from app.search.snapshots import Snapshots

_TOC = re.compile(r"_MAIN_\d+\.toc")
_LOCK_TIMEOUT_S = 2  # the process that a kill left behind may hold Whoosh's own lock for a second
_FEWEST_MERGED = 8

# What reading broken files raises, in Whoosh and below it.
_DAMAGE = (OSError, ValueError, KeyError, TypeError, struct.error, zlib.error, pickle.UnpicklingError, WhooshIndexError)


# A table of contents names the segments, which never change; the lock says nothing, nor does what is half written.
FILE_KINDS = FileKinds(
    frozenset(), lambda name: name.endswith(("_WRITELOCK", ".tmp", ".time")), lambda _folder, _sealed: None
)


class _TokenField(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Tokens that were found before, with their positions."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), None, scorable=True)

    def index(self, value: Sequence[str], **_options: Untyped) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each token with its positions."""
        places: dict[str, list[int]] = defaultdict(list)
        for position, token in enumerate(value):
            places[token].append(position)
        for token, positions in places.items():
            yield token.encode(), len(positions), float(len(positions)), self.format.encode(positions)


class _KeyField(fields.FieldType):  # type: ignore[misc]
    """Keys and slugs, whole, several an entry."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Sequence[str], **_options: Untyped) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each key once."""
        return ((key.encode(), 1, 1.0, b"") for key in dict.fromkeys(value))


class _DurableStorage(FileStorage):  # type: ignore[misc]
    """Files that survive a crash: Whoosh itself never syncs."""

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Sync everything before the table of contents that names it takes its place."""
        if _TOC.fullmatch(newname):
            for file in Path(self.folder).iterdir():
                _sync(file)
        super().rename_file(oldname, newname, safe)
        _sync(Path(self.folder))


class WhooshIndex:
    """A `SearchIndex` in Whoosh's files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()  # a reader is not safe to share: one search at a time
        self._snapshots: Snapshots[_View] = Snapshots(self._drop)
        self._current: _View | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty index in a folder that exists and is empty."""
        FileIndex.create(_DurableStorage(str(folder)), _schema())
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index that `create` made."""
        index = cls(folder)
        index.newest_sequence()
        return index

    def newest_sequence(self) -> int:
        """Return the highest sequence of all entries, 0 if there is none."""
        with self._lock, _damage_told():
            return self._view().state.newest_sequence

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it."""
        newest = {entry.key: entry for entry in added}
        with self._writing() as (index, writer):
            _delete(index, writer, {*removed, *newest})
            for entry in newest.values():
                writer.add_document(**_fields(entry))

    def fill(self, batches: Iterable[Sequence[Entry]]) -> int:
        """Add entries to an index that is empty, in one segment, and return their number."""
        written = 0
        with self._writing() as (_, writer):
            for entries in batches:
                for entry in entries:
                    writer.add_document(**_fields(entry))
                written += len(entries)
        return written

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        matches = self._search(search)
        if on_keys:
            on_keys(matches.keys)
        return matches

    def _search(self, search: Search) -> Matches:
        with self._lock, _damage_told():
            view = (search.after and self._snapshots.find(search.after.generation)) or self._view()
            matches = answer(view.state, search)
            if matches.after:
                self._snapshots.keep(view.state.generation, view)
            return matches

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one, with the number of entries that have them."""
        with self._lock, _damage_told():
            segments = self._view().segments
            return similar_words(
                word,
                (
                    ((term, segment.count_entries(column, term)) for term in segment.find_prefixed(column, word[:1]))
                    for segment in segments
                    for column in SUGGESTED
                ),
            )

    def find_held(self, keys: Sequence[str]) -> Sequence[Held]:
        """Return what is held under these keys."""
        wanted = frozenset(keys)
        return [held for held in self._held() if held.key in wanted]

    def every_held(self) -> Iterator[Sequence[Held]]:
        """Yield all that is held; the rows are in memory anyhow."""
        yield list(self._held())

    def _held(self) -> Iterator[Held]:
        with self._lock, _damage_told():
            segments = self._view().segments
        for segment in segments:
            for number in segment.live:
                yield Held(segment.rows[number].key, segment.rows[number].digest)

    def forget(self) -> None:
        """Look at no earlier state any more."""
        with self._lock:
            self._snapshots.clear()

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            if self._current and not self._snapshots.find(self._current.state.generation):
                self._current.close()
            self._current = None
            self._snapshots.clear()

    @contextmanager
    def _writing(self) -> Iterator[tuple[FileIndex, SegmentWriter]]:
        """Give a writer, and write all of it at the end or nothing."""
        index = FileIndex(_DurableStorage(str(self._folder)))
        # Compound segments, the default, are read into memory whole; separate files are mapped.
        writer: SegmentWriter = index.writer(timeout=_LOCK_TIMEOUT_S, compound=False)
        try:
            yield index, writer
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=_merge_alike)

    def _view(self) -> "_View":
        """Return the newest state."""
        index = FileIndex(FileStorage(str(self._folder)))
        generation = str(index.latest_generation())
        if self._current is None or self._current.state.generation != generation:
            old, self._current = self._current, _View(generation, index.reader(), self._current)
            if old and not self._snapshots.find(old.state.generation):
                old.close()
        return self._current

    def _drop(self, view: "_View") -> None:
        if view is not self._current:
            view.close()


class _View:
    """A state of the index; for one thread at a time."""

    def __init__(self, generation: str, reader: IndexReader, older: "_View | None") -> None:
        self._reader = reader
        known = {segment.name: segment.rows for segment in older.segments} if older else {}
        leaves = [leaf for leaf, _ in reader.leaf_readers() if leaf.doc_count_all()]
        self.segments: tuple[_Segment, ...] = tuple(_Segment(leaf, known) for leaf in leaves)
        rows = (segment.rows[number] for segment in self.segments for number in segment.live)
        self.state = State(generation, self.segments, max((row.sequence for row in rows), default=0))

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()


class _Segment:
    """A part of the index, as `app.search.matching` asks it."""

    def __init__(self, reader: IndexReader, known: Mapping[str, Sequence[Row]]) -> None:
        self._reader = reader
        self.name: str = reader.segment().segment_id()
        self.rows = known.get(self.name) or [
            Row(*pickle.loads(reader.stored_fields(number)["row"])) for number in range(reader.doc_count_all())
        ]
        self.live = frozenset(reader.all_doc_ids())

    def count_entries(self, column: str, token: str) -> int:
        """Return how many entries have a token, deleted ones included."""
        if (column, token) not in self._reader:
            return 0
        return int(self._reader.term_info(column, token).doc_frequency())

    def count_tokens(self, column: str) -> int:
        """Return how many tokens a column has in all entries."""
        return int(self._reader.field_length(column))

    def read_length(self, column: str, number: int) -> float:
        """Return about how many tokens a column of an entry has: Whoosh keeps one byte of it."""
        return float(self._reader.doc_field_length(number, column, 1))

    def find_counts(self, column: str, token: str) -> Iterator[tuple[int, float]]:
        """Yield the entries that have a token, and how often."""
        for postings in self._postings(column, token):
            yield postings.id(), postings.weight()

    def find_positions(
        self, column: str, token: str, within: Container[int] | None
    ) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield those of the entries that have a token, and where; None: of all."""
        for postings in self._postings(column, token):
            if within is None or postings.id() in within:
                yield postings.id(), postings.value_as("positions")

    def find_prefixed(self, column: str, prefix: str) -> Iterator[str]:
        """Yield the tokens of a column that begin with a prefix."""
        return map(_text, self._reader.expand_prefix(column, prefix))

    def find_similar(self, column: str, token: str, distance: int) -> Iterator[str]:
        """Yield the tokens of a column that are so many edits away, or fewer."""
        return map(_text, self._reader.terms_within(column, token, distance))

    def _postings(self, column: str, token: str) -> Iterator[Untyped]:
        if (column, token) in self._reader:
            postings = self._reader.postings(column, token)
            while postings.is_active():
                yield postings
                postings.next()


def _schema() -> fields.Schema:
    columns: dict[str, fields.FieldType] = {name: _KeyField() for name in ("key", *EXACT.values())}
    columns |= {name: _TokenField() for name in (*TEXT_COLUMNS, *map(stem_column, STEMMED))}
    return fields.Schema(row=fields.STORED(), **columns)


def _fields(entry: Entry) -> dict[str, Untyped]:
    row = Row(
        key=entry.key,
        sequence=entry.sequence,
        oldest=oldest_rank(entry),
        newest=newest_rank(entry),
        first_day=entry.first_day,
        last_day=entry.last_day or entry.first_day,
        copies=entry.copies,
        first_page=entry.first_page,
        last_page=entry.last_page,
        digest=digest(entry),
        traits=tuple(map(str, entry.traits)),
        facets=facet_values(entry),
    )
    return entry_tokens(entry) | {
        "row": pickle.dumps(tuple(row)),
        "key": [entry.key],
        "releases": entry.releases,
        "agencies": entry.agencies,
        "participant_keys": entry.participant_keys,
        "recipient_keys": entry.recipient_keys,
        "exemption_codes": entry.exemptions,
        "sender_key": [entry.sender_key] if entry.sender_key else [],
    }


def _delete(index: FileIndex, writer: SegmentWriter, keys: Iterable[str]) -> None:
    reader = index.reader()
    leaves = list(reader.leaf_readers())
    for key in keys:
        for leaf, offset in leaves:
            if ("key", key) in leaf:
                for number in list(leaf.postings("key", key).all_ids()):
                    writer.delete_document(offset + number)
    reader.close()


def _merge_alike(writer: SegmentWriter, segments: list[Untyped]) -> list[Untyped]:
    """Merge the small segments once there are many of about one size: each entry moves a few times only."""
    by_size = sorted(segments, key=lambda segment: int(segment.doc_count_all()))
    totals = accumulate(segment.doc_count_all() for segment in by_size)
    sizes = [segment.doc_count_all() for segment in by_size[1:]]
    merged = 1 + sum(1 for _ in takewhile(lambda pair: pair[1] <= 2 * pair[0], zip(totals, sizes, strict=False)))
    if merged < _FEWEST_MERGED:
        return segments
    for segment in by_size[:merged]:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return by_size[merged:]


def _text(term: bytes | str) -> str:
    return term.decode() if isinstance(term, bytes) else term


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise IndexUnavailableError(
            f"The index cannot be read ({error}); `readingroom reindex` makes it anew."
        ) from error
