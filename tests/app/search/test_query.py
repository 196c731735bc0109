"""The query language: what is understood, what is ignored, and that it reads back."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.search.query import (
    Any,
    Dated,
    Everything,
    Field,
    Fuzzy,
    Has,
    Near,
    Node,
    OnPages,
    Pattern,
    Phrase,
    Trait,
    Word,
    all_of,
    any_of,
    find_cost,
    negate,
    parse,
    render,
)
from app.search.query.parser import MAX_COST


@pytest.mark.parametrize(
    ("query", "readable"),
    [
        ("", ""),
        ("from:mills benghazi after:2012-09-11", "from:mills AND benghazi AND date:2012-09-11.."),
        ("a b OR c", "(a AND b) OR c"),
        ("a (b OR c)", "a AND (b OR c)"),
        ("-a NOT b", "NOT a AND NOT b"),
        ("NOT NOT a", "a"),
        ("((a))", "a"),
        ('“do not” ＡＮＤ "go', '"do not" AND "go"'),
        ("(b)(5) (b) (7)(E)", "(b)(5) AND (b)(7)(E)"),
        ('"a b"~5 "a b"~ s:"c d"~2', '"a b"~5 AND "a b"~10 AND subject:"c d"~2'),
        ("nq:a q:b own:(c d)", "own:a AND quoted:b AND own:c AND own:d"),
        ("has:redactions HAS:quoted is:withheld-sender", "has:redaction AND has:quoted AND is:withheld-sender"),
        ("!a a || b && c", "(NOT a AND a) OR (b AND c)"),
        ("ex:b(5) b(6) a**b", 'exemption:"(b)(5)" AND b(6) AND a*b'),
        ("page:3 page:7..4 page:5..", "page:3 AND page:4..7 AND page:5.."),
        ("W-2 AT&T, U.S.C.", "W-2 AND AT&T AND U.S.C"),
        ("pre* wo?d word~1 word~ word~9", "pre* AND wo?d AND word~1 AND word~1 AND word~2"),
        ("f:a t:b c:c p:d s:e", "from:a AND to:b AND cc:c AND participant:d AND subject:e"),
        ("B:a a:b r:c bates:S-1", "body:a AND agency:b AND release:c AND bates:S-1"),
        ("from:(a OR b)", "from:a OR from:b"),
        ("from: a", "from:a"),
        ('subject:"a  b"', 'subject:"a b"'),
        ('ex:b6 ex:"(b)(6)" exemption:B6', " AND ".join(['exemption:"(b)(6)"'] * 3)),
        ("ex:b7e ex:(b)(7)(E)", " AND ".join(['exemption:"(b)(7)(E)"'] * 2)),
        ("has:attachment", "has:attachment"),
        ("d:2017 d:2017-09 d:2017-09-21", "date:2017 AND date:2017-09 AND date:2017-09-21"),
        ("d:2017-09..2018", "date:2017-09-01..2018-12-31"),
        ("d:2018..2017-09", "date:2017-09-01..2018-12-31"),
        ("d:2017.. d:..2017", "date:2017-01-01.. AND date:..2017-12-31"),
        ("after:2017 before:2017-09", "date:2017-01-01.. AND date:..2017-09-30"),
        ("10:30 http://x.gov", "10:30 AND http://x.gov"),
        ("what?", "what"),
        ("well-known -known", "well-known AND NOT known"),
    ],
)
def test_understands(query: str, readable: str) -> None:
    parsed = parse(query)
    assert parsed.readable == readable


@pytest.mark.parametrize(
    ("query", "readable", "reason"),
    [
        ("foo:bar", "foo AND bar", 'no field "foo"'),
        ("form:bar", "form AND bar", "Did you mean from:?"),
        ("sender:bar", "sender AND bar", "Did you mean from:?"),
        ("-foo:bar", "NOT (foo AND bar)", 'no field "foo"'),
        ("date:soon a", "a", '"soon" is not a date'),
        ("after:2012-13", "", "is not a date"),
        ("after:2012..2013", "", "is not a date"),
        ("has:wings", "", "has:attachment"),
        ("a OR", "a", "OR needs"),
        ("AND a", "a", "AND needs"),
        ("a NOT", "a", "NOT needs"),
        ("from:", "", "nothing after it"),
        ("(a", "a", "not closed"),
        ("a)", "a", 'without its "("'),
        ('"a b', '"a b"', "not closed"),
        ('"a"~3', '"a"', "~3"),
        ('"a a"~3', '"a a"', "~3"),
        ('"a b"~3000', '"a b"~100', "~3000"),
        ("page:0 a", "a", "page:0"),
        ("a or b", "a AND or AND b", "written OR"),
        ('"benghaz*"', '"benghaz*"', "no meaning within quotation marks"),
        ("a?b?c?d?e?f?g?h?i?j x", "x", "more than 8"),
        ("is:nothing a", "a", "is:nothing"),
        ("& a", "a", "no letter or digit"),
        ("from:*", "", "no letter or digit"),
        ("AT&T~1", "AT&T", "without a break"),
        ("wo*d~1", "wo*d", "does not go with"),
        ("(" * 40 + "a OR b" + ")" * 40, "a OR b", "25 deep"),
        (" ".join(["a"] * 150), " AND ".join(["a"] * 100), "first 100"),
    ],
)
def test_says_what_it_ignores(query: str, readable: str, reason: str) -> None:
    parsed = parse(query)
    assert parsed.readable == readable
    assert reason in " ".join(parsed.ignored)


@pytest.mark.parametrize("query", ["a", '"a b" OR from:c', "well (b)(5) -x"])
def test_says_nothing_where_all_is_understood(query: str) -> None:
    assert parse(query).ignored == ()


def test_a_deep_query_reads_back() -> None:
    tree = parse("(a OR b (c OR d " * 30).tree
    assert isinstance(tree, Any)
    assert parse(render(tree)).tree == tree


_WORDS = st.sampled_from(["benghazi", "W-2", "AT&T", "(b)(5)", "café", "10:30", "U.S.C", "not", "from-x"])
_FIELDS = st.none() | st.sampled_from([field for field in Field if field is not Field.EXEMPTION])
_DAYS = st.none() | st.dates(min_value=date(1, 1, 1))


def _dated(first: date | None, last: date | None) -> Dated:
    return Dated(last, first) if first and last and last < first else Dated(first, last)


_LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, _WORDS, _FIELDS),
    st.builds(Phrase, st.sampled_from(["do not", "OR", "(b)(6)", "a: b", "-x"]), _FIELDS),
    st.builds(Phrase, st.sampled_from(["(b)(6)", "(b)(7)(E)"]), st.just(Field.EXEMPTION)),
    st.builds(Pattern, st.sampled_from(["pre*", "wo?d", "*gate", "usdoj.g*"]), _FIELDS),
    st.builds(Fuzzy, st.sampled_from(["word", "and"]), st.integers(1, 2), _FIELDS),
    st.builds(Near, st.sampled_from(["do not", "a b 5", "or and"]), st.integers(0, 100), _FIELDS),
    st.builds(_dated, _DAYS, _DAYS),
    st.builds(OnPages, st.integers(1, 40), st.none() | st.integers(40, 999_999)),
    st.builds(Has, st.sampled_from(Trait)),
)
_TREES = st.recursive(
    _LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, min_size=2, max_size=4).map(all_of),
        st.lists(parts, min_size=2, max_size=4).map(any_of),
        parts.map(negate),
    ),
    max_leaves=15,
)


@given(_TREES)
def test_every_tree_reads_back(tree: Node) -> None:
    assume(find_cost(tree) <= MAX_COST)
    assert parse(render(tree)).tree == tree
    assert [note for note in parse(render(tree)).ignored if "was searched as a word" not in note] == []


@given(st.text() | st.text(alphabet='ab*?~1: "()-ANDORTfrom“２–(b)(5)date..', max_size=60))
def test_any_text_reads_and_reads_back(text: str) -> None:
    parsed = parse(text)
    assert parse(parsed.readable).tree == parsed.tree
    assert find_cost(parsed.tree) <= MAX_COST


@pytest.mark.parametrize("term", ["*a*", "a*", "word~2", '"a b c"~9', "word", '"' + "a " * 400 + '"'])
def test_a_query_has_a_budget(term: str) -> None:
    parsed = parse(" OR ".join(f"{term}" for _ in range(120)))
    assert 0 < find_cost(parsed.tree) <= MAX_COST
    assert parsed.ignored


def test_nothing_asks_for_everything() -> None:
    assert parse(" \n").tree == Everything()
