"""Write an index of tantivy's, and answer searches from it."""

import logging
import threading
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import tantivy

from app.errors import BadRequestError, IndexUnavailableError
from app.search.aggregations import Ask, Counting, Counts, TooManyBucketsError
from app.search.columns import DIGEST, FACETS, SUGGESTED, has_scores
from app.search.index import PREFERENCE, Entry, Held, Matches, OnKeys, Search
from app.search.paging import Found, collect_page
from app.search.query import Everything
from app.search.results import Order
from app.search.similar import similar_words
from app.search.snapshots import Snapshots
from app.search.tantivy_index.queries import Compiler, must, prefer
from app.search.tantivy_index.schema import PEOPLE, PERSON_NUMBERS, make_fields, make_schema

log = logging.getLogger(__name__)

_HEAP_BYTES = 64_000_000
_FILLING_HEAP_BYTES = 150_000_000
_MANY = 4
_SPARE = 64
_HELD = 5_000
_COUNTERS = 16  # threads: a quick search must not wait until slow ones have counted
_MOST_COUNTS_KEPT = 64


class _View:
    """A state of the index; safe to share between threads."""

    def __init__(self, generation: str, searcher: tantivy.Searcher) -> None:
        self.generation = generation
        self.searcher = searcher
        self.newest_sequence = _newest_sequence(searcher)
        self._counts: OrderedDict[str, Counts] = OrderedDict()  # of searches that are paged through

    def count(self, search: Search, ask: Ask) -> Counts:
        """Return the counts of a search; those of the first page serve the others, and those of everything all."""
        bound = search.after.bound if search.after else self.newest_sequence
        same = f"{bound} {replace(search, after=None, limit=0)!r}"
        asks_all = replace(search, after=None) == Search(
            Everything(), order=search.order, limit=search.limit, collapse=search.collapse
        )
        counts = self._counts.get(same) if search.after or asks_all else None
        if counts is None:
            columns = {**FACETS, **PERSON_NUMBERS}
            counts = Counting(search, ask, "segment_size", columns, self._decode).count()
            self._counts[same] = counts
            while len(self._counts) > _MOST_COUNTS_KEPT:
                self._counts.popitem(last=False)
        return counts

    def _decode(self, facet: str, value: object) -> str:
        if facet not in PERSON_NUMBERS:
            return str(value)
        number = f"{int(str(value).partition('.')[0])}:"
        found = self.searcher.terms_with_prefix(PEOPLE, number)
        return str(found[0][0]).removeprefix(number)


class TantivyIndex:
    """A `SearchIndex` in tantivy's files."""

    def __init__(self, folder: Path, index: tantivy.Index) -> None:
        self._folder = folder
        self._index = index
        self._compiler = Compiler(index.schema)
        self._lock = threading.Lock()
        self._snapshots: Snapshots[_View] = Snapshots(lambda _view: None)
        self._current: _View | None = None
        self._counters = ThreadPoolExecutor(_COUNTERS, thread_name_prefix="count")

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty index in a folder that exists and is empty."""
        return cls(folder, tantivy.Index(make_schema(), str(folder), reuse=False))

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
        writer.garbage_collect_files()  # a killed writer's, whose names this one would use again
        for key in removed:
            writer.delete_documents_by_term("key", key)
        for entry in added:
            writer.delete_documents_by_term("key", entry.key)
            writer.add_document(tantivy.Document.from_dict(make_fields(entry), schema))
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()

    def fill(self, batches: Iterable[Sequence[Entry]]) -> int:
        """Add entries to an index that is empty, with one commit at the end, and return their number."""
        index = tantivy.Index.open(str(self._folder))
        schema = index.schema
        writer = index.writer(_FILLING_HEAP_BYTES, num_threads=1)
        written = 0
        for entries in batches:
            for entry in entries:
                writer.add_document(tantivy.Document.from_dict(make_fields(entry), schema))
            written += len(entries)
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()
        return written

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        loaded = _Kept(on_keys)
        with _damage_told():
            view = (search.after and self._snapshots.find(search.after.generation)) or self._view()
            matches = self._answer(view, search, loaded)
        if loaded.error:  # not the engine's
            raise loaded.error
        return matches

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one, with the number of entries that have them."""
        searcher = self._view().searcher
        return similar_words(word, (searcher.terms_with_prefix(column, word[:1]) for column in SUGGESTED))

    def find_held(self, keys: Sequence[str]) -> Sequence[Held]:
        """Return what is held under these keys."""
        searcher = self._view().searcher
        query = tantivy.Query.term_set_query(self._index.schema, "key", list(keys))
        limit = len(keys) + _SPARE
        hits = searcher.search(query, limit=limit, count=False).hits
        while len(hits) == limit:
            limit *= _MANY
            hits = searcher.search(query, limit=limit, count=False).hits
        return [_held(searcher, address) for _, address in hits]

    def every_held(self) -> Iterator[Sequence[Held]]:
        """Yield all that is held, in batches, as it was at the first."""
        searcher = self._view().searcher
        last = 0
        while True:
            found = searcher.search(
                self._compiler.within("sequence", last + 1, None),
                limit=_HELD,
                count=False,
                order_by_field="sequence",
                order=tantivy.Order.Asc,
            ).hits
            if not found:
                return
            yield [_held(searcher, address) for _, address in found]
            last = int(found[-1][0])

    def forget(self) -> None:
        """Look at no earlier state any more."""
        self._snapshots.clear()

    def close(self) -> None:
        """Let go of all files."""
        self._snapshots.clear()
        self._current = None
        self._counters.shutdown()

    def _answer(self, view: _View, search: Search, on_keys: OnKeys) -> Matches:
        asked = _Asked(self._compiler, view.searcher, search)
        # tantivy counts without Python's lock: meanwhile the page is looked up and, by `on_keys`, its hits.
        counting = self._counters.submit(view.count, search, asked.count)
        page = collect_page(search, asked.fetch, asked.first_of)
        on_keys(page.keys)
        counts = counting.result()
        bound = search.after.bound if search.after else view.newest_sequence
        after = page.place(search, counts.total, search.after.generation if search.after else view.generation, bound)
        if after:
            self._snapshots.keep(view.generation, view)
        return Matches(
            keys=page.keys,
            total=counts.total,
            entries=counts.entries,
            after=after,
            facets=counts.facets,
            undated=counts.undated,
            months=counts.months,
            days=counts.days,
        )

    def _view(self) -> _View:
        """Return the newest state; it costs one small read where nothing has changed."""
        generation = self._read_generation()
        with self._lock:
            while self._current is None or self._current.generation != generation:
                if self._current:  # a cursor of another process may lead to it
                    self._snapshots.keep(self._current.generation, self._current)
                self._index.reload()
                searcher = self._index.searcher()
                if (after := self._read_generation()) != generation:
                    generation = after  # written meanwhile: which of the two states it is nobody knows
                    continue
                self._current = _View(generation, searcher)
            return self._current

    def _read_generation(self) -> str:
        meta = (self._folder / "meta.json").read_bytes()
        return f"{zlib.crc32(meta):08x}{len(meta):x}"


class _Kept:
    """What is to be done with the keys of a page; it keeps the error, which says nothing of the index."""

    def __init__(self, on_keys: OnKeys | None) -> None:
        self._on_keys = on_keys
        self.error: Exception | None = None

    def __call__(self, keys: tuple[str, ...]) -> None:
        try:
            if self._on_keys:
                self._on_keys(keys)
        except Exception as error:
            self.error = error


class _Asked:
    """One search in one state of the index."""

    def __init__(self, compiler: Compiler, searcher: tantivy.Searcher, search: Search) -> None:
        self._compiler = compiler
        self._searcher = searcher
        self._search = search
        self._by_score = search.order is Order.RELEVANCE and has_scores(search.query)
        self._column = "oldest" if search.order is Order.DATE else "newest"
        self._query = compiler.compile(search.query)
        self._matching = self._narrow(None)
        self._ranked = self._matching
        if search.preferred and self._by_score:
            self._ranked = prefer(self._matching, compiler.compile(search.preferred), PREFERENCE)

    def count(
        self, without: str | None, copies: tuple[int, int] | None, wanted: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Answer aggregations, as `app.search.aggregations` asks them."""
        query = self._narrow(without) if without else self._matching
        if copies:
            query = must(query, self._compiler.within("copies", *copies))
        try:
            answer: Mapping[str, Any] = self._searcher.aggregate(query, dict(wanted))
        except ValueError as error:
            if "bucket limit" in str(error):
                raise TooManyBucketsError from error
            raise
        return answer

    def fetch(self, offset: int, rank: int | None, count: int) -> list[Found]:
        """Return up to `count` matches behind an offset, or behind a rank in an order by date."""
        if self._by_score:
            # A cursor that is none of ours may name any number.
            offset = min(offset, self._searcher.num_docs)
            found = [(0, address) for address in self._fetch_by_score(self._ranked, offset, count)]
        else:
            found = self._fetch_by_date(self._matching, rank, count)
        copies = self._searcher.fast_field_values("copies", [address for _, address in found])
        return [
            Found(_key(self._searcher, address), int(shared or 0), rank)
            for (rank, address), shared in zip(found, copies, strict=True)
        ]

    def first_of(self, copies: Collection[int]) -> dict[int, str]:
        """Return the key of the first match of each of these groups of copies."""
        among = self._compiler.among("copies", sorted(copies))
        matching = must(self._matching, among)
        counted = self._searcher.aggregate(matching, {"members": {"value_count": {"field": "copies"}}})
        limit = int(counted["members"]["value"])
        if self._by_score:
            ordered = self._fetch_by_score(must(self._ranked, among), 0, limit)
        else:
            ordered = [address for _, address in self._fetch_by_date(matching, None, limit)]
        first: dict[int, str] = {}
        shared = self._searcher.fast_field_values("copies", ordered)
        for address, number in zip(ordered, shared, strict=True):
            if number not in first:
                first[int(number or 0)] = _key(self._searcher, address)
        return first

    def _narrow(self, without: str | None) -> tantivy.Query:
        """Return the query with all that must hold, but for the choice in one facet."""
        search = self._search
        parts = [self._query, *(self._compiler.filter(tree) for tree in search.narrowing(without))]
        if search.after:
            parts.append(self._compiler.within("sequence", None, search.after.bound))
        return must(*parts)

    def _fetch_by_date(
        self, query: tantivy.Query, rank: int | None, count: int
    ) -> list[tuple[int, tantivy.DocAddress]]:
        """Return ranks and addresses."""
        oldest_first = self._column == "oldest"
        if rank is not None:
            low, high = (rank + 1, None) if oldest_first else (None, rank - 1)
            query = must(query, self._compiler.within(self._column, low, high))
        order = tantivy.Order.Asc if oldest_first else tantivy.Order.Desc
        found = self._searcher.search(query, limit=count, count=False, order_by_field=self._column, order=order)
        return [(int(hit_rank), address) for hit_rank, address in found.hits]

    def _fetch_by_score(self, query: tantivy.Query, start: int, count: int) -> list[tantivy.DocAddress]:
        """Return addresses; the engine leaves equal scores in its own order, we sort them."""
        end = start + count
        size = end + _SPARE  # ties at the end of a page seldom take a second search
        hits = self._searcher.search(query, limit=size, count=False).hits
        while len(hits) == size and hits[-1][0] == hits[end - 1][0]:
            size *= _MANY
            hits = self._searcher.search(query, limit=size, count=False).hits
        if start >= len(hits):
            return []
        scores = [score for score, _ in hits]
        low = scores.index(scores[start])
        last = scores[min(end, len(hits)) - 1]
        tied = hits[low : next((n for n in range(end, len(hits)) if scores[n] != last), len(hits))]
        ranks = self._searcher.fast_field_values("newest", [address for _, address in tied])
        ordered = sorted(zip(tied, ranks, strict=True), key=lambda hit: (-hit[0][0], -(hit[1] or 0)))
        return [address for (_, address), _ in ordered][start - low : end - low]


def _newest_sequence(searcher: tantivy.Searcher) -> int:
    hits = searcher.search(
        tantivy.Query.all_query(), limit=1, count=False, order_by_field="sequence", order=tantivy.Order.Desc
    ).hits
    return hits[0][0] if hits else 0


def _key(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first("key"))


def _held(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Held:
    document = searcher.doc(address)
    return Held(str(document.get_first("key")), int(str(document.get_first(DIGEST))))


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        if "max expansions" in str(error):
            raise BadRequestError("A pattern stands for too many words; give more of its letters.") from error
        log.exception("damaged index")
        raise IndexUnavailableError(
            f"The index cannot be read ({error}); `readingroom reindex` makes it anew."
        ) from error
