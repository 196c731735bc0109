"""One search in one state of an index."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.search.aggregations import TooManyBucketsError
from app.search.columns import has_scores
from app.search.index import PREFERENCE, Search
from app.search.opensearch_index.queries import Compiler, Query, among, must, prefer, within
from app.search.opensearch_index.server import ServerError
from app.search.paging import Found
from app.search.results import Order

_LARGEST_PAGE = 10_000  # hits of one answer, unless the server's limit is raised

Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Asked:
    """What `app.search.paging` and `app.search.aggregations` ask for; `ask` sends a body to the server.

    `bound` is the highest sequence that is looked at: it keeps out the mark, too, which has none.
    """

    def __init__(self, compiler: Compiler, ask: Ask, search: Search, bound: int) -> None:
        self._compiler = compiler
        self._ask = ask
        self._search = search
        self._bound = within("sequence", None, bound)
        self._query = compiler.compile(search.query)
        self._by_score = search.order is Order.RELEVANCE and has_scores(search.query)
        column, direction = ("oldest", "asc") if search.order is Order.DATE else ("newest", "desc")
        self._sort = [{"_score": "desc"}] * self._by_score + [{column: direction}]
        self._matching = self._narrow(None)
        self._ranked = self._matching
        if search.preferred and self._by_score:
            self._ranked = prefer(self._matching, compiler.compile(search.preferred), PREFERENCE)
        self._last: list[Any] | None = None  # the sort values of the last match that was fetched

    @property
    def score(self) -> float:
        """The score of the last match that was fetched; 0 in an order by date."""
        return float(self._last[0]) if self._last and self._by_score else 0.0

    def go_on(self, *, same_state: bool) -> None:
        """Let `fetch` begin behind the last match of the page before; its score holds in the same state only."""
        place = self._search.after
        if not place:
            return
        if not self._by_score:
            self._last = [place.rank]
        elif same_state:
            self._last = [place.score, place.rank]
        else:
            self._skip(place.offset)

    def count(
        self, without: str | None, copies: tuple[int, int] | None, wanted: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Answer aggregations, as `app.search.aggregations` asks them."""
        query = self._narrow(without) if without else self._matching
        if copies:
            query = must(query, filters=[within("copies", *copies)])
        try:
            answer: Mapping[str, Any] = self._ask({"query": query, "size": 0, "aggs": wanted})["aggregations"]
        except ServerError as error:
            if "too_many_buckets" in error.reason:
                raise TooManyBucketsError from error
            raise
        return answer

    def fetch(self, _offset: int, _rank: int | None, count: int) -> list[Found]:
        """Return up to `count` matches behind those that were fetched before."""
        hits = self._fetch(count, {"docvalue_fields": ["copies"]})
        return [Found(hit["_id"], hit.get("fields", {}).get("copies", [0])[0], hit["sort"][-1]) for hit in hits]

    def first_of(self, copies: Collection[int]) -> dict[int, str]:
        """Return the key of the first match of each of these groups of copies."""
        query = must(self._ranked, filters=[among("copies", sorted(copies))])
        first = {"top_hits": {"size": 1, "sort": self._sort}}
        groups = {"terms": {"field": "copies", "size": len(copies)}, "aggs": {"first": first}}
        answer = self._ask({"query": query, "size": 0, "aggs": {"groups": groups}})
        found = answer["aggregations"]["groups"]["buckets"]
        return {group["key"]: group["first"]["hits"]["hits"][0]["_id"] for group in found}

    def _skip(self, count: int) -> None:
        while count and (hits := self._fetch(min(count, _LARGEST_PAGE), {})):
            count -= len(hits)

    def _fetch(self, count: int, options: Query) -> list[dict[str, Any]]:
        body = {"query": self._ranked, "size": count, "sort": self._sort, "track_total_hits": False} | options
        if self._last:
            body["search_after"] = self._last
        hits: list[dict[str, Any]] = self._ask(body)["hits"]["hits"]
        if hits:
            self._last = hits[-1]["sort"]
        return hits

    def _narrow(self, without: str | None) -> Query:
        """Return the query with all that must hold, but for the choice in one facet."""
        return must(self._query, filters=[self._bound, *map(self._compiler.compile, self._search.narrowing(without))])
