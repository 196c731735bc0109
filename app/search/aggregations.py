"""Count a result by aggregations, in the words that tantivy and OpenSearch have in common.

Where copies of an email count once, they are counted apart and taken off: of two thousand entries
few have copies, and only these are grouped by the email that they are copies of.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.search.columns import FACETS
from app.search.index import MOST_DAY_MONTHS, Search
from app.search.query import All, Dated

MOST_VALUES = 60  # of a facet are answered, those with most entries; all are counted
_MOST_YEARS = 1_000  # are all answered
_MOST_COUNTED = 60_000  # distinct values that are told apart; beyond are the rarest
_MOST_COPIES = 4_000  # entries with copies that are grouped at once: engines limit what an answer may hold
_FEW_DAYS = 400  # of a range of dates: its matches may have to be shown by day
_UNDATED = 0  # stands for the month of what has no date

Aggregations = dict[str, Any]
Ask = Callable[[str | None, tuple[int, int] | None, Aggregations], Mapping[str, Any]]
Decode = Callable[[str, Any], str]  # the value of a facet, given the facet and what the engine answers


class TooManyBucketsError(Exception):
    """An answer would hold more values than the engine gives at once."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of a whole result: see `app.search.index.Matches`."""

    total: int
    entries: int
    facets: Mapping[str, Mapping[str, int]]
    undated: int
    months: Mapping[date, int]
    days: Mapping[date, int]


class Counting:
    """The counting of one search.

    `ask` answers aggregations over what matches: it is given the facet whose choice is left out (None:
    none), the lowest and highest number of copies that are wanted (None: all entries), and what to count.
    `segment_option` is the engine's name for how many values each part of the index brings. `columns`
    are the engine's by facet, and `decode` makes a facet's value of what they hold.
    """

    def __init__(
        self,
        search: Search,
        ask: Ask,
        segment_option: str,
        columns: Mapping[str, str] = FACETS,
        decode: Decode = lambda _facet, value: str(value),
    ) -> None:
        self._search = search
        self._ask = ask
        self._segment_option = segment_option
        self._columns = columns
        self._decode = decode

    def count(self) -> Counts:
        """Ask for everything that the search wants counted."""
        facets = [name for name in FACETS if name not in self._search.choices] if self._search.counted else []
        wanted = self._terms(facets)
        if self._search.counted:
            wanted["months"] = self._term("month", _MOST_COUNTED, missing=_UNDATED)
            if self._asks_for_few_days():  # that saves another walk over the matches
                wanted["days"] = self._term("first_day", _MOST_COUNTED)
        counted = self._count_once(None, wanted, whole=True)
        total = counted.pop("total")[""]
        entries = counted.pop("entries")[""]
        for name in self._search.choices if self._search.counted else ():
            counted |= self._count_once(name, self._terms([name]), whole=False)
        months = counted.pop("months", Counter())
        undated = months.pop(_UNDATED, 0)
        by_month = _by_date(months)
        days = counted.pop("days", None)
        return Counts(total, entries, self._with_values(counted), undated, by_month, self._count_days(by_month, days))

    def _asks_for_few_days(self) -> bool:
        asked = (self._search.query, self._search.filters, *self._search.choices.values())
        return any(
            isinstance(part, Dated) and part.first and part.last and (part.last - part.first).days <= _FEW_DAYS
            for tree in asked
            for part in (tree.parts if isinstance(tree, All) else [tree])
        )

    def _count_days(self, months: Mapping[date, int], days: Counter[Any] | None) -> dict[date, int]:
        numbers = [month.year * 12 + month.month for month in months]
        if not numbers or max(numbers) - min(numbers) >= MOST_DAY_MONTHS:
            return {}
        if days is not None:
            return _by_date(days)
        return _by_date(self._count_once(None, {"days": self._term("first_day", _MOST_COUNTED)}, whole=False)["days"])

    def _count_once(self, without: str | None, wanted: Aggregations, *, whole: bool) -> dict[str, Counter[Any]]:
        """Return the counts by aggregation and value; with `whole` also "total" and "entries" under ""."""
        extra: Aggregations = {"entries": {"value_count": {"field": "sequence"}}} if whole else {}
        if self._search.collapse:
            extra["copied"] = {"value_count": {"field": "copies"}}
        answer = self._ask(without, None, wanted | extra)
        counted = {name: _buckets(answer[name]) for name in wanted}
        if whole:
            counted["entries"] = Counter({"": int(answer["entries"]["value"])})
            counted["total"] = Counter(counted["entries"])
        if self._search.collapse and answer["copied"]["value"]:
            ends = self._ask(without, None, {name: {name: {"field": "copies"}} for name in ("min", "max")})
            low, high = int(ends["min"]["value"]), int(ends["max"]["value"])
            parts = 1 + int(answer["copied"]["value"]) // _MOST_COPIES
            for part in _split(low, high, parts):
                for answer in self._ask_part(without, part, self._with_copies(wanted, whole=whole)):
                    self._take_off_copies(counted, answer)
        return counted

    def _ask_part(
        self, without: str | None, part: tuple[int, int], wanted: Aggregations
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the answers for a range of copies, in as many pieces as the engine can give."""
        try:
            yield self._ask(without, part, wanted)
        except TooManyBucketsError:
            low, high = part
            if low == high:
                raise
            middle = (low + high) // 2
            yield from self._ask_part(without, (low, middle), wanted)
            yield from self._ask_part(without, (middle + 1, high), wanted)

    def _with_copies(self, wanted: Aggregations, *, whole: bool) -> Aggregations:
        """Return aggregations of which each value names the emails that stand in it more than once."""
        copied = {"copied": self._term("copies", _MOST_COUNTED, min_doc_count=2)}
        asked: Aggregations = {}
        for name, one in wanted.items():
            asked[name] = {"terms": one["terms"] | {"size": _MOST_COUNTED}, "aggs": copied}
        return asked | (copied if whole else {})

    @staticmethod
    def _take_off_copies(counted: Mapping[str, Counter[Any]], answer: Mapping[str, Any]) -> None:
        for name, one in answer.items():
            if name == "copied":
                counted["total"][""] -= _repeated(one)
                continue
            for bucket in one["buckets"]:
                if bucket["key"] in counted[name]:
                    counted[name][bucket["key"]] -= _repeated(bucket["copied"])

    def _terms(self, facets: Iterable[str]) -> Aggregations:
        sizes = {"year": _MOST_YEARS}
        return {name: self._term(self._columns[name], sizes.get(name, MOST_VALUES)) for name in facets}

    def _with_values(self, facets: Mapping[str, Counter[Any]]) -> dict[str, Mapping[str, int]]:
        return {
            name: {
                f"{int(value):04}" if name == "year" else self._decode(name, value): count
                for value, count in counts.items()
            }
            for name, counts in facets.items()
        }

    def _term(self, column: str, size: int, **options: int) -> Aggregations:
        # Each part of the index is counted whole, else the sum over them is no count but a guess.
        return {"terms": {"field": column, "size": size, self._segment_option: _MOST_COUNTED, **options}}


def _buckets(answer: Mapping[str, Any]) -> Counter[Any]:
    return Counter({bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]})


def _repeated(answer: Mapping[str, Any]) -> int:
    return sum(bucket["doc_count"] - 1 for bucket in answer["buckets"])


def _split(low: int, high: int, parts: int) -> list[tuple[int, int]]:
    """Cut a range of numbers, both ends inclusive, into some of about the same length."""
    step = (high - low) // parts + 1
    return [(start, min(start + step - 1, high)) for start in range(low, high + 1, step)]


def _by_date(counts: Mapping[Any, int]) -> dict[date, int]:
    return {date.fromordinal(int(ordinal)): counts[ordinal] for ordinal in sorted(counts)}
