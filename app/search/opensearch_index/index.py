"""One index on an OpenSearch server."""

import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from app.errors import BadRequestError, IndexUnavailableError
from app.search.aggregations import Counting
from app.search.columns import DIGEST, SUGGESTED, entry_fields
from app.search.index import Entry, Held, Matches, OnKeys, Search
from app.search.opensearch_index.asked import Asked
from app.search.opensearch_index.queries import Compiler, make_suggestion
from app.search.opensearch_index.server import Server, ServerError, Write
from app.search.paging import collect_page
from app.search.similar import similar_words
from app.search.snapshots import Snapshots

_KEPT = "10m"
_MARK = "~state"  # a document that is no entry; its version is that of the index. No key begins so.
_TRIES = 5
_HELD = 5_000
_WHOLE = {"allow_partial_search_results": "false"}


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
        self.name = name  # on the server
        self._server = server
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
            answer = self._server.ask("POST", f"/{self.name}/_search", wanted, **_WHOLE)
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
            self._server.refresh(self.name)
            self._mark()

    def fill(self, batches: Iterable[Sequence[Entry]]) -> int:
        """Add entries to an index that is empty, and return their number."""
        count = 0
        with _told():
            for entries in batches:
                self._server.write(self._alias, [Write(entry.key, entry_fields(entry)) for entry in entries])
                count += len(entries)
            self._server.refresh(self.name)
            self._mark()
        return count

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it; `on_keys` gets the keys of the page.

        Raises:
            BadRequestError: the server cannot follow a pattern, or the query has too many parts for it.
            IndexUnavailableError: the server does not answer, or does not have the index.
        """
        compiler = Compiler()
        with _told():
            while True:
                try:
                    matches = self._search(search, compiler)
                except ServerError as error:
                    if not compiler.take_complaint(error.reason):
                        raise
                else:
                    if on_keys:
                        on_keys(matches.keys)
                    return matches

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one, with the number of entries that have them."""
        suggestion = {f"in_{column}": make_suggestion(word, column) for column in SUGGESTED}
        with _told():
            answer = self._server.ask("POST", f"/{self.name}/_search", {"size": 0, "suggest": suggestion}, **_WHOLE)
        found = (tokens[0]["options"] for tokens in answer["suggest"].values())
        return similar_words(word, ([(option["text"], option["freq"]) for option in options] for options in found))

    def check(self, *, thorough: bool = False) -> None:
        """Ask the server, with `thorough`, whether it has the index: it keeps sums of its files itself."""
        if thorough:
            self._read_generation()

    def look(self) -> object:
        """Return None: others may write to the server at any time."""
        return None

    def find_held(self, keys: Sequence[str]) -> Sequence[Held]:
        """Return what is held under these keys."""
        asked = {"query": {"ids": {"values": list(keys)}}, "size": len(keys), "docvalue_fields": [DIGEST]}
        with _told():
            answer = self._server.ask("POST", f"/{self.name}/_search", asked, **_WHOLE)
        return [_held(hit) for hit in answer["hits"]["hits"]]

    def every_held(self) -> Iterator[Sequence[Held]]:
        """Yield all that is held, in batches; what is written meanwhile may be left out."""
        asked: dict[str, Any] = {"size": _HELD, "sort": ["sequence"], "docvalue_fields": [DIGEST]}
        asked["query"] = {"exists": {"field": "sequence"}}  # the mark has none
        while True:
            with _told():
                hits = self._server.ask("POST", f"/{self.name}/_search", asked, **_WHOLE)["hits"]["hits"]
            if not hits:
                return
            yield [_held(hit) for hit in hits]
            asked["search_after"] = hits[-1]["sort"]

    def forget(self) -> None:
        """Look at no earlier state any more."""
        self._snapshots.clear()

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
        bound, generation = view.newest_sequence, view.generation
        if search.after:
            bound, generation = search.after.bound, search.after.generation
        asked = Asked(compiler, lambda body: self._ask(view, body), search, bound)
        counts = Counting(search, asked.count, "shard_size").count()
        asked.go_on(same_state=generation == view.generation)
        page = collect_page(search, asked.fetch, asked.first_of)
        after = page.place(search, counts.total, generation, bound)
        if after:
            after = replace(after, score=asked.score)
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

    def _ask(self, view: _View, body: Mapping[str, Any]) -> Any:
        point = {"pit": {"id": view.point, "keep_alive": _KEPT}}
        return self._server.ask("POST", "/_search", {**body, **point}, **_WHOLE)

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
        self._server.refresh(self.name)

    def _forget(self, view: _View) -> None:
        self._snapshots.forget(view.generation)
        with self._lock:
            if self._current is view:
                self._current = None

    def _drop(self, view: _View) -> None:
        if view is not self._current:
            with suppress(IndexUnavailableError):  # the server lets it go by itself
                self._server.ask("DELETE", "/_search/point_in_time", {"pit_id": [view.point]})


def _held(hit: Mapping[str, Any]) -> Held:
    return Held(str(hit["_id"]), int(hit["fields"][DIGEST][0]))


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
