"""In which order matches stand."""

import random

from app.search.index import Search, SearchIndex
from app.search.query import (
    Word,
)
from app.search.results import Order
from tests.support.entries import make_entry, number_entries
from tests.support.letters import keys, read_pages


def test_orders_by_date_with_the_undated_last(letters: SearchIndex) -> None:
    assert keys(letters, "", order=Order.DATE) == ["budget", "picnic", "month", "page/1"]
    assert keys(letters, "", order=Order.NEWEST) == ["month", "picnic", "budget", "page/1"]


def test_a_search_that_scores_nothing_shows_the_newest_first(letters: SearchIndex) -> None:
    assert keys(letters, "w* OR -nothing") == ["month", "picnic", "budget", "page/1"]


def test_subject_weighs_more_than_sender_than_text_than_quoted(index: SearchIndex) -> None:
    filler = "and so on with many other words that follow here"
    places = {
        "subject": f"zebra {filler}",
        "sender": f"zebra {filler}",
        "text": f"zebra {filler}",
        "quoted_text": f"zebra {filler}",
    }
    entries = [
        make_entry(name, **({name: words} if name != "text" else {}), text=words if name == "text" else "")
        for name, words in places.items()
    ]
    others = [make_entry(f"o{n}", filler, subject=filler, sender=filler, quoted_text=filler) for n in range(10)]
    index.update(number_entries(entries + others))
    assert keys(index, "zebra") == ["subject", "sender", "text", "quoted_text"]


def test_rarer_words_and_shorter_texts_weigh_more(index: SearchIndex) -> None:
    common = [make_entry(f"c{n}", "common words stand here") for n in range(20)]
    index.update(number_entries([*common, make_entry("rare", "rare thing"), make_entry("long", "rare " + "x " * 300)]))
    assert keys(index, "common OR rare", limit=2) == ["rare", "long"]


def test_equal_scores_stand_newest_first_over_all_pages(index: SearchIndex) -> None:
    entries = [make_entry(f"k{day:02}", "same words", day=f"2012-01-{day:02}") for day in range(1, 31)]
    random.Random(1).shuffle(entries)
    for start in range(0, 30, 7):
        index.update(number_entries(entries[start : start + 7], start + 1))
    expected = [f"k{day:02}" for day in range(30, 0, -1)]
    assert keys(index, "same", limit=30) == expected
    assert read_pages(index, Search(Word("same"), limit=4)) == expected
