"""Say why nothing was found: what each term finds alone, and words that the archive has instead."""

from collections.abc import Iterator, Mapping
from itertools import islice

from rapidfuzz.distance import Levenshtein

from app.search.index import Search, Searchable
from app.search.query import All, Any, Everything, Field, Fuzzy, Node, Not, Word, render
from app.search.results import TermCount
from app.search.tokens import find_tokens

_MOST_TERMS = 8
_MOST_SIMILAR = 3
_MOST_TRIED = 6
# The words of these are not those of texts.
_OF_FEW_VALUES = (Field.AGENCY, Field.RELEASE, Field.BATES, Field.EXEMPTION)
_SHORTEST = 3  # letters of a word that may be misspelt


def count_terms(index: Searchable, tree: Node) -> tuple[TermCount, ...]:
    """Return what each term of a query finds by itself, in order, and words like those that find nothing."""
    leaves = list(dict.fromkeys(_find_parts(tree)))[:_MOST_TERMS]
    return tuple(_count_term(index, leaf) for leaf in leaves)


def _find_parts(tree: Node) -> Iterator[Node]:
    """Yield what a query asks for, piece by piece, but for what must not match."""
    match tree:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _find_parts(part)
        case Not() | Everything():
            return
        case _:
            yield tree


def propose(tree: Node, terms: tuple[TermCount, ...]) -> str | None:
    """Return the query with each word that finds nothing replaced by the likest; None where there is none."""
    likest = {one.term: one.similar[0] for one in terms if one.similar}
    return render(_replace(tree, likest)) if likest else None


def _count_term(index: Searchable, leaf: Node) -> TermCount:
    count = _count(index, leaf)
    return TermCount(render(leaf), count, () if count else _find_similar(index, leaf))


def _count(index: Searchable, tree: Node) -> int:
    return index.search(Search(tree, limit=0, counted=False, collapse=True)).total


def _find_similar(index: Searchable, leaf: Node) -> tuple[str, ...]:
    if not isinstance(leaf, Word | Fuzzy) or leaf.field in _OF_FEW_VALUES:
        return ()
    tokens = find_tokens(leaf.text)
    if len(tokens) != 1 or len(tokens[0]) < _SHORTEST:
        return ()
    counts = index.find_similar(tokens[0])
    ranked = sorted(counts, key=lambda word: (Levenshtein.distance(word, tokens[0]), -counts[word], word))
    # Engines remember words of entries that were removed.
    found = (word for word in ranked[:_MOST_TRIED] if _count(index, Word(word, leaf.field)))
    return tuple(islice(found, _MOST_SIMILAR))


def _replace(tree: Node, likest: Mapping[str, str]) -> Node:
    match tree:
        case Word(_, field) | Fuzzy(_, _, field):
            return Word(likest[render(tree)], field) if render(tree) in likest else tree
        case All(parts):
            return All(tuple(_replace(part, likest) for part in parts))
        case Any(parts):
            return Any(tuple(_replace(part, likest) for part in parts))
    return tree
