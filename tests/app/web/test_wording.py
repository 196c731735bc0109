"""Values are worded as precisely as they are known."""

import pytest

from app.web.wording import date_words, plural, size_words, zone_words


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2012", "2012"),
        ("2012-09", "Sep 2012"),
        ("2012-09-01", "1 Sep 2012"),
        ("2012-09-11T08:30", "11 Sep 2012, 08:30"),
        ("2012-09-11T08:30:59", "11 Sep 2012, 08:30"),
        ("0987-01-01", "1 Jan 987"),
        (None, ""),
    ],
)
def test_words_a_date_as_precisely_as_it_is(iso: str | None, words: str) -> None:
    assert date_words(iso) == words


@pytest.mark.parametrize(
    ("size_bytes", "words"), [(0, "0 bytes"), (999, "999 bytes"), (68_200, "68 KB"), (1_440_000, "1.4 MB")]
)
def test_words_a_size(size_bytes: int, words: str) -> None:
    assert size_words(size_bytes) == words


@pytest.mark.parametrize(("minutes", "words"), [(-240, "UTC−04:00"), (330, "UTC+05:30"), (0, "UTC+00:00")])
def test_words_a_zone(minutes: int, words: str) -> None:
    assert zone_words(minutes) == words


def test_words_one_and_many() -> None:
    assert [plural(1, "page"), plural(1200, "page"), plural(2, "agency", "agencies")] == [
        "1 page",
        "1,200 pages",
        "2 agencies",
    ]
