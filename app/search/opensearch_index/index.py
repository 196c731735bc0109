"""One index on an OpenSearch server."""

import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any as Untyped
from typing import Self

from app.errors import BadRequestError, IndexUnavailableError
from app.search.columns import has_scores
from app.search.index import MOST_DAY_MONTHS, Entry, Matches, Place, Search
from app.search.opensearch_index.mapping import entry_fields
from app.search.opensearch_index.queries import Compiler, Query, at_most
from app.search.opensearch_index.server import Server, ServerError, Write
from app.search.query import Everything
from app.search.results import Order
from app.search.snapshots import Snapshots

_KEPT = "10m"
_MARK = "~state"  # a document that is no entry; its version is that of the index. No key begins so.
_TRIES = 3
_LARGEST_PAGE = 10_000  # hits of one answer, unless the server's limit is raised
_MOST_BUCKETS = 60_000  # values of all facets that are counted; the server gives 65,535 at most
_FACETS = {"releases": "releases", "agencies": "agencies", "senders": "sender_key", "months": "month"}


@dataclass(frozen=True, slots=True)
class _View:
    """A state of the index, kept by the server under the name `point` for ten minutes after each use."""

    generation: str
    point: str
    newest_sequence: int


class OpenSearchIndex:
    """A `SearchIndex` on a server.

    A point in time is opened once for each state of the index and shared by all searches, for a server
    keeps three hundred at most. Which state it is tells the version of one document, the mark, which
    every update writes last: what has a mark has all that was written before it.
    """

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self.name = name  # on the server
        self._alias = f"{name}-writing"
        self._lock = threading.Lock()
        self._snapshots: Snapshots[_View] = Snapshots(self._drop)
        self._current: _View | None = None

    @classmethod
    def create(cls, server: Server, name: str) -> Self:
        """Make an empty index of this name; the index closes the server."""
        index = cls(server, name)
        server.ask("PUT", f"/{name}", {"aliases": {index._alias: {}}})
        index._mark()
        return index

    @classmethod
    def open(cls, server: Server, name: str) -> Self:
        """Open the index of this name; the index closes the server.

        Raises:
            IndexUnavailableError: the server does not have it, or does not answer.
        """
        index = cls(server, name)
        index._read_generation()
        return index

    def newest_sequence(self) -> int:
        """Return the highest sequence of all entries, 0 if there is none."""
        wanted = {"size": 0, "aggs": {"newest": {"max": {"field": "sequence"}}}}
        with _told():
            answer = self._server.ask("POST", f"/{self.name}/_search", wanted, allow_partial_search_results="false")
        return int(answer["aggregations"]["newest"]["value"] or 0)

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it.

        If this fails, some of it may be found; repeating it makes it whole.
        """
        newest = {entry.key: entry for entry in added}
        writes = [Write(key, None) for key in dict.fromkeys(removed) if key not in newest]
        writes += [Write(key, entry_fields(entry)) for key, entry in newest.items()]
        with _told():
            self._server.write(self._alias, writes)
            self._server.ask("POST", f"/{self.name}/_refresh")
            self._mark()

    def search(self, search: Search) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        compiler = Compiler()
        with _told():
            while True:
                try:
                    return self._search(search, compiler)
                except ServerError as error:
                    if not compiler.take_complaint(error.reason):
                        raise

    def close(self) -> None:
        """Let go of the states that are kept, and of the connections."""
        with self._lock:
            current, self._current = self._current, None
        self._snapshots.clear()
        if current:
            self._drop(current)
        self._server.close()

    def _search(self, search: Search, compiler: Compiler) -> Matches:
        for _ in range(_TRIES):
            view = (search.after and self._snapshots.find(search.after.generation)) or self._view()
            try:
                return self._answer(view, search, compiler)
            except ServerError as error:
                # The server was started anew, or another thread saw a newer state and let this one go.
                if error.status_code != 404:
                    raise
                self._forget(view)
        raise IndexUnavailableError("The index changes too fast to be searched; try again.")

    def _answer(self, view: _View, search: Search, compiler: Compiler) -> Matches:
        bound = search.after.bound if search.after else view.newest_sequence
        # The bound keeps out the mark, too, which has no sequence.
        wanted: Query = {
            "query": _restrict(compiler, search, bound),
            "size": search.limit,
            "sort": _sort(search),
            "track_total_hits": True,
            "aggs": {name: _terms(column) for name, column in _FACETS.items()},
        }
        start = self._find_start(view, wanted, search)
        answer = self._ask(view, wanted | ({"search_after": start} if start else {}))
        hits, counts, total = answer["hits"]["hits"], answer["aggregations"], answer["hits"]["total"]["value"]
        offset = (search.after.offset if search.after else 0) + len(hits)
        after = None
        if hits and offset < total:
            generation = search.after.generation if search.after else view.generation
            score, rank = hits[-1]["sort"] if len(hits[-1]["sort"]) > 1 else (0.0, hits[-1]["sort"][0])
            after = Place(generation, bound, offset, rank, score)
            self._snapshots.keep(view.generation, view)
        months = _by_date(_buckets(counts["months"]))
        return Matches(
            keys=tuple(hit["_id"] for hit in hits),
            total=total,
            after=after,
            releases=_buckets(counts["releases"]),
            agencies=_buckets(counts["agencies"]),
            senders=_buckets(counts["senders"]),
            months=months,
            days=self._count_days(view, wanted["query"], months),
        )

    def _find_start(self, view: _View, wanted: Query, search: Search) -> list[Untyped] | None:
        """Return the sort values of the last match of the page before; None: begin with the first."""
        if not search.after:
            return None
        if len(wanted["sort"]) == 1:
            return [search.after.rank]
        if search.after.generation == view.generation:
            return [search.after.score, search.after.rank]
        # Scores are of another state: go on by count.
        start, left = None, search.after.offset
        while left:
            size = min(left, _LARGEST_PAGE)
            page = wanted | {"size": size, "aggs": {}, "track_total_hits": False}
            hits = self._ask(view, page | ({"search_after": start} if start else {}))["hits"]["hits"]
            if not hits:
                return start
            start, left = hits[-1]["sort"], left - len(hits)
        return start

    def _count_days(self, view: _View, query: Query, months: Mapping[date, int]) -> dict[date, int]:
        numbers = [month.year * 12 + month.month for month in months]
        if not numbers or max(numbers) - min(numbers) >= MOST_DAY_MONTHS:
            return {}
        answer = self._ask(view, {"query": query, "size": 0, "aggs": {"days": _terms("first_day")}})
        return _by_date(_buckets(answer["aggregations"]["days"]))

    def _ask(self, view: _View, wanted: Query) -> Untyped:
        body = wanted | {"pit": {"id": view.point, "keep_alive": _KEPT}}
        return self._server.ask("POST", "/_search", body, allow_partial_search_results="false")

    def _view(self) -> _View:
        """Return the newest state; it costs one small request where nothing has changed."""
        generation = self._read_generation()
        with self._lock:
            if self._current and self._current.generation == generation:
                return self._current
            old, self._current = self._current, self._open_view()
            view = self._current
        if old and not self._snapshots.find(old.generation):
            self._drop(old)
        return view

    def _open_view(self) -> _View:
        path = f"/{self.name}/_search/point_in_time"
        point = self._server.ask("POST", path, keep_alive=_KEPT)["pit_id"]
        # Its generation is read within: between the two requests another state may have come.
        newest = {"all": {"global": {}, "aggs": {"newest": {"max": {"field": "sequence"}}}}}
        body = {"query": {"ids": {"values": [_MARK]}}, "version": True, "aggs": newest}
        answer = self._ask(_View("", point, 0), body)
        version = answer["hits"]["hits"][0]["_version"]
        return _View(self._generation(version), point, int(answer["aggregations"]["all"]["newest"]["value"] or 0))

    def _read_generation(self) -> str:
        with _told():
            mark = self._server.ask("GET", f"/{self.name}/_doc/{_MARK}", realtime="false")
        return self._generation(mark["_version"])

    def _generation(self, version: int) -> str:
        return f"{zlib.crc32(self.name.encode()):08x}{version:x}"

    def _mark(self) -> None:
        self._server.write(self._alias, [Write(_MARK, {})])
        self._server.ask("POST", f"/{self.name}/_refresh")

    def _forget(self, view: _View) -> None:
        self._snapshots.forget(view.generation)
        with self._lock:
            if self._current is view:
                self._current = None

    def _drop(self, view: _View) -> None:
        if view is not self._current:
            with suppress(IndexUnavailableError):  # the server lets it go by itself
                self._server.ask("DELETE", "/_search/point_in_time", {"pit_id": [view.point]})


def _restrict(compiler: Compiler, search: Search, bound: int) -> Query:
    filters = [at_most("sequence", bound)]
    if not isinstance(search.filters, Everything):
        filters.append(compiler.compile(search.filters))
    return {"bool": {"must": [compiler.compile(search.query)], "filter": filters}}


def _sort(search: Search) -> list[Untyped]:
    if search.order is Order.DATE:
        return [{"oldest": "asc"}]
    if search.order is Order.RELEVANCE and has_scores(search.query):
        return [{"_score": "desc"}, {"newest": "desc"}]
    return [{"newest": "desc"}]


def _terms(column: str) -> Query:
    size = _MOST_BUCKETS // len(_FACETS)
    return {"terms": {"field": column, "size": size, "shard_size": size}}


def _buckets(counted: Mapping[str, Untyped]) -> dict[Untyped, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in counted["buckets"]}


def _by_date(counts: Mapping[Untyped, int]) -> dict[date, int]:
    return {date.fromordinal(int(ordinal)): counts[ordinal] for ordinal in sorted(counts)}


@contextmanager
def _told() -> Iterator[None]:
    """Say in words of ours what the server said, where we know what to do about it."""
    try:
        yield
    except ServerError as error:
        if error.status_code == 404:
            raise IndexUnavailableError(
                "The search server does not have the index; `readingroom reindex` makes it anew."
            ) from error
        if "Determinizing automaton" in error.reason or "expanded to too many terms" in error.reason:
            raise BadRequestError("A pattern of the query has too many * and ?; give more of its letters.") from error
        if "too_many_nested_clauses" in error.reason or "too_many_clauses" in error.reason:
            raise BadRequestError("The query has too many words or patterns; give fewer.") from error
        raise
