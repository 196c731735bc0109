"""The passages of a text that show why it was found, and the words to mark."""

from collections import Counter
from fnmatch import fnmatchcase
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from app.search.marks import Marker
from app.search.query import Field, parse
from app.search.results import Snippet
from app.search.snippets import PagedText, make_snippets
from app.search.tokens import find_tokens, locate_tokens, opening_of_stem, stem_token

FILLER = "and so on with many other words that follow here until nobody reads any more of it "


def snip(query: str, *texts: str, page: int | None = 1) -> tuple[Snippet, ...]:
    marker = Marker(parse(query).tree, {None, Field.BODY})
    return make_snippets([PagedText(text, page) for text in texts], marker)


def marked(snippet: Snippet) -> list[str]:
    return [text for text, is_marked in snippet.parts if is_marked]


def plain(snippet: Snippet) -> str:
    return "".join(text for text, _ in snippet.parts)


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("investigation", ["investigated", "Investigations"]),
        ('"investigated"', ["investigated"]),
        ("inv*", ["investigated", "Investigations"]),
        ("w?ter", ["water"]),
        ("watr~1", ["water"]),
        ('"the water"', ["the water"]),
        ('"water the"', []),
        ("(b)(6)", ["(b) (6"]),
        ("CAFE", ["Café"]),
        ("at&t", ["AT&T"]),
        ("water NOT the", ["water"]),
        ("from:water", []),
        ("body:water", ["water"]),
        ("the OR water", ["the", "water"]),
    ],
)
def test_marks_what_the_query_matched(query: str, marks: list[str]) -> None:
    (snippet,) = snip(query, "They investigated the water at Café AT&T (b) (6). Investigations!")
    expected = [text.lstrip("(") for text in marks]
    assert [text.lstrip("(") for text in marked(snippet)] == expected


def test_a_snippet_is_cut_between_words_and_says_so() -> None:
    (snippet,) = snip("water", FILLER * 5 + "water\n" + FILLER * 5)
    text = plain(snippet)
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert all(word in ("…", "water") or word in FILLER.split() for word in text.split())
    assert 150 <= len(text) <= 210


def test_the_best_passage_has_the_most_different_terms() -> None:
    text = f"water water water {FILLER * 4} water and fire {FILLER * 4} fire"
    first, second = snip("water fire", text)
    assert marked(first) == ["water", "fire"]
    assert marked(second) == ["water", "water", "water"]


def test_passages_do_not_overlap() -> None:
    (snippet,) = snip("water", "water and water and water")
    assert plain(snippet) == "water and water and water"


def test_the_page_counts_form_feeds_before_the_mark() -> None:
    (snippet,) = snip("water", f"one\f{FILLER * 4}\fwater", page=5)
    assert snippet.page == 7


def test_own_text_stands_before_quoted_text() -> None:
    first, second = snip("water", "cold water", "warm water")
    assert (plain(first), plain(second)) == ("cold water", "warm water")


def test_without_marks_the_first_words_are_shown() -> None:
    assert snip("", "\n", "  One two.\n\nThree ", page=None) == (Snippet(None, (("One two. Three ", False),)),)
    assert snip("", "", "") == ()
    (long,) = snip("", FILLER * 9)
    assert plain(long).endswith(" …")
    assert len(plain(long)) <= 202


def test_the_words_of_a_page_are_marked_by_their_place() -> None:
    marker = Marker(parse('"to proceed" usdoj.gov').tree, {None})
    assert marker.find_words("How to\nproceed, x@dea.usdoj.gov to  go") == [1, 2, 3]


@given(st.text(alphabet='ab \n\f"-*~()AT&\u00a0\u001c', max_size=80), st.sampled_from(["a", "a*", '"a b"', "b~1"]))
def test_any_text_is_cut_and_marked(text: str, query: str) -> None:
    for snippet in snip(query, text):
        assert all(part for part, _ in snippet.parts)
    words = text.split()
    found = Marker(parse(query).tree, {None}).find_words(text)
    assert found == sorted(set(found))
    assert all(0 <= number < len(words) for number in found)


_WORDS = [
    "state",
    "states",
    "stating",
    "dying",
    "die",
    "happy",
    "happily",
    "to",
    "the",
    "s",
    "Café",
    "cafe",
    "9",
    "x" * 250,
]
_texts = st.lists(st.sampled_from([*_WORDS, "\n", " ", "-", "’", "_", "\u00ad", "STATE", "İ", "x" * 100 + "state"]))


@given(st.sampled_from(_WORDS), _texts, st.booleans())
def test_every_word_with_the_stem_is_marked_and_no_other(word: str, pieces: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(pieces)
    wanted = [stem_token(token) for token in find_tokens(word)]
    found = [(mark.start, mark.end) for mark in Marker(parse(word).tree, {None}).find_marks(text)]
    tokens = list(locate_tokens(text))
    rows = [tokens[place : place + len(wanted)] for place in range(len(tokens))]
    assert found == [(row[0].start, row[-1].end) for row in rows if [stem_token(token.text) for token in row] == wanted]


@pytest.mark.parametrize("query", ['"0000"', "0000*", "*0000", "000000~1"])
def test_a_long_run_of_one_letter_is_looked_at_once(query: str) -> None:
    stepped = Counter[str]()

    class Told(str):
        def find(self, *given: object) -> int:
            stepped["find"] += 1
            return super().find(*given)  # type: ignore[arg-type]

        def lower(self) -> "Told":
            return Told(super().lower())

        def __getitem__(self, place: object) -> "Told":
            return Told(super().__getitem__(place))  # type: ignore[index]

    Marker(parse(query).tree, {None}).find_marks(Told("0" * 8_000))
    assert stepped["find"] <= 4


def _misspell(word: str) -> st.SearchStrategy[str]:
    edits = st.tuples(st.integers(0, len(word)), st.sampled_from(["", "e", "ss", "x"]), st.integers(0, 2))
    return st.lists(edits, max_size=3).map(
        lambda some: reduce(lambda w, e: w[: e[0]] + e[1] + w[e[0] + e[2] :], some, word)
    )


@given(
    st.sampled_from(
        ["embassy", "embassy~1", "embassy~2", "em~1", "emba*", "e?bas*", "*assy", "emb*s*", "assassa*", "9999*"]
    ),
    st.lists(
        st.one_of(
            _misspell("embassy"),
            st.sampled_from([" ", "\n", "-", "\u2019", "\u00e9", "9" * 250, "a" * 98 + "emb", "assassassa"]),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_every_word_alike_is_marked_and_no_other(query: str, pieces: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(pieces)
    word, _, distance = query.partition("~")
    found = [(mark.start, mark.end) for mark in Marker(parse(query).tree, {None}).find_marks(text)]

    def is_alike(token: str) -> bool:
        if query == word and word.isalpha():
            return stem_token(token) == stem_token(word)
        return Levenshtein.distance(token, word) <= int(distance) if distance else fnmatchcase(token, word)

    assert found == [(token.start, token.end) for token in locate_tokens(text) if is_alike(token.text)]


@given(st.text("abcdeghilmnoprstuvyxk", max_size=5), st.lists(st.sampled_from(
    ["s", "ies", "ied", "ing", "ed", "ly", "ational", "bility", "ization", "fully", "ying", "y", "ness", "ment", "e"]
), max_size=3))  # fmt: skip
def test_tokens_begin_with_the_opening_of_their_stem(begin: str, ends: list[str]) -> None:
    token = begin + "".join(ends)
    assert token.startswith(opening_of_stem(stem_token(token)))
