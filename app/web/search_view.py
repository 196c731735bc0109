"""The search page beside its results: links that change the search, what is chosen, the histogram drawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.search.query import normalise_exemption
from app.web.parameters import SEARCH_NAMES, find_unknown
from app.web.schemas.search import FacetChoice, FacetSummary, HistogramStep, SearchPage
from app.web.wording import date_words, plural

Pairs = Sequence[tuple[str, str]]

_LABELS = {
    "from": "From",
    "to": "To",
    "participant": "Participant",
    "subject": "Subject",
    "agency": "Agency",
    "release": "Release",
    "date_after": "Since",
    "date_before": "Until",
    "include_undated": "Undated kept",
    "has_attachment": "Attachment",
    "exemption": "Exemption",
    "has": "Has",
    "year": "Year",
    "exclude": "Without",
}
_FACET_TITLES = {
    "release": "Release",
    "agency": "Agency",
    "from": "Sender",
    "to": "Recipient",
    "exemption": "Exemption",
    "has": "Has",
    "year": "Year",
}
_IN_THE_FORM = ("q", "from", "release", "agency", "date_after", "date_before", "include_undated", "order_by")
_CHART_WIDTH, _CHART_HEIGHT = 1000, 64
_WIDEST_BAR = 60.0


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """A filter that holds, and the address of the search without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram in the units of the drawing, and the address of the search within it."""

    x: float
    width: float
    y: float
    height: float
    title: str
    url: str


class SearchView:
    """What the search page shows beside its results; made from the address as it was asked."""

    width = _CHART_WIDTH
    height = _CHART_HEIGHT

    def __init__(self, pairs: Pairs, search: SearchPage, names: Mapping[str, str] | None = None) -> None:
        """Take the parameters as asked, the answer, and the names of the people whose keys are asked for."""
        self._names = names or {}
        self._pairs = [(name, _as_facets_write(name, value)) for name, value in pairs if name in SEARCH_NAMES]
        self._pairs = [pair for pair in self._pairs if pair[1].strip()]
        self._search = search
        self.unknown = find_unknown([name for name, _ in pairs], SEARCH_NAMES)

    def value(self, name: str) -> str:
        """Return the first value of a parameter, "" if it has none."""
        return next((value for one, value in self._pairs if one == name), "")

    def typed_sender(self) -> str:
        """Return the sender that a reader typed, "" if none; a person's key is chosen and not typed."""
        return next((value for name, value in self._pairs if name == "from" and value not in self._names), "")

    def hidden(self) -> list[tuple[str, str]]:
        """Return the parameters that the form has no field for and must keep."""
        kept, shown = [], set()
        for name, value in self._pairs:
            is_person = name == "from" and value in self._names
            if name in _IN_THE_FORM and name not in shown and not is_person:
                shown.add(name)
            elif name != "cursor":
                kept.append((name, value))
        return kept

    def link(self, **changes: str) -> str:
        """Return the address of this search with these parameters instead; "" takes one away."""
        kept = [(name, value) for name, value in self._pairs if name not in changes and name != "cursor"]
        return _address([*kept, *((name, value) for name, value in changes.items() if value)])

    def next_page(self) -> str:
        """Return the address of the next page of results."""
        return self.link(cursor=self._search.next_cursor or "")

    def toggle(self, facet: str, choice: FacetChoice) -> str:
        """Return the address with this value of a facet chosen, or no longer chosen."""
        if choice.chosen:
            return self._without(facet, choice.value)
        return self._with(facet, choice.value, instead_of=("exclude", f"{facet}:{choice.value}"))

    def exclude(self, facet: str, choice: FacetChoice) -> str:
        """Return the address without the hits that have this value, or with them again."""
        excluded = f"{facet}:{choice.value}"
        if choice.excluded:
            return self._without("exclude", excluded)
        return self._with("exclude", excluded, instead_of=(facet, choice.value))

    def facets(self) -> list[tuple[str, FacetSummary]]:
        """Return the facets that have values, each with its title."""
        return [(_FACET_TITLES.get(one.name, one.name), one) for one in self._search.facets if one.values]

    def rows(self, facet: FacetSummary) -> list[tuple[FacetChoice, int]]:
        """Return the values of a facet, each with how deep it stands: a part of an agency below the whole."""
        below: dict[str | None, list[FacetChoice]] = {}
        for choice in facet.values:
            below.setdefault(choice.parent, []).append(choice)

        def walk(parent: str | None, depth: int) -> Iterator[tuple[FacetChoice, int]]:
            for choice in below.get(parent, ()):
                yield choice, depth
                yield from walk(choice.value, depth + 1)

        return list(walk(None, 0))

    def choices(self, facet: str) -> list[tuple[str, str]]:
        """Return the values and labels that the form offers for a facet, those of the address included."""
        offered = {
            choice.value: choice.label for one in self._search.facets if one.name == facet for choice in one.values
        }
        for name, value in self._pairs:
            if name == facet:
                offered.setdefault(value, value)
        return sorted(offered.items(), key=lambda pair: pair[1].lower())

    def label(self, facet: str, value: str) -> str:
        """Return what a reader sees for a value of a facet."""
        return self._names.get(value) or dict(self.choices(facet)).get(value, value)

    def chosen(self) -> list[ChosenFilter]:
        """Return the filters that hold, in the order of the address."""
        return [
            ChosenFilter(_LABELS[name], self._shown(name, value), self._without(name, value))
            for name, value in self._pairs
            if name in _LABELS and (name, value) != ("include_undated", "false")
        ]

    def bars(self) -> list[Bar]:
        """Return the histogram drawn from left to right; a bar with any hits can be seen."""
        steps = self._search.histogram
        highest = max((step.count for step in steps), default=0)
        slot = _CHART_WIDTH / max(len(steps), 1)
        return [self._bar(step, index * slot, slot, highest) for index, step in enumerate(steps)]

    def _bar(self, step: HistogramStep, x: float, slot: float, highest: int) -> Bar:
        width = min(slot * 0.88, _WIDEST_BAR)
        height = max(2.0, _CHART_HEIGHT * step.count / highest) if step.count else 0.0
        return Bar(
            x=round(x + (slot - width) / 2, 2),
            width=round(width, 2),
            y=round(_CHART_HEIGHT - height, 2),
            height=round(height, 2),
            title=f"{step.label}: {plural(step.count, 'result')}",
            url=self.link(date_after=step.first_day.isoformat(), date_before=step.last_day.isoformat()),
        )

    def _shown(self, name: str, value: str) -> str:
        if name in ("date_after", "date_before"):
            return _date_or_text(value)
        if name == "exclude":
            facet, _, excluded = value.partition(":")
            return f"{_FACET_TITLES.get(facet, facet).lower()} {self.label(facet, excluded)}"
        if name in ("include_undated", "has_attachment"):
            return "yes" if value.lower() in ("true", "1", "on", "yes") else "no"
        return self.label(name, value)

    def _with(self, name: str, value: str, *, instead_of: tuple[str, str]) -> str:
        kept = [pair for pair in self._pairs if pair[0] != "cursor" and pair != instead_of]
        return _address([*kept, (name, value)])

    def _without(self, name: str, value: str) -> str:
        return _address([pair for pair in self._pairs if pair != (name, value) and pair[0] != "cursor"])


def _as_facets_write(name: str, value: str) -> str:
    """Return the value of a parameter as a facet has it: "(b)(6)" for "b6"."""
    if name == "exemption":
        return normalise_exemption(value)
    facet, colon, excluded = value.partition(":")
    if name == "exclude" and facet == "exemption":
        return f"{facet}{colon}{normalise_exemption(excluded)}"
    return value


def _date_or_text(value: str) -> str:
    try:
        return date_words(value)
    except (KeyError, ValueError):
        return value


def _address(pairs: Pairs) -> str:
    return f"/search?{urlencode(pairs)}" if pairs else "/search"
