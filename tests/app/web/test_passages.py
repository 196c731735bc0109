"""Released text is cut where pages turn, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from app.web.passages import split_passages


def test_splits_where_the_page_turns() -> None:
    passages = split_passages("the first\n\fthe second", 7, set())
    assert [(one.page, one.pieces) for one in passages] == [
        (7, (("the first", False),)),
        (8, (("the second", False),)),
    ]


def test_marks_words_by_their_index_over_all_pages() -> None:
    passages = split_passages("water main\fwater bill", 1, {2})
    assert passages[1].pieces == (("water", True), (" bill", False))


def test_joins_marked_neighbours_with_the_gap_between_them() -> None:
    (passage,) = split_passages("the  water\nmain broke", 1, {1, 2})
    assert passage.pieces == (("the  ", False), ("water\nmain", True), (" broke", False))


@given(st.text(alphabet="ab \n\t\f", max_size=60), st.sets(st.integers(0, 30)))
def test_loses_no_word(text: str, marked: set[int]) -> None:
    passages = split_passages(text, 1, marked)
    pieces = [piece for passage in passages for piece in passage.pieces]
    words = [word for passage in passages for word in "".join(text for text, _ in passage.pieces).split()]
    assert words == text.split()
    assert [word for piece, is_marked in pieces if is_marked for word in piece.split()] == [
        word for index, word in enumerate(text.split()) if index in marked
    ]
