"""Texts are the same through noise, and copies of one text differ in words, not in letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.duplicates import agreement, containment, find_differences, fold_text, likeness, sketch

_TEXT = (
    "The embassy asks whether the convoy leaves before dawn, and who pays for the trucks.\n"
    "The ministry will send two guards; the ambassador has not agreed to that."
)


@pytest.mark.parametrize(
    ("printed", "letters"),
    [("Call me (b)(6) at 9.", "callmeat9"), ("B7(C) Roe", "roe"), ("a\n1.4 (D)\fb", "ab"), ("", ""), ("b6 3", "3")],
)
def test_codes_blanks_and_signs_are_no_words(printed: str, letters: str) -> None:
    assert fold_text(printed) == letters


def test_a_misread_text_is_contained_and_shares_its_sketch() -> None:
    one, misread = fold_text(_TEXT), fold_text(_TEXT.replace("trucks", "tnicks").replace("guards", "9uards"))
    assert containment(one, misread) >= 0.8
    assert set(sketch(one)) & set(sketch(misread))


def test_a_part_is_contained_and_not_alike() -> None:
    one, part = fold_text(_TEXT), fold_text(_TEXT[:80])
    assert containment(one, part) == 1.0
    assert likeness(one, part) < 0.7


def test_short_texts_agree_or_do_not() -> None:
    pairs = [("plsprint", "pisprint"), ("plsprint", "fyiandsendaround"), ("ok", "ok"), ("", "ok")]
    shares = [agreement(one, other) for one, other in pairs]
    assert [share and round(share, 1) for share in shares] == [0.8, 0.0, 1.0, None]


def test_other_texts_share_nothing() -> None:
    one, other = fold_text(_TEXT), fold_text("Lunch is at one in the small dining room on the ground floor.")
    assert containment(one, other) == 0.0
    assert not set(sketch(one)) & set(sketch(other))


def test_a_short_text_has_no_sketch() -> None:
    assert sketch(fold_text("Thanks, will do")) == ()


def test_words_withheld_in_a_copy_are_told_with_their_pages() -> None:
    shown = "We meet at noon.\fThe ambassador has not agreed to the convoy. Call me."
    withheld = "We meet at noon.\n(b)(5) Call me."
    (found,) = find_differences(shown, withheld, first_page=3, other_page=7)
    assert (found.here, found.there) == ("The ambassador has not agreed to the convoy.", "")
    assert (found.page_here, found.page_there) == (4, 7)


def test_misread_and_broken_words_are_no_difference() -> None:
    assert find_differences("The ambas- sador agreed, finally.", "The ambassador agrecd finally.") == []


def test_what_a_box_is_misread_as_is_no_difference() -> None:
    assert find_differences("A rough draft. lllllliiinnn ee (yoo", "A rough draft. PY yy oe") == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    first, second = fold_text(one), fold_text(other)
    assert containment(first, second) == containment(second, first)
    assert 0 <= likeness(first, second) == likeness(second, first) <= 1


@given(st.text(max_size=200))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert find_differences(text, text) == []
