"""Tell whether two texts are the same but for noise, and where copies of one text differ."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple

_SHINGLE = 7  # letters: of the sizes measured on noisy prints the one that finds most copies
_MOST_LETTERS = 4_000  # of a text that are compared; what is longer is told by its beginning
_SKETCHED = 2_000  # letters whose shingles are hashed
_BEGINNING = 200  # letters in which a short text is sought
_MOST_WORDS = 3_000
_MOST_DIFFERENCES = 40
_MISREAD = 0.55  # likeness from which other words in the same place are taken for a misreading
_CODE = re.compile(r"\(?\bb\s*\)?\s*\(?\s*\d\s*\)?(?:\s*\(\s*[a-f]\s*\))?|\b1\.4\s*\([a-h]\)|\[?redacted\]?", re.I)
_NOT_LETTER = re.compile(r"[\W_]+")
_WORD = re.compile(r"(?<![^\W_])(?![^\W_]*(\w)\1\1)[^\W\d_]{4,}(?![^\W_])")  # a box is misread as "lllliii" or "yy ee"


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one copy and what stands in their place in another, "" where nothing does."""

    here: str
    there: str
    page_here: int
    page_there: int


class _Placed(NamedTuple):
    """A word of a text and the page on which it stands."""

    printed: str
    fold: str
    page: int


def fold_text(text: str) -> str:
    """Return the letters and digits of a text, folded; exemption codes, blanks and signs are left out."""
    return _NOT_LETTER.sub("", _CODE.sub(" ", text).casefold())[:_MOST_LETTERS]


@lru_cache(maxsize=30_000)
def sketch(letters: str, size: int = 6) -> tuple[int, ...]:
    """Return the smallest hashes of a folded text's shingles: texts that share one are worth comparing.

    The same on every machine and in every run; empty for a text too short to be told by its words.
    """
    if len(letters) < 4 * _SHINGLE:
        return ()
    told = letters[:_SKETCHED].encode()
    hashed = {zlib.crc32(told[start : start + _SHINGLE]) for start in range(len(told) - _SHINGLE + 1)}
    return tuple(nsmallest(size, hashed))


def containment(one: str, other: str) -> float:
    """Return how much of the shorter folded text stands in the longer one, 0 to 1; 0 if one is empty."""
    if one == other:
        return 1.0 if one else 0.0
    first, second = _shingles(one), _shingles(other)
    fewer = min(len(first), len(second))
    return len(first & second) / fewer if fewer else 0.0


def agreement(one: str, other: str) -> float | None:
    """Return how much of the shorter folded text, however short, the other has too; None if one is empty."""
    fewer = min(len(one), len(other))
    if not fewer:
        return None
    if fewer >= 4 * _SHINGLE:
        return containment(one, other)
    blocks = SequenceMatcher(None, one[:_BEGINNING], other[:_BEGINNING], autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= min(3, fewer)) / fewer


def likeness(one: str, other: str) -> float:
    """Return the share of shingles that two folded texts have in common (Jaccard), 0 to 1."""
    if one == other:
        return 1.0
    first, second = _shingles(one), _shingles(other)
    either = len(first | second)
    return len(first & second) / either if either else 0.0


def find_differences(one: str, other: str, *, first_page: int = 1, other_page: int = 1) -> list[Difference]:
    """Return the words that one copy of a text shows and the other does not, both ways, at most forty.

    Misread letters, codes and blanks are no difference. A form feed in a text turns its page.
    """
    here, there = _words(one, first_page), _words(other, other_page)
    found: list[Difference] = []
    for start, end, other_start, other_end in _changes(here, there):
        shown, instead = _join(here[start:end]), _join(there[other_start:other_end])
        if _is_told_apart(shown, instead):
            pages = _page(here, start, first_page), _page(there, other_start, other_page)
            found.append(Difference(shown, instead, *pages))
    return found[:_MOST_DIFFERENCES]


def _changes(here: Sequence[_Placed], there: Sequence[_Placed]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches in which two lists of words are not equal."""
    one, other = [word.fold for word in here], [word.fold for word in there]
    shorter = min(len(one), len(other))
    # Copies are equal but for a few places: without what is equal at both ends comparing takes a tenth of the time.
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    tail = next((at for at in range(shorter - head) if one[-1 - at] != other[-1 - at]), shorter - head)
    matcher = SequenceMatcher(None, one[head : len(one) - tail], other[head : len(other) - tail], autojunk=False)
    for change, start, end, other_start, other_end in matcher.get_opcodes():
        if change != "equal":
            yield start + head, end + head, other_start + head, other_end + head


@lru_cache(maxsize=128)
def _shingles(letters: str) -> frozenset[str]:
    return frozenset(letters[start : start + _SHINGLE] for start in range(len(letters) - _SHINGLE + 1))


def _words(text: str, first_page: int) -> list[_Placed]:
    """Return the words, without codes and what is all signs, each with its page."""
    placed = []
    for page, content in enumerate(text.split("\f"), first_page):
        for word in _CODE.sub(" ", content).split():
            fold = word.casefold()
            if fold.isalnum() or (fold := _NOT_LETTER.sub("", fold)):
                placed.append(_Placed(word, fold, page))
    return placed[:_MOST_WORDS]


def _join(words: Sequence[_Placed]) -> str:
    return " ".join(word.printed for word in words)


def _page(words: Sequence[_Placed], index: int, first_page: int) -> int:
    return words[min(index, len(words) - 1)].page if words else first_page


def _is_told_apart(here: str, there: str) -> bool:
    """Tell whether these are other words, not the same ones misread or broken over lines otherwise."""
    if not _WORD.search(here) and not _WORD.search(there):
        return False
    one, other = fold_text(here), fold_text(there)
    if 2 * min(len(one), len(other)) < _MISREAD * (len(one) + len(other)):
        return True  # they cannot be as alike as that
    return SequenceMatcher(None, one, other, autojunk=False).ratio() < _MISREAD
