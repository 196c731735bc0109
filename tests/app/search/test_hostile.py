"""Searches that mean harm: cursors that nobody gave, patterns that never end, copies that crowd."""

import base64
import json
from pathlib import Path

import pytest

from app.errors import BadRequestError
from app.search.cursor import read_cursor
from app.search.index import Place, Search, SearchIndex
from app.search.marks import Marker
from app.search.query import parse
from app.search.results import Order, SearchRequest
from app.search.tantivy_index import TantivyIndex
from tests.support.entries import make_entry, number_entries


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    index = TantivyIndex.create(tmp_path)
    index.update(number_entries([make_entry(f"k{n}", "water", day=f"2012-01-{n + 1:02}") for n in range(9)]))
    return index


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("number", [1 << 40, (1 << 62) + 5, (1 << 63) - 2])
def test_a_cursor_of_any_number_leads_to_an_end(index: SearchIndex, order: Order, number: int) -> None:
    forged = Place("none", number, number, number, number)
    matches = index.search(Search(parse("water").tree, order=order, after=forged))
    assert matches.after is None


def test_a_cursor_does_not_change_what_others_see(index: SearchIndex) -> None:
    everything = Search(parse("").tree, limit=2)
    forged = Place("none", 0, 1, 1, 1)
    assert index.search(Search(parse("").tree, limit=2, after=forged)).total == 0
    assert index.search(everything).total == 9
    assert index.search(everything).total == 9


def test_a_rank_beyond_all_is_refused() -> None:
    parts = [3, 0, "x", 1, 1, 1, (1 << 63) - 1, 0.0]
    word = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    with pytest.raises(BadRequestError):
        read_cursor(SearchRequest(cursor=word))


@pytest.mark.parametrize("pattern", ["*q*q*q*q*q*q*q*z", "*" * 60 + "zq", "a*a*a*a*a*a*a*b"])
def test_a_pattern_of_many_stars_is_marked_at_once(pattern: str) -> None:
    text = "investigation " + "q" * 90 + " " + "a" * 90
    assert Marker(parse(f"contract OR {pattern}").tree, {None}).find_marks(text) == []


def test_copies_that_crowd_in_one_place_are_counted(tmp_path: Path) -> None:
    recipients = tuple(f"r{n}" for n in range(20))
    entries = [make_entry(f"k{n}", copies=1 + n // 2, recipient_keys=recipients) for n in range(12_000)]
    entries += [make_entry(f"far{n}", copies=10**12) for n in range(2)]
    index = TantivyIndex.create(tmp_path)
    index.fill([number_entries(entries)])
    matches = index.search(Search(parse("").tree, collapse=True))
    assert (matches.total, matches.entries) == (6_001, 12_002)
    assert set(matches.facets["to"].values()) == {6_000}


def test_an_error_while_hits_are_looked_up_is_not_the_indexs(index: SearchIndex) -> None:
    def fail(_keys: tuple[str, ...]) -> None:
        raise ValueError("not the index")

    with pytest.raises(ValueError, match="not the index"):
        index.search(Search(parse("water").tree), fail)
