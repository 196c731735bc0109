"""Find in a text what a query matched: words, stems, phrases, patterns and misspellings."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from app.search.query import Field, Fuzzy, Near, Node, Pattern, Phrase, Word, find_leaves
from app.search.query.tree import TextLeaf
from app.search.tokens import (
    LONGEST,
    PLAIN_RUN,
    RUN,
    Token,
    compile_pattern,
    find_patterns,
    find_tokens,
    has_ascii_words,
    is_plain,
    locate_tokens,
    opening_of_stem,
    stem_token,
)

_WORD = re.compile(r"\S+")
_WORD_END = re.compile(r"\s")
_LITERAL = re.compile(r"[^*?]+")
_STRETCH = 5_000  # characters that are looked at before it is asked whether they are enough
_ENOUGH = 20_000
_LEAST_LETTERS = 3  # of a part of a word that is looked for; fewer stand everywhere
_MOST_ALTERNATIVES = 30  # of one expression; more are looked up one by one

Test = Callable[[str], bool]


class Mark(NamedTuple):
    """Characters that a term matched."""

    start: int
    end: int
    term: int  # which of the query's terms


class _Needle(NamedTuple):
    """Letters of a word, by which it is looked for in a text before it is tested."""

    letters: str
    opens: bool  # whether the word begins with them


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a query: a test for each of the tokens that must stand in a row."""

    tests: tuple[Test, ...]
    token: str | None = None  # the only one that passes the first test; None: there are others
    stem: str | None = None  # the stem of all those that pass the first test; None: it does not go by stems
    needles: tuple[_Needle, ...] = ()  # one of them is in every token that passes the first test; () if none is known


class Marker:
    """Marks the terms of a query that look in one of the given fields; None is anywhere."""

    def __init__(self, tree: Node, fields: Collection[Field | None]) -> None:
        leaves = [leaf for leaf in find_leaves(tree) if leaf.field in fields]
        self._terms = [term for leaf in dict.fromkeys(leaves) for term in _make_terms(leaf) if term.tests]
        self._longest = max((len(term.tests) for term in self._terms), default=0)
        self._by_token = _group((term.token, n) for n, term in enumerate(self._terms))
        self._by_stem = _group((term.stem, n) for n, term in enumerate(self._terms))
        self._others = [n for n, term in enumerate(self._terms) if term.token is None and term.stem is None]
        self._needles = _find_needles(self._terms)
        self._tested: set[str] = set()
        self._wanted: set[str] = set()  # runs of letters and digits in which a term may begin
        self._starts: dict[str, tuple[int, ...]] = {}  # terms that may begin with a token, by token

    def find_marks(self, text: str, most: int | None = None) -> list[Mark]:
        """Return what is to be marked, in order; marks of different terms may overlap.

        With `most` about so many are enough, and of a long text so much that every term is in it.
        """
        plain = is_plain(text)
        marks: list[Mark] = []
        start = 0
        while start < len(text):
            end = _end_of_stretch(text, start) if most else len(text)
            marks += self._find_between(text, start, end, plain=plain)
            if most and (len(marks) >= most or (end >= _ENOUGH and self._has_all(marks))):
                break
            start = end
        return marks

    def _has_all(self, marks: Sequence[Mark]) -> bool:
        return len({mark.term for mark in marks}) == len(self._terms)

    def _find_between(self, text: str, start: int, end: int, *, plain: bool) -> Iterator[Mark]:
        if self._needles:
            lowered = text[start:end].lower()
            if has_ascii_words(lowered):
                for run in _find_runs(lowered, self._needles):
                    yield from self._marks_of(text, run.group(), start + run.start())
                return
        # Each distinct run is folded and tested once: texts repeat themselves, and most is not asked for.
        runs = set((PLAIN_RUN if plain else RUN).findall(text, start, end))
        new = runs - self._tested
        self._tested |= new
        self._wanted.update([run for run in new if self._may_begin_in(run)])
        wanted = runs & self._wanted
        if not wanted:
            return
        if plain and len(wanted) <= _MOST_ALTERNATIVES:
            # One expression of all of them skips what is not asked for without a step in Python.
            either = "|".join(sorted(wanted, key=len, reverse=True))
            found = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])").finditer(text, start, end)
        else:
            found = (PLAIN_RUN if plain else RUN).finditer(text, start, end)
        for run in found:
            if run.group() in wanted:
                yield from self._marks_of(text, run.group(), run.start())

    def _may_begin_in(self, run: str) -> bool:
        if run.isascii() and len(run) <= LONGEST:
            return bool(self._find_starts(run.lower()))
        return any(map(self._find_starts, find_tokens(run)))

    def _marks_of(self, text: str, run: str, start: int) -> Sequence[Mark]:
        """Return the marks that begin in a run of letters and digits, as printed or lowered."""
        tokens = find_tokens(run)
        if self._longest == 1 and len(tokens) == 1:
            return [Mark(start, start + len(run), number) for number in self._find_starts(tokens[0])]
        return list(self._marks_in(text, start, len(tokens)))

    def find_words(self, text: str) -> list[int]:
        """Return the indexes into `text.split()` of the words that are marked."""
        marks = self.find_marks(text)
        if not marks:
            return []
        words = [match.span() for match in _WORD.finditer(text)]
        found: list[int] = []
        for mark in marks:
            number = found[-1] if found else 0
            while number and words[number][0] > mark.start:
                number -= 1
            while words[number][1] <= mark.start:
                number += 1
            while number < len(words) and words[number][0] < mark.end:
                found.append(number)
                number += 1
        return sorted(set(found))

    def _marks_in(self, text: str, start: int, count: int) -> Iterator[Mark]:
        """Yield the marks that begin at one of the `count` tokens from `start` on."""
        tokens = list(islice(locate_tokens(text, start), count + self._longest - 1))
        for place in range(min(count, len(tokens))):
            yield from self._marks_at(tokens, place)

    def _marks_at(self, tokens: Sequence[Token], place: int) -> Iterator[Mark]:
        for number in self._find_starts(tokens[place].text):
            tests = self._terms[number].tests
            row = tokens[place : place + len(tests)]
            if len(row) == len(tests) and all(test(token.text) for test, token in zip(tests, row, strict=True)):
                yield Mark(row[0].start, row[-1].end, number)

    def _find_starts(self, token: str) -> tuple[int, ...]:
        starts = self._starts.get(token)
        if starts is None:
            found = [*self._by_token.get(token, ()), *self._by_stem.get(stem_token(token), ())]
            found += [n for n in self._others if self._terms[n].tests[0](token)]
            self._starts[token] = starts = tuple(sorted(found))
        return starts


def _end_of_stretch(text: str, start: int) -> int:
    """Return where a stretch of some thousand characters ends: behind a word."""
    blank = _WORD_END.search(text, start + _STRETCH)
    return blank.start() if blank else len(text)


def _find_needles(terms: Sequence[_Term]) -> tuple[_Needle, ...]:
    """Return needles of which one is in every token that a term may begin with; () if they are too short."""
    needles = dict.fromkeys(needle for term in terms for needle in term.needles)
    is_enough = all(term.needles for term in terms) and all(len(one.letters) >= _LEAST_LETTERS for one in needles)
    return tuple(needles) if is_enough else ()


def _find_runs(lowered: str, needles: Sequence[_Needle]) -> list[re.Match[str]]:
    """Return the runs of letters and digits in which one of the needles is, in order."""
    found: dict[int, re.Match[str]] = {}
    for letters, opens in needles:
        place = lowered.find(letters)
        while place >= 0:
            run = PLAIN_RUN.match(lowered, _start_of_run(lowered, place))
            assert run is not None  # the needle is in it
            # A run so long is cut in several tokens: which of them the needle opens is not known here.
            if not opens or run.start() == place or run.end() - run.start() > LONGEST:
                found[run.start()] = run
            place = lowered.find(letters, run.end())
    return [found[start] for start in sorted(found)]


def _start_of_run(lowered: str, place: int) -> int:
    while place and lowered[place - 1].isalnum():
        place -= 1
    return place


def _group(pairs: Iterable[tuple[str | None, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for name, number in pairs:
        if name is not None:
            groups.setdefault(name, []).append(number)
    return groups


def _make_terms(leaf: TextLeaf) -> list[_Term]:
    match leaf:
        case Word(text):
            tokens = find_tokens(text)
            return [_make_word(tokens)] if tokens else []
        case Phrase(text):
            tokens = find_tokens(text)
            return [_make_phrase(tokens)] if tokens else []
        case Near(text):  # each of its words, wherever it stands: a reader sees at once which are near
            return [_make_phrase([token]) for token in find_tokens(text)]
        case Pattern(text):
            patterns = find_patterns(text)
            needles = _needles_of_pattern(patterns[0]) if patterns else ()
            return [_Term(tuple(map(_pattern_test, patterns)), needles=needles)]
        case Fuzzy(text, distance):
            tokens = find_tokens(text)
            needles = _needles_of_fuzzy(tokens[0], distance) if tokens else ()
            return [_Term(tuple(_fuzzy_test(token, distance) for token in tokens), needles=needles)]


def _make_word(tokens: Sequence[str]) -> _Term:
    stem = stem_token(tokens[0])
    needles = (_Needle(opening_of_stem(stem), opens=True),)
    return _Term(tuple(map(_stem_test, tokens)), stem=stem, needles=needles)


def _make_phrase(tokens: Sequence[str]) -> _Term:
    needles = (_Needle(tokens[0], opens=True),)
    return _Term(tuple(token.__eq__ for token in tokens), token=tokens[0], needles=needles)


def _needles_of_pattern(pattern: str) -> tuple[_Needle, ...]:
    """Return the longest letters in a row that a pattern names."""
    longest = max(_LITERAL.finditer(pattern), key=lambda literal: len(literal.group()))
    return (_Needle(longest.group(), opens=longest.start() == 0),)


def _needles_of_fuzzy(wanted: str, distance: int) -> tuple[_Needle, ...]:
    """Return the pieces of a word, one more than it may have mistakes: one at least is without."""
    pieces = distance + 1
    cuts = [len(wanted) * number // pieces for number in range(pieces + 1)]
    return tuple(_Needle(wanted[start:end], opens=False) for start, end in pairwise(cuts))


def _stem_test(wanted: str) -> Test:
    stem = stem_token(wanted)
    return lambda token: stem_token(token) == stem


def _pattern_test(pattern: str) -> Test:
    compiled = compile_pattern(pattern)
    return lambda token: compiled.match(token) is not None


def _fuzzy_test(wanted: str, distance: int) -> Test:
    longest, shortest = len(wanted) + distance, len(wanted) - distance
    return lambda token: (
        shortest <= len(token) <= longest and Levenshtein.distance(token, wanted, score_cutoff=distance) <= distance
    )
