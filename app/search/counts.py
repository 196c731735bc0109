"""Turn an engine's counts into the facets and the histogram of an answer."""

import calendar
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from app.search.aggregations import MOST_VALUES
from app.search.columns import FACETS
from app.search.filters import chosen_values, split_excluded
from app.search.index import Matches
from app.search.results import Facet, FacetValue, HistogramBar, SearchRequest

_MOST_VALUES = 20
_MOST_DAYS = 62  # a longer span is shown by week
_MOST_MONTHS = 48  # a longer span is shown by year
_MOST_YEARS = 200  # so far apart, years without a hit are left out: a date was misprinted

CountOne = Callable[[str, str], int]


class Names(Protocol):
    """What a reader sees for the values of a facet."""

    def load_labels(self, values: Mapping[str, Collection[str]]) -> Mapping[str, Mapping[str, str]]:
        """Return by facet what a reader sees for each value; slugs and keys that are unknown are left out."""
        ...

    def load_parents(self, slugs: Collection[str]) -> Mapping[str, str]:
        """Return for each agency that is part of another the slug of that one."""
        ...


def make_facets(matches: Matches, request: SearchRequest, names: Names, count_one: CountOne) -> tuple[Facet, ...]:
    """Return the facets; the values with most hits first, years in order, those asked for always.

    `count_one` counts a value that is asked for and not among those that the engine has answered.
    """
    asked, excluded = chosen_values(request), split_excluded(request)
    wanted = {name: dict.fromkeys((*asked[name], *excluded.get(name, ()))) for name in FACETS}
    shown = {name: _choose(name, matches.facets[name]) for name in FACETS}
    labels = names.load_labels({name: {*shown[name], *wanted[name]} for name in FACETS})
    # What the record no longer has, or keeps from this reader, may stand in an index for a moment.
    shown = {name: [value for value in values if value in labels[name]] for name, values in shown.items()}
    parents = names.load_parents(shown["agency"]) if shown["agency"] else {}
    facets = []
    for name in FACETS:
        counted = matches.facets[name]
        # Text that a reader typed is no value of a facet.
        shown[name] += [value for value in wanted[name] if value not in shown[name] and value in labels[name]]
        values = [
            FacetValue(
                value,
                labels[name].get(value, value),
                counted.get(value, 0) if value in counted or len(counted) < MOST_VALUES else count_one(name, value),
                value in asked[name],
                value in excluded.get(name, ()),
                parent if name == "agency" and (parent := parents.get(value)) in shown[name] else None,
            )
            for value in shown[name]
        ]
        facets.append(Facet(name, tuple(values)))
    return tuple(facets)


def _choose(name: str, counted: Mapping[str, int]) -> list[str]:
    if name == "year":
        return sorted(counted)
    return sorted(counted, key=lambda value: (-counted[value], value))[:_MOST_VALUES]


def make_histogram(matches: Matches) -> tuple[HistogramBar, ...]:
    """Return the bars of the result by day, week, month or year, as its span asks for, gaps included."""
    if matches.days:
        first, last = min(matches.days), max(matches.days)
        span = (last - first).days + 1
        if span <= _MOST_DAYS:
            days = [first + timedelta(days=number) for number in range(span)]
            return tuple(HistogramBar(day, day, f"{day:%-d %b %Y}", matches.days.get(day, 0)) for day in days)
        return _week_bars(matches.days, first, last)
    if not matches.months:
        return ()
    first, last = min(matches.months), max(matches.months)
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    if span > _MOST_MONTHS:
        return _year_bars(matches)
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + span)
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return tuple(
        HistogramBar(month, _month_end(month), f"{month:%b %Y}", matches.months.get(month, 0)) for month in months
    )


def _week_bars(days: Mapping[date, int], first: date, last: date) -> tuple[HistogramBar, ...]:
    weeks: Counter[date] = Counter()
    for day, count in days.items():
        weeks[_monday(day)] += count
    mondays = [_monday(first) + timedelta(weeks=number) for number in range((last - _monday(first)).days // 7 + 1)]
    return tuple(
        HistogramBar(monday, monday + timedelta(days=6), f"week of {monday:%-d %b %Y}", weeks[monday])
        for monday in mondays
    )


def _year_bars(matches: Matches) -> tuple[HistogramBar, ...]:
    years: Counter[int] = Counter()
    for month, count in matches.months.items():
        years[month.year] += count
    first, last = min(years), max(years)
    shown: Sequence[int] = range(first, last + 1) if last - first < _MOST_YEARS else sorted(years)
    return tuple(HistogramBar(date(year, 1, 1), date(year, 12, 31), str(year), years[year]) for year in shown)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_end(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
