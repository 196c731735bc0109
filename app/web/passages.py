"""Cut released text where its pages turn and its words are marked."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PAGE_TURN = "\f"
_WORDS_AND_GAPS = re.compile(r"\S+|\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one page: pieces in order, each with whether it is marked."""

    page: int
    pieces: tuple[tuple[str, bool], ...]


def split_passages(text: str, first_page: int, marked: Collection[int]) -> list[Passage]:
    """Return the text page by page; `marked` are indexes into `text.split()`.

    Marked words next to each other are one piece with the gap between them. Nothing is lost but the
    form feeds, and the line ends beside them.
    """
    passages = []
    words_before = 0
    for turn, part in enumerate(text.split(_PAGE_TURN)):
        part_marks = {index - words_before for index in marked}
        passages.append(Passage(first_page + turn, tuple(_pieces(part.strip("\n"), part_marks))))
        words_before += len(part.split())
    return passages


def _pieces(text: str, marked: Collection[int]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    index = -1
    for token in _WORDS_AND_GAPS.findall(text):
        if token.isspace():
            is_marked = index in marked and index + 1 in marked
        else:
            index += 1
            is_marked = index in marked
        if pieces and pieces[-1][1] == is_marked:
            pieces[-1] = (pieces[-1][0] + token, is_marked)
        else:
            pieces.append((token, is_marked))
    return pieces
