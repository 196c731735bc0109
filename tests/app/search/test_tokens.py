"""The tokens of texts and queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.tokens import find_patterns, find_tokens, has_token, locate_tokens, stem_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("do not proceed", ["do", "not", "proceed"]),
        ("(b)(5)", ["b", "5"]),
        ("W-2", ["w", "2"]),
        ("AT&T", ["at", "t"]),
        ("U.S.C.", ["u", "s", "c"]),
        ("Jane@dea.usdoj.gov", ["jane", "dea", "usdoj", "gov"]),
        ("ＦＵＬＬ", ["full"]),
        ("Café Cafe\u0301", ["cafe", "cafe"]),
        ("infor\u00admation", ["information"]),
        ("ﬁle Straße", ["file", "strasse"]),
        ("“don’t”", ["don", "t"]),
        ("snake_case", ["snake", "case"]),
        ("…—", []),
    ],
)
def test_cuts_text_into_folded_tokens(text: str, tokens: list[str]) -> None:
    assert find_tokens(text) == tokens


def test_cuts_patterns_and_leaves_out_bare_wildcards() -> None:
    assert find_patterns("usdoj.G* w-* wo?d") == ["usdoj", "g*", "w", "wo?d"]


def test_stems_words_but_keeps_numbers() -> None:
    assert stem_tokens(["investigations", "investigated", "5"]) == ["investig", "investig", "5"]


@given(st.text())
def test_located_tokens_are_the_tokens_and_lie_in_the_text(text: str) -> None:
    located = list(locate_tokens(text))
    assert [token.text for token in located] == find_tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in located)
    assert has_token(text) == bool(located)


@given(st.text())
def test_tokens_of_tokens_are_themselves(text: str) -> None:
    tokens = find_tokens(text)
    assert find_tokens(" ".join(tokens)) == tokens
