"""Match, score, sort and count in plain Python, for an engine that keeps postings and no more."""

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import NamedTuple, Protocol, TypeVar

from app.search.columns import EXACT, FACETS, LeafColumn, has_scores, leaf_columns, near_pairs
from app.search.index import MOST_DAY_MONTHS, PREFERENCE, Matches, Place, Search
from app.search.paging import Found, Page, collect_page
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Near, Node, Not, OnPages, Pattern
from app.search.query.tree import TextLeaf
from app.search.results import Order
from app.search.tokens import compile_pattern

_K1, _B = 1.2, 0.75  # BM25, with the values that tantivy has

_Value = TypeVar("_Value")
Scores = dict[int, float]  # by number of the entry within its segment


class Row(NamedTuple):
    """What is sorted, counted and answered of an entry."""

    key: str
    sequence: int
    oldest: int
    newest: int
    first_day: date | None
    last_day: date | None
    copies: int
    first_page: int | None
    last_page: int | None
    traits: tuple[str, ...]
    digest: int
    facets: tuple[tuple[str, ...], ...]  # the values in the order of FACETS


class Segment(Protocol):
    """A part of an index that never changes, but for entries that are deleted."""

    @property
    def rows(self) -> Sequence[Row]:
        """All entries by their number, deleted ones included."""
        ...

    @property
    def live(self) -> frozenset[int]:
        """The numbers of the entries that are not deleted."""
        ...

    def count_entries(self, column: str, token: str) -> int:
        """Return how many entries have a token, deleted ones included."""
        ...

    def count_tokens(self, column: str) -> int:
        """Return how many tokens a column has in all entries."""
        ...

    def read_length(self, column: str, number: int) -> float:
        """Return about how many tokens a column of an entry has."""
        ...

    def find_counts(self, column: str, token: str) -> Iterator[tuple[int, float]]:
        """Yield the entries that have a token, and how often."""
        ...

    def find_positions(
        self, column: str, token: str, within: Container[int] | None
    ) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield those of the entries that have a token, and where; None: of all."""
        ...

    def find_prefixed(self, column: str, prefix: str) -> Iterator[str]:
        """Yield the tokens of a column that begin with a prefix."""
        ...

    def find_similar(self, column: str, token: str, distance: int) -> Iterator[str]:
        """Yield the tokens of a column that are so many edits away, or fewer."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """The segments of an index as they are at one time."""

    generation: str
    segments: Sequence[Segment]
    newest_sequence: int


class _Statistics:
    """What a score needs to know of the whole index."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._count = sum(len(segment.live) for segment in segments)

    def rarity(self, column: str, token: str) -> float:
        """Return the weight of a token: the fewer entries have it, the more."""
        found = sum(segment.count_entries(column, token) for segment in self._segments)
        return math.log(1 + (max(self._count - found, 0) + 0.5) / (found + 0.5))

    def mean_length(self, column: str) -> float:
        """Return the number of tokens that a column has on average."""
        tokens = sum(segment.count_tokens(column) for segment in self._segments)
        return tokens / max(self._count, 1)


class _Match(NamedTuple):
    """An entry that matched."""

    row: Row
    score: float
    missed: frozenset[str]  # the facets whose choice it does not have


def answer(state: State, search: Search) -> Matches:
    """Answer a search in this state of an index."""
    statistics = _Statistics(state.segments)
    bound = search.after.bound if search.after else state.newest_sequence
    chosen: list[_Match] = []  # what the query and the filters leave, whatever the choices in facets
    for segment in state.segments:
        matcher = _Matcher(segment, statistics)
        scores = matcher.match(search.query)
        if not isinstance(search.filters, Everything):
            scores = _intersect(scores, dict.fromkeys(matcher.match(search.filters), 0.0))
        preferred = matcher.match(search.preferred) if search.preferred else {}
        choices = {name: matcher.match(tree) for name, tree in search.choices.items()}
        for number, score in scores.items():
            if segment.rows[number].sequence <= bound:
                missed = frozenset(name for name, found in choices.items() if number not in found)
                chosen.append(_Match(segment.rows[number], score + PREFERENCE * (number in preferred), missed))
    order = _order(search)
    chosen.sort(key=order)
    found = [match for match in chosen if not match.missed]
    page = _page(found, search)
    distinct = _distinct(found) if search.collapse else found
    generation = search.after.generation if search.after else state.generation
    return _count(search, chosen, distinct, len(found), page, page.place(search, len(distinct), generation, bound))


class _Matcher:
    """The matching within one segment."""

    def __init__(self, segment: Segment, statistics: _Statistics) -> None:
        self._segment = segment
        self._statistics = statistics

    def match(self, tree: Node) -> Scores:
        """Return the documents that match, each with its score."""
        match tree:
            case Everything():
                return dict.fromkeys(self._segment.live, 0.0)
            case All(parts):
                return reduce(_intersect, [self.match(part) for part in parts])
            case Any(parts):
                return reduce(_unite, [self.match(part) for part in parts])
            case Not(part):
                return dict.fromkeys(self._segment.live - self.match(part).keys(), 0.0)
            case Dated(first, last):
                return self._match_rows(lambda row: _overlaps(row, first or date.min, last or date.max))
            case OnPages(first_page, last_page):
                return self._match_rows(lambda row: _is_on(row, first_page, last_page))
            case Has(trait):
                return self._match_rows(lambda row: trait in row.traits)
            case Exact(value, field):
                return dict.fromkeys(self._numbers(EXACT[field], value), 0.0)
        columns = [self._match_column(tree, column) for column in leaf_columns(tree)]
        return reduce(_unite, columns, {})

    def _match_rows(self, wanted: Callable[[Row], bool]) -> Scores:
        return {number: 0.0 for number in self._segment.live if wanted(self._segment.rows[number])}

    def _match_column(self, leaf: TextLeaf, column: LeafColumn) -> Scores:
        if isinstance(leaf, Fuzzy | Pattern):
            slots = [self._expand(leaf, column.name, token) for token in column.tokens]
            found = self._places_in_row(column.name, slots)
            return dict.fromkeys(found, column.weight)
        if isinstance(leaf, Near):
            pairs = [
                self._places_near(column.name, one, other, leaf.distance) for one, other in near_pairs(column.tokens)
            ]
            counts = reduce(_intersect, pairs)
        elif len(column.tokens) == 1:
            counts = dict(self._segment.find_counts(column.name, column.tokens[0]))
        else:
            counts = self._places_in_row(column.name, [[token] for token in column.tokens])
        idf = sum(self._statistics.rarity(column.name, token) for token in column.tokens)
        mean = self._statistics.mean_length(column.name)
        return {
            number: column.weight * idf * _saturate(count, self._segment.read_length(column.name, number) / mean)
            for number, count in counts.items()
        }

    def _expand(self, leaf: Fuzzy | Pattern, column: str, token: str) -> list[str]:
        """Return the tokens of the column that a pattern or a misspelt word stands for."""
        if isinstance(leaf, Fuzzy):
            return list(self._segment.find_similar(column, token, leaf.distance))
        literal = re.split(r"[*?]", token)[0]
        if literal == token:
            return [token]
        pattern = compile_pattern(token)
        return [term for term in self._segment.find_prefixed(column, literal) if pattern.match(term)]

    def _places_in_row(self, column: str, slots: Sequence[Sequence[str]]) -> Scores:
        """Return how often tokens stand in a row, each of them one of those that its slot allows."""
        if len(slots) == 1:
            return dict.fromkeys((number for token in slots[0] for number in self._numbers(column, token)), 1.0)
        starts: dict[int, set[int]] | None = None
        for distance, tokens in enumerate(slots):
            places: dict[int, set[int]] = defaultdict(set)
            for token in tokens:
                for number, positions in self._segment.find_positions(column, token, starts):
                    places[number].update(position - distance for position in positions)
            if starts is not None:
                places = {number: found & starts[number] for number, found in places.items()}
            starts = {number: found for number, found in places.items() if found}
        return {number: float(len(found)) for number, found in (starts or {}).items()}

    def _places_near(self, column: str, one: str, other: str, distance: int) -> Scores:
        """Return how often two words stand near each other."""
        firsts = {number: list(places) for number, places in self._segment.find_positions(column, one, None)}
        near: Scores = {}
        for number, places in self._segment.find_positions(column, other, firsts):
            pairs = sum(abs(place - first) - 1 <= distance for place in places for first in firsts[number])
            if pairs:
                near[number] = float(pairs)
        return near

    def _numbers(self, column: str, token: str) -> Iterator[int]:
        return (number for number, _ in self._segment.find_counts(column, token))


def _order(search: Search) -> Callable[[_Match], tuple[float, int]]:
    if search.order is Order.RELEVANCE and has_scores(search.query):
        return lambda match: (-match.score, -match.row.newest)
    if search.order is Order.DATE:
        return lambda match: (0.0, match.row.oldest)
    return lambda match: (0.0, -match.row.newest)


def _page(found: Sequence[_Match], search: Search) -> Page:
    """Return a page of matches that stand in order."""
    by_score = search.order is Order.RELEVANCE and has_scores(search.query)
    first = {match.row.copies: match.row.key for match in reversed(found)}

    def rank(match: _Match) -> int:
        return match.row.oldest if search.order is Order.DATE else match.row.newest

    def fetch(offset: int, behind: int | None, count: int) -> list[Found]:
        if by_score:
            return [Found(match.row.key, match.row.copies, 0) for match in found[offset : offset + count]]
        sign = 1 if search.order is Order.DATE else -1
        start = 0 if behind is None else bisect_right(found, sign * behind, key=lambda match: sign * rank(match))
        return [Found(match.row.key, match.row.copies, rank(match)) for match in found[start : start + count]]

    return collect_page(search, fetch, lambda copies: {number: first[number] for number in copies})


def _distinct(found: Sequence[_Match]) -> list[_Match]:
    """Return the matches without those that are copies of an earlier one."""
    seen: set[int] = set()
    distinct = []
    for match in found:
        if match.row.copies not in seen:
            distinct.append(match)
            if match.row.copies:
                seen.add(match.row.copies)
    return distinct


def _count(
    search: Search, chosen: Sequence[_Match], distinct: Sequence[_Match], entries: int, page: Page, after: Place | None
) -> Matches:
    found = [match for match in chosen if not match.missed]
    facets: dict[str, Counter[str]] = {}
    for place, name in enumerate(FACETS) if search.counted else ():
        allowed = [match for match in chosen if match.missed <= {name}] if name in search.choices else found
        facets[name] = _tally(((value, match) for match in allowed for value in match.row.facets[place]), search)
    by_day = _tally(((match.row.first_day, match) for match in found), search)
    by_month = _tally(((_month(match.row.first_day), match) for match in found), search)
    undated = by_day.pop(None, 0)
    by_month.pop(None, None)
    numbers = [month.year * 12 + month.month for month in by_month if month]
    few = bool(numbers) and max(numbers) - min(numbers) < MOST_DAY_MONTHS
    counted = search.counted
    return Matches(
        keys=page.keys,
        total=len(distinct),
        entries=entries,
        after=after,
        facets=facets,
        undated=undated if counted else 0,
        months=dict(sorted((day, count) for day, count in by_month.items() if day)) if counted else {},
        days=dict(sorted((day, count) for day, count in by_day.items() if day)) if few and counted else {},
    )


def _month(day: date | None) -> date | None:
    return day.replace(day=1) if day else None


def _tally(values: Iterable[tuple[_Value, _Match]], search: Search) -> Counter[_Value]:
    """Count matches by value; copies of one email that have the same value count once."""
    if not search.collapse:
        return Counter(value for value, _ in values)
    return Counter(value for value, _ in {(value, match.row.copies or match.row.key) for value, match in values})


def _intersect(one: Scores, other: Scores) -> Scores:
    return {number: score + other[number] for number, score in one.items() if number in other}


def _unite(one: Scores, other: Scores) -> Scores:
    united = dict(one)
    for number, score in other.items():
        united[number] = united.get(number, 0.0) + score
    return united


def _overlaps(row: Row, first: date, last: date) -> bool:
    return bool(row.first_day and row.last_day and row.first_day <= last and row.last_day >= first)


def _is_on(row: Row, first: int, last: int | None) -> bool:
    if row.first_page is None or row.last_page is None:
        return False
    return row.last_page >= first and (last is None or row.first_page <= last)


def _saturate(count: float, length: float) -> float:
    """Return the BM25 weight of a token that stands `count` times; `length` is 1 for a column as long as most."""
    return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
