"""The index kept by Whoosh, pure Python.

Whoosh keeps the postings; the matching is our own set algebra over them, for its AndNot and
Require matchers give wrong results (2.7.4).
"""

import math
import os
import pickle
import re
import struct
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import reduce
from heapq import nsmallest
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any as Untyped
from typing import NamedTuple, Self

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
    TEXT_COLUMNS,
    LeafColumn,
    entry_tokens,
    has_scores,
    leaf_columns,
    newest_rank,
    oldest_rank,
    stem_column,
)
from app.search.index import MOST_DAY_MONTHS, Entry, Matches, Place, Search
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Node, Not, Pattern
from app.search.query.tree import TextLeaf
from app.search.results import Order
from app.search.snapshots import Snapshots

_TOC = re.compile(r"_MAIN_\d+\.toc")
_LOCK_TIMEOUT_S = 2  # the process that a kill left behind may hold Whoosh's own lock for a second
_FEWEST_MERGED = 8
_K1, _B = 1.2, 0.75  # BM25, with the values that tantivy has

# What reading broken files raises, in Whoosh and below it.
_DAMAGE = (OSError, ValueError, KeyError, struct.error, zlib.error, pickle.UnpicklingError, WhooshIndexError)

Scores = dict[int, float]  # by number of the document within its segment


class _Row(NamedTuple):
    """What is sorted, counted and answered of an entry."""

    key: str
    sequence: int
    oldest: int
    newest: int
    first_day: date | None
    last_day: date | None
    has_attachment: bool
    releases: tuple[str, ...]
    agencies: tuple[str, ...]
    sender_key: str


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
            return self._view().newest_sequence

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it."""
        newest = {entry.key: entry for entry in added}
        index = FileIndex(_DurableStorage(str(self._folder)))
        # Compound segments, the default, are read into memory whole; separate files are mapped.
        writer: SegmentWriter = index.writer(timeout=_LOCK_TIMEOUT_S, compound=False)
        try:
            _delete(index, writer, {*removed, *newest})
            for entry in newest.values():
                writer.add_document(**_fields(entry))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=_merge_alike)

    def search(self, search: Search) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        with self._lock, _damage_told():
            view = (search.after and self._snapshots.find(search.after.generation)) or self._view()
            matches = _answer(view, search)
            if matches.after:
                self._snapshots.keep(view.generation, view)
            return matches

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            if self._current and not self._snapshots.find(self._current.generation):
                self._current.close()
            self._current = None
            self._snapshots.clear()

    def _view(self) -> "_View":
        """Return the newest state."""
        index = FileIndex(FileStorage(str(self._folder)))
        generation = str(index.latest_generation())
        if self._current is None or self._current.generation != generation:
            old, self._current = self._current, _View(generation, index.reader(), self._current)
            if old and not self._snapshots.find(old.generation):
                old.close()
        return self._current

    def _drop(self, view: "_View") -> None:
        if view is not self._current:
            view.close()


class _View:
    """A state of the index; for one thread at a time."""

    def __init__(self, generation: str, reader: IndexReader, older: "_View | None") -> None:
        self._reader = reader
        self.generation = generation
        known = {segment.name: segment.rows for segment in older.segments} if older else {}
        leaves = [leaf for leaf, _ in reader.leaf_readers() if leaf.doc_count_all()]
        self.segments: tuple[_Segment, ...] = tuple(_Segment(self, leaf, known) for leaf in leaves)
        rows = (segment.rows[number] for segment in self.segments for number in segment.live)
        self.newest_sequence = max((row.sequence for row in rows), default=0)
        self.count = sum(len(segment.live) for segment in self.segments)

    def idf(self, column: str, token: str) -> float:
        """Return the weight of a token by its rarity."""
        found = sum(segment.frequency(column, token) for segment in self.segments)
        return math.log(1 + (max(self.count - found, 0) + 0.5) / (found + 0.5))

    def mean_length(self, column: str) -> float:
        """Return the number of tokens that a column has on average."""
        tokens = sum(int(segment.reader.field_length(column)) for segment in self.segments)
        return tokens / max(self.count, 1)

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()


class _Segment:
    """A part of the index, and the matching within it."""

    def __init__(self, view: _View, reader: IndexReader, known: Mapping[str, Sequence[_Row]]) -> None:
        self._view = view
        self.reader = reader
        self.name: str = reader.segment().segment_id()
        self.rows = known.get(self.name) or [
            _Row(*pickle.loads(reader.stored_fields(number)["row"])) for number in range(reader.doc_count_all())
        ]
        self.live = frozenset(reader.all_doc_ids())

    def frequency(self, column: str, token: str) -> int:
        """Return the number of entries that have a token, deleted ones included."""
        if (column, token) not in self.reader:
            return 0
        return int(self.reader.term_info(column, token).doc_frequency())

    def match(self, tree: Node) -> Scores:
        """Return the documents that match, each with its score."""
        match tree:
            case Everything():
                return dict.fromkeys(self.live, 0.0)
            case All(parts):
                return reduce(_intersect, [self.match(part) for part in parts])
            case Any(parts):
                return reduce(_unite, [self.match(part) for part in parts])
            case Not(part):
                return dict.fromkeys(self.live - self.match(part).keys(), 0.0)
            case Dated(first, last):
                return self._match_rows(lambda row: _overlaps(row, first or date.min, last or date.max))
            case Has():
                return self._match_rows(lambda row: row.has_attachment)
            case Exact(value, field):
                return dict.fromkeys(self._numbers(EXACT[field], value), 0.0)
        columns = [self._match_column(tree, column) for column in leaf_columns(tree)]
        return reduce(_unite, columns, {})

    def _match_rows(self, wanted: Callable[[_Row], bool]) -> Scores:
        return {number: 0.0 for number in self.live if wanted(self.rows[number])}

    def _match_column(self, leaf: TextLeaf, column: LeafColumn) -> Scores:
        if isinstance(leaf, Fuzzy | Pattern):
            slots = [self._expand(leaf, column.name, token) for token in column.tokens]
            found = self._places_in_row(column.name, slots)
            return dict.fromkeys(found, column.weight)
        if len(column.tokens) == 1:
            counts = dict(self._weights(column.name, column.tokens[0]))
        else:
            counts = self._places_in_row(column.name, [[token] for token in column.tokens])
        idf = sum(self._view.idf(column.name, token) for token in column.tokens)
        mean = self._view.mean_length(column.name)
        return {
            number: column.weight * idf * _saturate(count, self._length(column.name, number) / mean)
            for number, count in counts.items()
        }

    def _expand(self, leaf: Fuzzy | Pattern, column: str, token: str) -> list[str]:
        """Return the tokens of the column that a pattern or a misspelt word stands for."""
        if isinstance(leaf, Fuzzy):
            return [_text(term) for term in self.reader.terms_within(column, token, leaf.distance)]
        literal = re.split(r"[*?]", token)[0]
        if literal == token:
            return [token]
        pattern = re.compile(re.escape(token).replace(r"\*", ".*").replace(r"\?", "."))
        return [term for term in map(_text, self.reader.expand_prefix(column, literal)) if pattern.fullmatch(term)]

    def _places_in_row(self, column: str, slots: Sequence[Sequence[str]]) -> Scores:
        """Return how often tokens stand in a row, each of them one of those that its slot allows."""
        if len(slots) == 1:
            return dict.fromkeys((number for token in slots[0] for number in self._numbers(column, token)), 1.0)
        starts: dict[int, set[int]] | None = None
        for distance, tokens in enumerate(slots):
            places: dict[int, set[int]] = defaultdict(set)
            for token in tokens:
                for number, positions in self._positions(column, token, starts):
                    places[number].update(position - distance for position in positions)
            if starts is not None:
                places = {number: found & starts[number] for number, found in places.items()}
            starts = {number: found for number, found in places.items() if found}
        return {number: float(len(found)) for number, found in (starts or {}).items()}

    def _numbers(self, column: str, token: str) -> Iterator[int]:
        return (number for number, _ in self._weights(column, token))

    def _weights(self, column: str, token: str) -> Iterator[tuple[int, float]]:
        if (column, token) in self.reader:
            postings = self.reader.postings(column, token)
            while postings.is_active():
                yield postings.id(), postings.weight()
                postings.next()

    def _positions(self, column: str, token: str, within: Container[int] | None) -> Iterator[tuple[int, list[int]]]:
        if (column, token) in self.reader:
            postings = self.reader.postings(column, token)
            while postings.is_active():
                if within is None or postings.id() in within:
                    yield postings.id(), postings.value_as("positions")
                postings.next()

    def _length(self, column: str, number: int) -> float:
        return float(self.reader.doc_field_length(number, column, 1))


def _schema() -> fields.Schema:
    columns: dict[str, fields.FieldType] = {name: _KeyField() for name in ("key", *EXACT.values())}
    columns |= {name: _TokenField() for name in (*TEXT_COLUMNS, *map(stem_column, STEMMED))}
    return fields.Schema(row=fields.STORED(), **columns)


def _fields(entry: Entry) -> dict[str, Untyped]:
    row = _Row(
        key=entry.key,
        sequence=entry.sequence,
        oldest=oldest_rank(entry),
        newest=newest_rank(entry),
        first_day=entry.first_day,
        last_day=entry.last_day or entry.first_day,
        has_attachment=entry.has_attachment,
        releases=entry.releases,
        agencies=entry.agencies,
        sender_key=entry.sender_key,
    )
    return entry_tokens(entry) | {
        "row": pickle.dumps(tuple(row)),
        "key": [entry.key],
        "releases": entry.releases,
        "agencies": entry.agencies,
        "participant_keys": entry.participant_keys,
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


def _answer(view: _View, search: Search) -> Matches:
    bound = search.after.bound if search.after else view.newest_sequence
    tree = search.query
    found: list[_Match] = []
    for segment in view.segments:
        scores = segment.match(tree)
        if not isinstance(search.filters, Everything):
            scores = _intersect(scores, segment.match(search.filters))
        found += [_Match(segment.rows[number], score) for number, score in scores.items()]
    if search.after:
        found = [match for match in found if match.row.sequence <= bound]
    page, rank = _page(found, search)
    offset = (search.after.offset if search.after else 0) + len(page)
    after = None
    if page and offset < len(found):
        after = Place(search.after.generation if search.after else view.generation, bound, offset, rank)
    return _count(found, tuple(match.row.key for match in page), after)


class _Match(NamedTuple):
    """An entry that matched."""

    row: _Row
    score: float


def _page(found: Sequence[_Match], search: Search) -> tuple[list[_Match], int]:
    """Return the matches of a page and the rank of the last of them."""
    if search.order is Order.RELEVANCE and has_scores(search.query):
        start = search.after.offset if search.after else 0
        best = nsmallest(start + search.limit, found, key=lambda match: (-match.score, -match.row.newest))
        return best[start:], 0
    if search.order is Order.DATE:
        low = search.after.rank if search.after else -1
        rest = [match for match in found if match.row.oldest > low]
        page = nsmallest(search.limit, rest, key=lambda match: match.row.oldest)
        return page, page[-1].row.oldest if page else 0
    rest = [match for match in found if not search.after or match.row.newest < search.after.rank]
    page = nsmallest(search.limit, rest, key=lambda match: -match.row.newest)
    return page, page[-1].row.newest if page else 0


def _count(found: Sequence[_Match], keys: tuple[str, ...], after: Place | None) -> Matches:
    days = Counter(match.row.first_day for match in found if match.row.first_day)
    months: Counter[date] = Counter()
    for day, count in days.items():
        months[day.replace(day=1)] += count
    numbers = [month.year * 12 + month.month for month in months]
    few = bool(numbers) and max(numbers) - min(numbers) < MOST_DAY_MONTHS
    return Matches(
        keys=keys,
        total=len(found),
        after=after,
        releases=Counter(slug for match in found for slug in match.row.releases),
        agencies=Counter(slug for match in found for slug in match.row.agencies),
        senders=Counter(match.row.sender_key for match in found if match.row.sender_key),
        months=dict(sorted(months.items())),
        days=dict(sorted(days.items())) if few else {},
    )


def _intersect(one: Scores, other: Scores) -> Scores:
    return {number: score + other[number] for number, score in one.items() if number in other}


def _unite(one: Scores, other: Scores) -> Scores:
    united = dict(one)
    for number, score in other.items():
        united[number] = united.get(number, 0.0) + score
    return united


def _overlaps(row: _Row, first: date, last: date) -> bool:
    return bool(row.first_day and row.last_day and row.first_day <= last and row.last_day >= first)


def _saturate(count: float, length: float) -> float:
    """Return the BM25 weight of a token that stands `count` times; `length` is 1 for a column as long as most."""
    return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))


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
