"""Cut the passages of a text that show best why it was found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.search.marks import Mark, Marker
from app.search.results import Snippet

_WIDTH = 200  # characters
_MOST = 2
_MOST_MARKS = 60  # of a text: enough to choose from
_NEW_TERM = 100  # another term in a passage weighs more than many more marks of the same
_SPACE = re.compile(r"\s+")
_CUT = "…"


@dataclass(frozen=True, slots=True)
class PagedText:
    """A text in which a form feed stands where the page turns."""

    text: str
    first_page: int | None  # None: it has no pages


class _Passage(NamedTuple):
    """Marks that fit in one snippet."""

    weight: int
    source: int
    first: int  # numbers of marks: first, and behind the last
    end: int


def make_snippets(sources: Sequence[PagedText], marker: Marker) -> tuple[Snippet, ...]:
    """Return up to two passages with marks, best first; the first words where there is none to mark."""
    marks = [marker.find_marks(source.text, _MOST_MARKS) for source in sources]
    passages = sorted(
        (passage for number, found in enumerate(marks) for passage in _find_passages(number, found)),
        key=lambda passage: (-passage.weight, passage.source, passage.first),
    )
    chosen: list[_Passage] = []
    for passage in passages:
        if len(chosen) < _MOST and not any(_overlap(passage, other, marks) for other in chosen):
            chosen.append(passage)
    if not chosen:
        return _first_words(sources)
    return tuple(_cut(sources[one.source], marks[one.source][one.first : one.end]) for one in chosen)


def _find_passages(source: int, marks: Sequence[Mark]) -> Iterator[_Passage]:
    end = 0
    for first, mark in enumerate(marks):
        while end < len(marks) and marks[end].end - mark.start <= _WIDTH:
            end += 1
        end = max(end, first + 1)  # a long phrase
        terms = {other.term for other in marks[first:end]}
        yield _Passage(len(terms) * _NEW_TERM + min(end - first, _NEW_TERM - 1), source, first, end)


def _overlap(one: _Passage, other: _Passage, marks: Sequence[Sequence[Mark]]) -> bool:
    if one.source != other.source:
        return False
    found = marks[one.source]
    return (
        found[one.first].start < found[other.first].start + _WIDTH
        and found[other.first].start < found[one.first].start + _WIDTH
    )


def _cut(source: PagedText, marks: Sequence[Mark]) -> Snippet:
    start, end = marks[0].start, max(mark.end for mark in marks)
    margin = max(_WIDTH - (end - start), 0) // 2
    start, end = _widen(source.text, start, end, margin)
    parts: list[tuple[str, bool]] = []
    place = start
    for mark in marks:
        if mark.start > place:
            parts.append((source.text[place : mark.start], False))
        if mark.end > place:
            parts.append((source.text[max(place, mark.start) : mark.end], True))
            place = mark.end
    parts.append((source.text[place:end], False))
    return Snippet(_page_of(source, marks[0].start), _tidy(parts, source.text, start, end))


def _widen(text: str, start: int, end: int, margin: int) -> tuple[int, int]:
    """Return a stretch with up to `margin` characters on each side, cut between words."""
    left, right = max(start - margin, 0), min(end + margin, len(text))
    if left and not text[left - 1].isspace():
        blank = _SPACE.search(text, left, start)
        left = blank.end() if blank else start
    return left, _end_of_word(text, end, right)


def _end_of_word(text: str, least: int, end: int) -> int:
    """Return the last place up to `end` where a word ends; `end` if there is none behind `least`."""
    if end == len(text) or text[end].isspace():
        return end
    blanks = list(_SPACE.finditer(text, least, end))
    return blanks[-1].start() if blanks else end


def _tidy(parts: Sequence[tuple[str, bool]], text: str, start: int, end: int) -> tuple[tuple[str, bool], ...]:
    """Return the parts with single blanks, and "…" where the text goes on."""
    tidy = [(_SPACE.sub(" ", part), marked) for part, marked in parts]
    if text[:start].strip():
        tidy.insert(0, (f"{_CUT} ", False))
    else:
        tidy[0] = (tidy[0][0].lstrip(), tidy[0][1])
    if text[end:].strip():
        tidy.append((f" {_CUT}", False))
    joined: list[tuple[str, bool]] = []
    for part, marked in tidy:
        if joined and not marked and not joined[-1][1]:
            joined[-1] = (joined[-1][0] + part, False)
        elif part:
            joined.append((part, marked))
    return tuple(joined)


def _first_words(sources: Sequence[PagedText]) -> tuple[Snippet, ...]:
    for source in sources:
        begin = len(source.text) - len(source.text.lstrip())
        if begin < len(source.text):
            end = _end_of_word(source.text, begin, min(begin + _WIDTH, len(source.text)))
            parts = _tidy([(source.text[begin:end], False)], source.text, begin, end)
            return (Snippet(_page_of(source, begin), parts),)
    return ()


def _page_of(source: PagedText, place: int) -> int | None:
    return None if source.first_page is None else source.first_page + source.text.count("\f", 0, place)
