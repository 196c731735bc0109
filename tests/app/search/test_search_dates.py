"""The dates that a search names."""

from datetime import date

import pytest

from app.errors import BadRequestError
from app.search.dates import Days, parse_date_filter, parse_days


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2012", date(2012, 1, 1), date(2012, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        (" 2012-9-1 ", date(2012, 9, 1), date(2012, 9, 1)),
    ],
)
def test_a_partial_date_is_all_its_days(text: str, first: date, last: date) -> None:
    assert parse_days(text) == Days(first, last)


@pytest.mark.parametrize("text", ["12", "2012-13", "2011-02-29", "0000", "yesterday", "２０１２", "2012-09-11T10"])
def test_anything_else_is_refused_and_named(text: str) -> None:
    with pytest.raises(BadRequestError, match=r"date_after=.*2012-09-11"):
        parse_date_filter("date_after", text)


def test_an_empty_filter_asks_nothing() -> None:
    assert parse_date_filter("date_after", " ") is None
