"""Turn the filters of a request into the trees that must match."""

from collections.abc import Callable, Mapping

from app.errors import BadRequestError
from app.search.dates import parse_date_filter, parse_days
from app.search.query import (
    Dated,
    Everything,
    Exact,
    Field,
    Has,
    Node,
    Not,
    Trait,
    Word,
    all_of,
    any_of,
    negate,
    normalise_exemption,
)
from app.search.results import SearchRequest
from app.search.tokens import has_token


def make_filters(request: SearchRequest) -> Node:
    """Return what every hit must match, but for the choices in facets.

    Raises:
        BadRequestError: a date is none, or the first lies after the last.
    """
    return all_of(
        [
            any_of(_person(value, Field.PARTICIPANT) for value in request.participant),
            any_of([_words(request.subject, Field.SUBJECT)] if request.subject.strip() else []),
            _dates(request),
            _attachment(request),
        ]
    )


def make_choices(request: SearchRequest) -> dict[str, Node]:
    """Return by facet what is chosen in it: one of the values asked for, and none of those excluded.

    Raises:
        BadRequestError: a year is none, or `exclude` names no facet.
    """
    excluded = split_excluded(request)
    chosen = {
        name: all_of(
            [
                any_of(_VALUES[name](value) for value in values),
                *(negate(_VALUES[name](value)) for value in excluded.get(name, ())),
            ]
        )
        for name, values in chosen_values(request).items()
    }
    return {name: tree for name, tree in chosen.items() if not isinstance(tree, Everything)}


def chosen_values(request: SearchRequest) -> dict[str, tuple[str, ...]]:
    """Return the values asked for by facet."""
    return {
        "release": request.release,
        "agency": request.agency,
        "from": request.sender,
        "to": request.to,
        "exemption": tuple(map(normalise_exemption, request.exemption)),
        "has": request.has,
        "year": request.year,
    }


def split_excluded(request: SearchRequest) -> Mapping[str, tuple[str, ...]]:
    """Return the excluded values by facet.

    Raises:
        BadRequestError: one names no facet.
    """
    excluded: dict[str, tuple[str, ...]] = {}
    for text in request.exclude:
        name, _, value = text.partition(":")
        if name not in _VALUES or not value.strip():
            raise BadRequestError(
                f"exclude={text!r} makes no sense; write a facet and a value, as in exclude=release:SLUG. "
                f"The facets are {', '.join(_VALUES)}."
            )
        value = normalise_exemption(value) if name == "exemption" else value
        excluded[name] = (*excluded.get(name, ()), value)
    return excluded


def facet_value(name: str, value: str) -> Node:
    """Return what matches one value of a facet."""
    return _VALUES[name](value)


def _exact(field: Field) -> Callable[[str], Node]:
    return lambda value: Exact(value, field)


def _someone(field: Field) -> Callable[[str], Node]:
    return lambda value: _person(value, field)


def _person(value: str, field: Field) -> Node:
    exact: Node = Exact(value, field)
    return any_of([exact, _words(value, field)]) if has_token(value) else exact


def _words(value: str, field: Field) -> Node:
    words = [Word(word, field) for word in value.split() if has_token(word)]
    return all_of(words) if words else Not(Everything())


def _trait(value: str) -> Node:
    if value not in set(Trait):
        raise BadRequestError(f"has={value!r} makes no sense; there is {', '.join(Trait)}.")
    return Has(Trait(value))


def _year(value: str) -> Node:
    days = parse_days(value)
    if days is None or len(value.strip()) != 4:
        raise BadRequestError(f"year={value!r} is not a year; write it as 2012.")
    return Dated(days.first, days.last)


_VALUES: Mapping[str, Callable[[str], Node]] = {
    "release": _exact(Field.RELEASE),
    "agency": _exact(Field.AGENCY),
    "from": _someone(Field.SENDER),
    "to": _someone(Field.TO),
    "exemption": _exact(Field.EXEMPTION),
    "has": _trait,
    "year": _year,
}


def _dates(request: SearchRequest) -> Node:
    after = parse_date_filter("date_after", request.date_after)
    before = parse_date_filter("date_before", request.date_before)
    if after is None and before is None:
        return Everything()
    first = after.first if after else None
    last = before.last if before else None
    if first and last and last < first:
        raise BadRequestError(f"date_after={request.date_after!r} is later than date_before={request.date_before!r}.")
    dated = Dated(first, last)
    return any_of([dated, Not(Dated(None, None))]) if request.include_undated else dated


def _attachment(request: SearchRequest) -> Node:
    if request.has_attachment is None:
        return Everything()
    has: Node = Has(Trait.ATTACHMENT)
    return has if request.has_attachment else negate(has)
