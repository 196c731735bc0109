"""Copies of one email, and emails that quote it, are one match where they are collapsed."""

import random
from collections.abc import Sequence

import pytest

from app.search.index import Entry, Search, SearchIndex
from app.search.query import Exact, Field, Node, Not, Unquoted, any_of, find_leaves, parse
from app.search.results import Order
from tests.support.entries import find_plainly, make_entry, number_entries
from tests.support.letters import read_pages

THREAD = number_entries(
    [
        make_entry("first", "the zebra is out", original=1, releases=("r1",), sender_key="ann"),
        make_entry("answer", "agreed", quoted_text="the zebra is out", original=2, quotes=(1,), releases=("r2",)),
        make_entry("last", "thanks, zebra", quoted_text="agreed the zebra is out", quotes=(1, 2), releases=("r1",)),
        make_entry("other", "see below", quoted_text="zebra, and what nobody printed", releases=("r2",)),
    ]
)


@pytest.fixture
def thread(index: SearchIndex) -> SearchIndex:
    index.update(THREAD)
    return index


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zebra", {"first", "last", "other"}),
        ("agreed", {"answer"}),
        ('"zebra is out"', {"first"}),
        ("agreed zebra", {"answer", "last"}),  # no email has both in its own words
        ("thanks agreed", {"last"}),
        ("body:zebra", {"first", "last", "other"}),
        ("nq:zebra", {"first", "last"}),
        ("q:zebra", {"answer", "last", "other"}),
        ("zeb*", {"first", "last", "other"}),
        ("zebra -thanks", {"first", "other"}),
        ("", {"first", "answer", "last", "other"}),
    ],
)
def test_what_only_quotes_a_match_is_none(thread: SearchIndex, query: str, found: set[str]) -> None:
    tree = parse(query).tree
    for order in Order:
        matches = thread.search(Search(tree, collapse=True, order=order))
        assert (set(matches.keys), matches.total) == (found, len(found))
        assert matches.entries == len(find_plainly(THREAD, tree))
        assert set(read_pages(thread, Search(tree, collapse=True, order=order, limit=1))) == found
    assert set(thread.search(Search(tree)).keys) == find_plainly(THREAD, tree)


def test_it_is_one_where_a_filter_leaves_out_what_it_quotes(thread: SearchIndex) -> None:
    matches = thread.search(Search(parse("zebra").tree, filters=Exact("r2", Field.RELEASE), collapse=True))
    assert set(matches.keys) == {"answer", "other"}


def test_facets_count_it_where_it_is_a_match(thread: SearchIndex) -> None:
    choices: dict[str, Node] = {"release": Exact("r1", Field.RELEASE)}
    matches = thread.search(Search(parse("zebra").tree, choices=choices, collapse=True))
    assert set(matches.keys) == {"first", "last"}
    assert matches.facets["release"] == {"r1": 2, "r2": 1}
    assert matches.facets["from"] == {"ann": 1}


def _plainly(entries: Sequence[Entry], tree: Node) -> set[str]:
    """Return what is left of the matches when those that quote others for nothing of their own are taken out."""
    found = find_plainly(entries, tree)
    apart = find_plainly(entries, Not(Unquoted(any_of(find_leaves(tree)))))
    originals = {entry.original for entry in entries if entry.key in found} - {0}
    return {
        entry.key
        for entry in entries
        if entry.key in found and not (entry.key in apart and originals & {*entry.quotes})
    }


@pytest.mark.parametrize("query", ["a", "a b", "a OR b", "a -b", '"a b"', "a* c", "s:a b", "(a OR c) -b"])
def test_many_emails_that_quote_each_other(index: SearchIndex, query: str) -> None:
    chance = random.Random(query)
    entries = [
        make_entry(
            f"k{number}",
            " ".join(chance.choices("abcd", k=2)),
            subject=chance.choice("abcd"),
            quoted_text=" ".join(chance.choices("abcd", k=3)),
            original=chance.choice([0, number + 1]),
            quotes=tuple(sorted(chance.sample(range(1, 61), chance.randint(0, 3)))),
        )
        for number in range(60)
    ]
    index.update(number_entries(entries))
    tree = parse(query).tree
    matches = index.search(Search(tree, collapse=True, limit=100))
    assert (set(matches.keys), matches.total) == (_plainly(entries, tree), len(_plainly(entries, tree)))
