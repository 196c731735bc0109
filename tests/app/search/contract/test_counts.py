"""What is counted of a whole result."""

import random
from datetime import date

import pytest

from app.search.index import Entry, Search, SearchIndex
from app.search.query import Exact, Field, Word, parse
from app.search.results import Order
from tests.support.entries import make_entry, number_entries
from tests.support.letters import read_pages


def test_counts_the_whole_result_and_not_the_page(letters: SearchIndex) -> None:
    matches = letters.search(Search(parse("").tree, limit=1))
    assert matches.total == 4
    assert matches.facets["release"] == {"clinton": 2, "vendor": 2}
    assert matches.facets["agency"] == {"hhs": 1, "hhs-nih": 1, "doj": 1}
    assert matches.facets["from"] == {"mills": 1, "sullivan": 1}
    assert dict(matches.months) == {date(2012, 9, 1): 1, date(2012, 10, 1): 1, date(2013, 2, 1): 1}
    assert matches.facets["year"] == {"2012": 2, "2013": 1}
    assert matches.facets["has"] == {"attachment": 1, "quoted": 1, "redaction": 2, "withheld-sender": 1}
    assert matches.undated == 1


def test_counts_by_day_where_the_span_is_short(letters: SearchIndex) -> None:
    matches = letters.search(Search(parse("water").tree))
    assert dict(matches.days) == {date(2012, 9, 11): 1, date(2012, 10, 2): 1}


def test_a_long_span_is_not_counted_by_day(index: SearchIndex) -> None:
    index.update(number_entries([make_entry("a", day="2012-01-31"), make_entry("b", day="2013-01-01")]))
    assert dict(index.search(Search(parse("").tree)).days) == {}


def test_counts_are_exact_over_many_updates(index: SearchIndex) -> None:
    for batch in range(12):
        entries = [make_entry(f"{batch}-{n}", "word", sender_key=f"p{n}", releases=(f"r{n % 7}",)) for n in range(60)]
        index.update(number_entries(entries, batch * 60 + 1))
    matches = index.search(Search(Word("word"), limit=5))
    assert matches.total == 720
    assert matches.facets["from"] == {f"p{n}": 12 for n in range(60)}
    assert sum(matches.facets["release"].values()) == 720


def _copied(number: int, copies: int, **fields: object) -> Entry:
    return make_entry(f"k{number}", "word", copies=copies, **fields)


@pytest.fixture
def copied(index: SearchIndex) -> SearchIndex:
    """Five emails: one printed three times, one twice, three once."""
    index.update(
        number_entries(
            [
                _copied(1, 7, releases=("r1",), sender_key="mills", day="2012-01-05"),
                _copied(2, 7, releases=("r1",), sender_key="mills", day="2012-01-05"),
                _copied(3, 7, releases=("r2",), sender_key="mills", day="2012-01-06"),
                _copied(4, 9, releases=("r2",), sender_key="rice"),
                _copied(5, 9, releases=("r2",), sender_key="mills"),
            ]
        )
    )
    index.update(number_entries([_copied(6, 0, releases=("r1",)), _copied(8, 0), _copied(9, 11)], 6))
    return index


def test_copies_of_an_email_count_once(copied: SearchIndex) -> None:
    matches = copied.search(Search(Word("word"), collapse=True))
    assert (matches.total, matches.entries, len(matches.keys)) == (5, 8, 5)
    assert matches.facets["release"] == {"r1": 2, "r2": 2}
    assert matches.facets["from"] == {"mills": 2, "rice": 1}
    assert dict(matches.months) == {date(2012, 1, 1): 1}
    assert dict(matches.days) == {date(2012, 1, 5): 1, date(2012, 1, 6): 1}
    assert matches.undated == 4


def test_all_copies_are_counted_where_asked_for(copied: SearchIndex) -> None:
    matches = copied.search(Search(Word("word")))
    assert (matches.total, matches.entries, len(matches.keys)) == (8, 8, 8)
    assert matches.facets["release"] == {"r1": 3, "r2": 3}


def test_a_copy_that_a_filter_leaves_out_does_not_hide_the_other(copied: SearchIndex) -> None:
    only = copied.search(Search(Word("word"), filters=Exact("r2", Field.RELEASE), collapse=True))
    assert (only.total, only.entries) == (2, 3)
    assert set(only.keys) & {"k3"}


def test_a_facet_counts_as_if_nothing_were_chosen_in_it(copied: SearchIndex) -> None:
    choices = {"release": Exact("r1", Field.RELEASE), "from": Exact("mills", Field.SENDER)}
    matches = copied.search(Search(Word("word"), choices=choices))
    assert (matches.total, set(matches.keys)) == (2, {"k1", "k2"})
    assert matches.facets["release"] == {"r1": 2, "r2": 2}
    assert matches.facets["from"] == {"mills": 2}
    assert matches.facets["year"] == {"2012": 2}
    collapsed = copied.search(Search(Word("word"), choices=choices, collapse=True))
    assert (collapsed.total, collapsed.facets["release"]) == (1, {"r1": 1, "r2": 2})


def test_copies_of_an_email_lie_on_one_page_only(index: SearchIndex) -> None:
    chance = random.Random(4)
    entries = [
        make_entry(
            f"k{n}", "word " * chance.randint(1, 5), copies=chance.randint(0, 12), day=f"2012-01-{n % 28 + 1:02}"
        )
        for n in range(60)
    ]
    index.update(number_entries(entries))
    for order in Order:
        every = read_pages(index, Search(Word("word"), order=order, limit=100))
        groups = {entry.key: entry.copies or entry.key for entry in entries}
        expected = [key for n, key in enumerate(every) if groups[key] not in {groups[one] for one in every[:n]}]
        assert read_pages(index, Search(Word("word"), order=order, limit=7, collapse=True)) == expected


def test_very_many_copies_are_counted(index: SearchIndex) -> None:
    entries = [
        make_entry(f"k{n}", "word", copies=1 + n // 2, sender_key=f"p{n % 3}", releases=("r1",)) for n in range(12_000)
    ]
    index.update(number_entries(entries))
    matches = index.search(Search(Word("word"), collapse=True))
    assert (matches.total, matches.entries, matches.facets["release"]) == (6_000, 12_000, {"r1": 6_000})
    assert sum(matches.facets["from"].values()) == 12_000


def test_what_is_not_wanted_is_not_counted(copied: SearchIndex) -> None:
    matches = copied.search(Search(Word("word"), limit=0, counted=False, collapse=True))
    assert (matches.keys, matches.total, matches.facets, matches.after) == ((), 5, {}, None)
