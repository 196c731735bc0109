"""Narrow the searches of who reads more than what is public, and not all.

There are two indexes once a release is not public: that of public records, which has never seen a word of another,
answers everybody; one of all records answers those with a token. In that one each entry has its world
(app/database/worlds.py) among its releases, in a form that no slug has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from app.search.columns import leaf_columns, near_pairs
from app.search.index import Matches, OnKeys, Search, Searchable
from app.search.query import (
    All,
    Any,
    Everything,
    Exact,
    Field,
    Fuzzy,
    Near,
    Node,
    Not,
    Pattern,
    Phrase,
    Word,
    all_of,
    any_of,
)
from app.search.query.tree import TextLeaf
from app.search.tokens import compile_pattern, find_tokens

_NOTHING = Not(Everything())
_MOST_TRIED = 20  # words like a misspelt one


def world_value(world: str) -> str:
    """Return what stands for a world among the releases of an entry."""
    return f"~{world}"


class ScopedIndex:
    """The index of all records as one reader may search it."""

    def __init__(self, index: Searchable, worlds: Collection[str] | None, slugs: Sequence[str]) -> None:
        """Narrow to these worlds (None: all may be read) and let terms for releases name only those of `slugs`."""
        self._index = index
        self._slugs = slugs
        self._readable = (
            Everything() if worlds is None else any_of(Exact(world_value(one), Field.RELEASE) for one in worlds)
        )

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches and may be read, with the counts of all of it."""
        choices = {name: self._rewrite(tree) for name, tree in search.choices.items()}
        narrowed = replace(
            search,
            query=self._rewrite(search.query),
            filters=all_of([self._readable, self._rewrite(search.filters)]),
            choices=choices,
            preferred=self._rewrite(search.preferred) if search.preferred else None,
        )
        return self._index.search(narrowed, on_keys)

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one and may be read, with the entries that have them."""
        found = self._index.find_similar(word)
        nearest = sorted(found, key=lambda other: (Levenshtein.distance(word, other), -found[other], other))
        counts = {
            other: self.search(Search(Word(other), limit=0, counted=False)).total for other in nearest[:_MOST_TRIED]
        }
        return {other: count for other, count in counts.items() if count}

    def _rewrite(self, tree: Node) -> Node:
        """Return the tree with each term for a release in the words of releases that the reader knows of."""
        match tree:
            case All(parts):
                return All(tuple(map(self._rewrite, parts)))
            case Any(parts):
                return Any(tuple(map(self._rewrite, parts)))
            case Not(part):
                return Not(self._rewrite(part))
            case Exact(value, Field.RELEASE):
                return tree if value in self._slugs else _NOTHING
            case Word() | Phrase() | Near() | Pattern() | Fuzzy() if tree.field is Field.RELEASE:
                named = [Exact(slug, Field.RELEASE) for slug in self._slugs if _names(tree, find_tokens(slug))]
                return any_of(named) if named else _NOTHING
        return tree


def _names(leaf: TextLeaf, tokens: Sequence[str]) -> bool:
    """Tell whether a term matches a release of these tokens, as an engine would."""
    for column in leaf_columns(leaf):
        wanted = column.tokens
        match leaf:
            case Fuzzy(_, distance):
                return any(Levenshtein.distance(wanted[0], token) <= distance for token in tokens)
            case Near(_, distance):
                return all(_stand_near(tokens, *pair, distance) for pair in near_pairs(wanted))
            case Pattern():
                tests = [compile_pattern(token).fullmatch for token in wanted]
                return any(
                    all(test(token) for test, token in zip(tests, tokens[start:], strict=False))
                    for start in range(len(tokens) - len(tests) + 1)
                )
        return any(
            tuple(tokens[start : start + len(wanted)]) == wanted for start in range(len(tokens) - len(wanted) + 1)
        )
    return False


def _stand_near(tokens: Sequence[str], one: str, other: str, distance: int) -> bool:
    places = [(place, token) for place, token in enumerate(tokens) if token in (one, other)]
    return any(
        token != another and abs(place - second) - 1 <= distance
        for place, token in places
        for second, another in places
    )
