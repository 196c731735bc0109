"""Turn an engine's counts into the facets and the histogram of an answer."""

import calendar
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

from app.search.dates import parse_days
from app.search.index import Matches
from app.search.results import Facet, FacetValue, HistogramBar, SearchRequest

_MOST_VALUES = 20
_MOST_MONTHS = 48  # a longer span is shown by year
_MOST_YEARS = 200  # so far apart, years without a hit are left out: a date was misprinted

Labels = Callable[[str, Collection[str]], Mapping[str, str]]


def make_facets(matches: Matches, request: SearchRequest, load_labels: Labels) -> tuple[Facet, ...]:
    """Return the facets; the values with most hits first, the years in order, and those chosen always."""
    chosen = {"release": request.release, "agency": request.agency, "from": request.sender}
    counts = {"release": matches.releases, "agency": matches.agencies, "from": matches.senders}
    facets = []
    for name, counted in counts.items():
        ranked = sorted(counted, key=lambda value, of=counted: (-of[value], value))  # type: ignore[misc]
        shown = ranked[:_MOST_VALUES] + [value for value in ranked[_MOST_VALUES:] if value in chosen[name]]
        labels = load_labels(name, shown) if shown else {}
        values = [FacetValue(value, labels.get(value, value), counted[value], value in chosen[name]) for value in shown]
        facets.append(Facet(name, tuple(values)))
    return (*facets, _make_years(matches, request))


def make_histogram(matches: Matches) -> tuple[HistogramBar, ...]:
    """Return the bars of the result by day, month or year, whichever its span asks for, gaps included."""
    if matches.days:
        first, last = min(matches.days), max(matches.days)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return tuple(HistogramBar(day, day, f"{day:%-d %b %Y}", matches.days.get(day, 0)) for day in days)
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


def _year_bars(matches: Matches) -> tuple[HistogramBar, ...]:
    years = _count_years(matches)
    first, last = min(years), max(years)
    shown = range(first, last + 1) if last - first < _MOST_YEARS else sorted(years)
    return tuple(HistogramBar(date(year, 1, 1), date(year, 12, 31), str(year), years.get(year, 0)) for year in shown)


def _make_years(matches: Matches, request: SearchRequest) -> Facet:
    after, before = parse_days(request.date_after), parse_days(request.date_before)
    values = []
    for year, count in sorted(_count_years(matches).items()):
        chosen = bool(after and before and after.first == date(year, 1, 1) and before.last == date(year, 12, 31))
        values.append(FacetValue(f"{year:04}", f"{year:04}", count, chosen))
    return Facet("year", tuple(values))


def _count_years(matches: Matches) -> Mapping[int, int]:
    years: Counter[int] = Counter()
    for month, count in matches.months.items():
        years[month.year] += count
    return years


def _month_end(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
