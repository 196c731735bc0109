"""Match, score, sort and count in plain Python, for an engine that keeps postings and no more."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from heapq import nsmallest
from typing import NamedTuple, Protocol

from app.search.columns import EXACT, LeafColumn, has_scores, leaf_columns
from app.search.index import MOST_DAY_MONTHS, Matches, Place, Search
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Node, Not, Pattern
from app.search.query.tree import TextLeaf
from app.search.results import Order

_K1, _B = 1.2, 0.75  # BM25, with the values that tantivy has

Scores = dict[int, float]  # by number of the entry within its segment


class Row(NamedTuple):
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


def answer(state: State, search: Search) -> Matches:
    """Answer a search in this state of an index."""
    statistics = _Statistics(state.segments)
    bound = search.after.bound if search.after else state.newest_sequence
    found: list[_Match] = []
    for segment in state.segments:
        matcher = _Matcher(segment, statistics)
        scores = matcher.match(search.query)
        if not isinstance(search.filters, Everything):
            scores = _intersect(scores, dict.fromkeys(matcher.match(search.filters), 0.0))
        found += [_Match(segment.rows[number], score) for number, score in scores.items()]
    if search.after:
        found = [match for match in found if match.row.sequence <= bound]
    page, rank = _page(found, search)
    offset = (search.after.offset if search.after else 0) + len(page)
    after = None
    if page and offset < len(found):
        after = Place(search.after.generation if search.after else state.generation, bound, offset, rank)
    return _count(found, tuple(match.row.key for match in page), after)


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
            case Has():
                return self._match_rows(lambda row: row.has_attachment)
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
        if len(column.tokens) == 1:
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
        pattern = re.compile(re.escape(token).replace(r"\*", ".*").replace(r"\?", "."))
        return [term for term in self._segment.find_prefixed(column, literal) if pattern.fullmatch(term)]

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

    def _numbers(self, column: str, token: str) -> Iterator[int]:
        return (number for number, _ in self._segment.find_counts(column, token))


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


def _overlaps(row: Row, first: date, last: date) -> bool:
    return bool(row.first_day and row.last_day and row.first_day <= last and row.last_day >= first)


def _saturate(count: float, length: float) -> float:
    """Return the BM25 weight of a token that stands `count` times; `length` is 1 for a column as long as most."""
    return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
