"""The index kept by tantivy, embedded and the default."""

import logging
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any as Untyped
from typing import Self

import tantivy

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
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Node, Not, Pattern, Phrase, Word
from app.search.query.tree import TextLeaf
from app.search.results import Order
from app.search.snapshots import Snapshots

log = logging.getLogger(__name__)

_HEAP_BYTES = 64_000_000
# All numbers are i64: a Python int sent to a u64 field as i64 kills the indexing thread.
_NUMBERS = ("sequence", "oldest", "newest", "first_day", "last_day", "month", "has_attachment")
_MOST_VALUES = 60_000  # distinct values of a facet that are counted; beyond are the rarest
_MANY = 4


@dataclass(frozen=True, slots=True)
class _View:
    """A state of the index; safe to share between threads."""

    generation: str
    searcher: tantivy.Searcher
    newest_sequence: int


class TantivyIndex:
    """A `SearchIndex` in tantivy's files."""

    def __init__(self, folder: Path, index: tantivy.Index) -> None:
        self._folder = folder
        self._index = index
        self._lock = threading.Lock()
        self._snapshots: Snapshots[_View] = Snapshots(lambda _view: None)
        self._current: _View | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty index in a folder that exists and is empty."""
        return cls(folder, tantivy.Index(_schema(), str(folder), reuse=False))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index that `create` made."""
        try:
            if not tantivy.Index.is_compatible(str(folder)):
                raise IndexUnavailableError(f"The index was made by another tantivy: {folder.name}.")
            index = cls(folder, tantivy.Index.open(str(folder)))
            index._view()
        except (ValueError, OSError) as error:
            raise IndexUnavailableError(f"The index cannot be opened: {error}") from error
        return index

    def newest_sequence(self) -> int:
        """Return the highest sequence of all entries, 0 if there is none."""
        return self._view().newest_sequence

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it."""
        # An index object of its own: one that lives long keeps the files of dead segments for ever.
        index = tantivy.Index.open(str(self._folder))
        schema = index.schema
        writer = index.writer(_HEAP_BYTES, num_threads=1)
        for key in removed:
            writer.delete_documents_by_term("key", key)
        for entry in added:
            writer.delete_documents_by_term("key", entry.key)
            writer.add_document(tantivy.Document.from_dict(_fields(entry), schema))
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()

    def search(self, search: Search) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        with _damage_told():
            return self._search(search)

    def close(self) -> None:
        """Let go of all files."""
        self._snapshots.clear()
        self._current = None

    def _search(self, search: Search) -> Matches:
        view = (search.after and self._snapshots.find(search.after.generation)) or self._view()
        query = _compile_search(self._index.schema, search)
        counts = _count(view.searcher, query)
        total: int = counts["total"]
        if search.order is Order.RELEVANCE and has_scores(search.query):
            addresses, rank = _page_by_score(view.searcher, query, search), 0
        else:
            addresses, rank = _page_by_date(view.searcher, self._index.schema, query, search)
        offset = (search.after.offset if search.after else 0) + len(addresses)
        after = None
        if addresses and offset < total:
            bound = search.after.bound if search.after else view.newest_sequence
            after = Place(search.after.generation if search.after else view.generation, bound, offset, rank)
            self._snapshots.keep(view.generation, view)
        return Matches(
            keys=tuple(_key(view.searcher, address) for address in addresses),
            total=total,
            after=after,
            releases=counts["releases"],
            agencies=counts["agencies"],
            senders=counts["senders"],
            months=counts["months"],
            days=counts["days"],
        )

    def _view(self) -> _View:
        """Return the newest state; it costs one small read where nothing has changed."""
        meta = (self._folder / "meta.json").read_bytes()
        generation = f"{zlib.crc32(meta):08x}{len(meta):x}"
        with self._lock:
            if self._current is None or self._current.generation != generation:
                self._index.reload()
                searcher = self._index.searcher()
                self._current = _View(generation, searcher, _newest_sequence(searcher))
            return self._current


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for column in EXACT.values():
        builder.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    for column in (*TEXT_COLUMNS, *(stem_column(column) for column in STEMMED)):
        builder.add_text_field(column, tokenizer_name="whitespace", index_option="position")
    for column in _NUMBERS:
        builder.add_integer_field(column, indexed=True, fast=True)
    return builder.build()


def _fields(entry: Entry) -> dict[str, Untyped]:
    fields: dict[str, Untyped] = {name: " ".join(tokens) for name, tokens in entry_tokens(entry).items()}
    fields |= {
        "key": entry.key,
        "releases": list(entry.releases),
        "agencies": list(entry.agencies),
        "participant_keys": list(entry.participant_keys),
        "sender_key": [entry.sender_key] if entry.sender_key else [],
        "sequence": entry.sequence,
        "oldest": oldest_rank(entry),
        "newest": newest_rank(entry),
        "has_attachment": int(entry.has_attachment),
    }
    if entry.first_day:
        fields["first_day"] = entry.first_day.toordinal()
        fields["last_day"] = (entry.last_day or entry.first_day).toordinal()
        fields["month"] = entry.first_day.replace(day=1).toordinal()
    return fields


def _newest_sequence(searcher: tantivy.Searcher) -> int:
    hits = searcher.search(
        tantivy.Query.all_query(), limit=1, count=False, order_by_field="sequence", order=tantivy.Order.Desc
    ).hits
    return hits[0][0] if hits else 0


def _key(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first("key"))


def _page_by_date(
    searcher: tantivy.Searcher, schema: tantivy.Schema, query: tantivy.Query, search: Search
) -> tuple[list[tantivy.DocAddress], int]:
    """Return the addresses of a page and the rank of the last of them."""
    oldest_first = search.order is Order.DATE
    column = "oldest" if oldest_first else "newest"
    if search.after:
        rank = search.after.rank
        rest = _range(schema, column, rank + 1, None) if oldest_first else _range(schema, column, None, rank - 1)
        query = _must(query, rest)
    order = tantivy.Order.Asc if oldest_first else tantivy.Order.Desc
    hits = searcher.search(query, limit=max(search.limit, 1), count=False, order_by_field=column, order=order).hits
    hits = hits[: search.limit]
    return [address for _, address in hits], hits[-1][0] if hits else 0


def _page_by_score(searcher: tantivy.Searcher, query: tantivy.Query, search: Search) -> list[tantivy.DocAddress]:
    """Return the addresses of a page; the engine leaves equal scores in its own order, we sort them."""
    start = search.after.offset if search.after else 0
    end = start + search.limit
    size = end + 1
    hits = searcher.search(query, limit=size, count=False).hits
    while len(hits) == size and hits[-1][0] == hits[end - 1][0]:
        size *= _MANY
        hits = searcher.search(query, limit=size, count=False).hits
    if start >= len(hits):
        return []
    scores = [score for score, _ in hits]
    low = scores.index(scores[start])
    last = scores[min(end, len(hits)) - 1]
    tied = hits[low : next((n for n in range(end, len(hits)) if scores[n] != last), len(hits))]
    ranks = searcher.fast_field_values("newest", [address for _, address in tied])
    ordered = sorted(zip(tied, ranks, strict=True), key=lambda hit: (-hit[0][0], -(hit[1] or 0)))
    return [address for (_, address), _ in ordered][start - low : end - low]


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[str, Untyped]:
    columns = {"releases": "releases", "agencies": "agencies", "senders": "sender_key", "months": "month"}
    wanted = {name: _terms(column) for name, column in columns.items()}
    answer = searcher.aggregate(query, wanted | {"total": {"value_count": {"field": "sequence"}}})
    counts: dict[str, Untyped] = {name: _buckets(answer[name]) for name in columns}
    counts["total"] = int(answer["total"]["value"])
    counts["months"] = _by_date(counts["months"])
    counts["days"] = {}
    months = {month.year * 12 + month.month for month in counts["months"]}
    if months and max(months) - min(months) < MOST_DAY_MONTHS:
        by_day = searcher.aggregate(query, {"days": _terms("first_day")})
        counts["days"] = _by_date(_buckets(by_day["days"]))
    return counts


def _terms(column: str) -> dict[str, Untyped]:
    # Segments are counted whole, else the sum over them is no count but a guess.
    return {"terms": {"field": column, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}


def _buckets(answer: Mapping[str, Untyped]) -> dict[Untyped, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}


def _by_date(counts: Mapping[Untyped, int]) -> dict[date, int]:
    return {date.fromordinal(int(ordinal)): counts[ordinal] for ordinal in sorted(counts)}


def _compile_search(schema: tantivy.Schema, search: Search) -> tantivy.Query:
    parts = [_compile(schema, search.query)]
    if not isinstance(search.filters, Everything):
        parts.append(tantivy.Query.const_score_query(_compile(schema, search.filters), 0.0))
    if search.after:
        parts.append(_range(schema, "sequence", None, search.after.bound))
    return _must(*parts)


def _must(*parts: tantivy.Query) -> tantivy.Query:
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _range(schema: tantivy.Schema, column: str, low: int | None, high: int | None) -> tantivy.Query:
    within = tantivy.Query.range_query(schema, column, tantivy.FieldType.Integer, low, high)
    return tantivy.Query.const_score_query(within, 0.0)


def _compile(schema: tantivy.Schema, tree: Node) -> tantivy.Query:
    match tree:
        case Everything():
            return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        case All(parts):
            return _must(*(_compile(schema, part) for part in parts))
        case Any(parts):
            should = [(tantivy.Occur.Should, _compile(schema, part)) for part in parts]
            return tantivy.Query.boolean_query(should)
        case Not(part):
            everything = (tantivy.Occur.Must, _compile(schema, Everything()))
            return tantivy.Query.boolean_query([everything, (tantivy.Occur.MustNot, _compile(schema, part))])
        case Dated(first, last):
            return _compile_dated(schema, first, last)
        case Has():
            return tantivy.Query.const_score_query(tantivy.Query.term_query(schema, "has_attachment", 1, "basic"), 0.0)
        case Exact(value, field):
            return tantivy.Query.const_score_query(tantivy.Query.term_query(schema, EXACT[field], value, "basic"), 0.0)
    return _compile_leaf(schema, tree)


def _compile_dated(schema: tantivy.Schema, first: date | None, last: date | None) -> tantivy.Query:
    begins_by = (last or date.max).toordinal()
    ends_from = (first or date.min).toordinal()
    return _must(
        _range(schema, "first_day", None, begins_by),
        _range(schema, "last_day", ends_from, None),
    )


def _compile_leaf(schema: tantivy.Schema, leaf: TextLeaf) -> tantivy.Query:
    columns = [_compile_column(schema, leaf, column) for column in leaf_columns(leaf)]
    if not columns:
        return tantivy.Query.empty_query()
    if len(columns) == 1:
        return columns[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, column) for column in columns])


def _compile_column(schema: tantivy.Schema, leaf: TextLeaf, column: LeafColumn) -> tantivy.Query:
    name = column.name
    tokens: list[Untyped] = list(column.tokens)
    match leaf:
        case Fuzzy(_, distance):
            found = tantivy.Query.fuzzy_term_query(schema, name, tokens[0], distance, transposition_cost_one=False)
        case Pattern():
            patterns = [token.replace("*", ".*").replace("?", ".") for token in tokens]
            found = (
                tantivy.Query.regex_query(schema, name, patterns[0])
                if len(patterns) == 1
                else tantivy.Query.regex_phrase_query(schema, name, patterns)
            )
        case Word() | Phrase():
            found = (
                tantivy.Query.term_query(schema, name, tokens[0])
                if len(tokens) == 1
                else tantivy.Query.phrase_query(schema, name, tokens)
            )
    return tantivy.Query.boost_query(found, column.weight)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        log.exception("damaged index")
        raise IndexUnavailableError(
            f"The index cannot be read ({error}); `readingroom reindex` makes it anew."
        ) from error
