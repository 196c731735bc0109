"""Words that are like one which the archive does not have."""

import pytest

from app.search.index import SearchIndex
from tests.support.entries import make_entry, number_entries


@pytest.fixture
def index_of_words(index: SearchIndex) -> SearchIndex:
    entries = [make_entry(f"k{n}", "benghazi", quoted_text="benghazis" if n else "") for n in range(3)]
    entries += [make_entry("one", "bengal beta", subject="bensen"), make_entry("two", "x", participants="Bengtson")]
    index.update(number_entries(entries))
    return index


@pytest.mark.parametrize(
    ("word", "similar"),
    [
        ("bengazi", {"benghazi": 3, "benghazis": 2, "bengal": 1}),
        ("benghazi", {"benghazis": 2}),
        ("bneghazi", {"benghazi": 3}),
        ("bneghaz", {}),
        ("tenghazi", {}),
        ("bengtsen", {"bengtson": 1, "bensen": 1}),
        ("bta", {"beta": 1}),
        ("zzz", {}),
    ],
)
def test_words_with_up_to_two_other_letters_and_the_same_first_are_similar(
    index_of_words: SearchIndex, word: str, similar: dict[str, int]
) -> None:
    assert dict(index_of_words.find_similar(word)) == similar


def test_frequent_words_are_similar_too(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water" if n else "watar") for n in range(200)]))
    assert dict(index.find_similar("wator")) == {"water": 199, "watar": 1}
    assert dict(index.find_similar("water")) == {"watar": 1}
