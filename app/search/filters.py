"""Turn the filters of a request into the tree that must match."""

from app.errors import BadRequestError
from app.search.dates import parse_date_filter
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
)
from app.search.results import SearchRequest
from app.search.tokens import has_token


def make_filters(request: SearchRequest) -> Node:
    """Return what every hit must match: values of one filter in OR, the filters in AND.

    Raises:
        BadRequestError: a date is none, or the first lies after the last.
    """
    return all_of(
        [
            any_of(_person(value, Field.SENDER) for value in request.sender),
            any_of(_words(value, Field.TO) for value in request.to),
            any_of(_person(value, Field.PARTICIPANT) for value in request.participant),
            any_of([_words(request.subject, Field.SUBJECT)] if request.subject.strip() else []),
            any_of(Exact(value, Field.AGENCY) for value in request.agency),
            any_of(Exact(value, Field.RELEASE) for value in request.release),
            _dates(request),
            _attachment(request),
        ]
    )


def _person(value: str, field: Field) -> Node:
    exact: Node = Exact(value, field)
    return any_of([exact, _words(value, field)]) if has_token(value) else exact


def _words(value: str, field: Field) -> Node:
    words = [Word(word, field) for word in value.split() if has_token(word)]
    return all_of(words) if words else Not(Everything())


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
