"""Cut text into the tokens that every engine keeps and every query asks for.

A token is a run of letters and digits, folded: no case, no accents, no full width. Everything else
only parts tokens, so "(b)(5)", "W-2", "AT&T" and "x@dea.usdoj.gov" are the sequences b 5, w 2, at t
and x dea usdoj gov, and a word of a query that is cut in several tokens asks for them in a row.
Stop words stay.
"""

import fnmatch
import re
import threading
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import Stemmer

LONGEST = 100  # characters; a longer run is cut in pieces, in texts and queries alike
BREAK = "¶¶¶¶"  # parts the values of a list so that no phrase runs over; no query can ask for it

_ASCII_TOKEN = re.compile(rf"[a-z0-9]{{1,{LONGEST}}}")
_FOLDED_TOKEN = re.compile(rf"[^\W_]{{1,{LONGEST}}}")
_FOLDED_PATTERN = re.compile(rf"(?:[^\W_]|[*?]){{1,{LONGEST}}}")
# Combining marks, soft hyphens and zero-width characters stand inside a word and do not part it.
_INSIDE = r"\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
# As printed; nearly always one token.
RUN = re.compile(rf"[^\W_](?:[^\W_]|[{_INSIDE}])*")
PLAIN_RUN = re.compile(r"[^\W_]+")  # the same in a text that `is_plain`
_HAS_INSIDE = re.compile(f"[{_INSIDE}]")
_TO_FOLD = re.compile(rf"[^\W_\x00-\x7f]|[{_INSIDE}]")
_PATTERN_RUN = re.compile(rf"(?:[^\W_]|[*?])(?:[^\W_]|[*?{_INSIDE}])*")
_STEMS_KEPT = 1 << 18


class Token(NamedTuple):
    """A token and the characters of the text that it stands for."""

    text: str
    start: int
    end: int


def is_plain(text: str) -> bool:
    """Tell whether nothing in `text` stands inside a word without being a letter or digit."""
    return text.isascii() or not _HAS_INSIDE.search(text)


def has_ascii_words(text: str) -> bool:
    """Tell whether the words of `text` are folded by lower case alone; curly quotes and dashes only part them."""
    return text.isascii() or not _TO_FOLD.search(text)


def find_tokens(text: str) -> list[str]:
    """Return the tokens of `text` in order."""
    if has_ascii_words(text):
        return _ASCII_TOKEN.findall(text.lower())
    tokens: list[str] = []
    for run in RUN.findall(text):
        if run.isascii() and len(run) <= LONGEST:
            tokens.append(run.lower())
        else:
            tokens += _FOLDED_TOKEN.findall(_fold(run))
    return tokens


def locate_tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Yield the tokens of `text` from `start` on with their places; they are those of `find_tokens`."""
    for run in RUN.finditer(text, start):
        for token in _FOLDED_TOKEN.findall(_fold(run.group())):
            yield Token(token, run.start(), run.end())


def find_patterns(text: str) -> list[str]:
    """Return the tokens of `text` in which "*" and "?" stand for other characters.

    One without a letter or digit of its own is left out.
    """
    runs = _PATTERN_RUN.findall(text)
    patterns = [pattern for run in runs for pattern in _FOLDED_PATTERN.findall(_fold(run))]
    return [pattern for pattern in patterns if pattern.strip("*?")]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the expression for a token in which "*" and "?" stand for others; many of them cost no more than one."""
    return re.compile(fnmatch.translate(pattern))


def has_token(text: str) -> bool:
    """Tell whether there is anything in `text` to search for."""
    return any(True for _ in locate_tokens(text))


class _Stems(dict[str, str]):
    """Stems of tokens, kept; the C stemmer is not safe to share between threads."""

    def __init__(self) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._lock = threading.Lock()

    def __missing__(self, token: str) -> str:
        with self._lock:
            stem: str = self._stemmer.stemWord(token)
            if len(self) >= _STEMS_KEPT:
                self.clear()
            self[token] = stem
        return stem


_stems = _Stems()


def stem_token(token: str) -> str:
    """Return the stem of a token: "investigations" and "investigated" have the same."""
    return _stems[token]


def opening_of_stem(stem: str) -> str:
    """Return letters that every token with this stem begins with: "happi" is the stem of "happy", "die" of "dying"."""
    return stem[: -2 if stem.endswith("ie") else -1]


def stem_tokens(tokens: list[str]) -> list[str]:
    """Return the stem of each token, in order."""
    return list(map(_stems.__getitem__, tokens))


def _fold(run: str) -> str:
    if run.isascii():
        return run.lower()
    # Twice, for decomposing may bring forth what casefold changes and the other way round.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", run).casefold()).casefold()
    return "".join(
        character
        for character in folded
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )
