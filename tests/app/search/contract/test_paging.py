"""Every match is reached by pages, once, whatever is written meanwhile."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.search.engines import Engine
from app.search.index import Search, SearchIndex
from app.search.query import (
    Word,
    parse,
)
from app.search.results import Order
from tests.support.entries import make_entry, number_entries
from tests.support.letters import keys, read_pages


@pytest.mark.parametrize("order", list(Order))
def test_paging_neither_skips_nor_repeats_while_entries_come_and_go(index: SearchIndex, order: Order) -> None:
    entries = [
        make_entry(f"k{n}", "water " * (n % 4 + 1) + "lake", day=f"2012-01-{n % 9 + 1:02}" if n % 5 else "")
        for n in range(40)
    ]
    index.update(number_entries(entries))
    query = Word("water")
    whole = keys(index, query, order=order, limit=100)
    found: list[str] = []
    search = Search(query, order=order, limit=6)
    for step in range(1, 20):
        matches = index.search(search)
        found += matches.keys
        assert matches.total == 40
        if matches.after is None:
            break
        search = replace(search, after=matches.after)
        new = [make_entry(f"new{step}-{n}", "water lake " * n, day="2012-01-04") for n in range(1, 4)]
        changed = make_entry(f"k{39 - step}", "water", day="2012-01-09")
        index.update(number_entries([*new, changed], 100 * step), [f"k{step}"])
    assert found == whole


@pytest.mark.parametrize("order", [Order.DATE, Order.NEWEST])
def test_paging_by_date_survives_a_restart(index: SearchIndex, engine: Engine, order: Order, tmp_path: Path) -> None:
    entries = [make_entry(f"k{n}", "water", day=f"2012-01-{n % 9 + 1:02}" if n % 5 else "") for n in range(20)]
    index.update(number_entries(entries))
    whole = keys(index, "", order=order, limit=100)
    first = index.search(Search(parse("").tree, order=order, limit=7))
    index.update(number_entries([make_entry("new", "water", day="2012-01-05")], 50))
    index.close()
    again = engine.open(tmp_path / "index")
    rest = again.search(Search(parse("").tree, order=order, limit=50, after=first.after))
    assert [*first.keys, *rest.keys] == whole
    assert (rest.total, rest.after) == (20, None)
    again.close()


def test_paging_by_relevance_goes_on_after_a_restart(index: SearchIndex, engine: Engine, tmp_path: Path) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water " * (n % 4 + 1) + "lake") for n in range(20)]))
    whole = keys(index, "water", limit=100)
    first = index.search(Search(Word("water"), limit=7))
    index.close()
    again = engine.open(tmp_path / "index")
    rest = again.search(Search(Word("water"), limit=50, after=first.after))
    assert [*first.keys, *rest.keys] == whole
    again.close()


def test_every_entry_of_one_second_is_paged(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", day="2012-01-01") for n in range(50)]))
    for order in Order:
        found = read_pages(index, Search(parse("").tree, order=order, limit=7))
        assert sorted(found) == sorted(f"k{n}" for n in range(50))
