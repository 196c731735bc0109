"""Say why nothing was found: what each term finds alone, and words that the archive has instead."""

from collections.abc import Mapping

from rapidfuzz.distance import Levenshtein

from app.search.index import Search, SearchIndex
from app.search.query import All, Any, Fuzzy, Node, Word, find_leaves, render
from app.search.query.tree import TextLeaf
from app.search.results import TermCount
from app.search.tokens import find_tokens

_MOST_TERMS = 12
_MOST_SIMILAR = 3
_SHORTEST = 3  # letters of a word that may be misspelt


def count_terms(index: SearchIndex, tree: Node) -> tuple[TermCount, ...]:
    """Return what each term of a query finds by itself, in order, and words like those that find nothing."""
    leaves = list(dict.fromkeys(find_leaves(tree)))[:_MOST_TERMS]
    return tuple(_count_term(index, leaf) for leaf in leaves)


def propose(tree: Node, terms: tuple[TermCount, ...]) -> str | None:
    """Return the query with each word that finds nothing replaced by the likest; None where there is none."""
    likest = {one.term: one.similar[0] for one in terms if one.similar}
    return render(_replace(tree, likest)) if likest else None


def _count_term(index: SearchIndex, leaf: TextLeaf) -> TermCount:
    count = index.search(Search(leaf, limit=0, counted=False)).total
    return TermCount(render(leaf), count, () if count else _find_similar(index, leaf))


def _find_similar(index: SearchIndex, leaf: TextLeaf) -> tuple[str, ...]:
    tokens = find_tokens(leaf.text) if isinstance(leaf, Word | Fuzzy) else []
    if len(tokens) != 1 or len(tokens[0]) < _SHORTEST:
        return ()
    counts = index.find_similar(tokens[0])
    ranked = sorted(counts, key=lambda word: (Levenshtein.distance(word, tokens[0]), -counts[word], word))
    return tuple(ranked[:_MOST_SIMILAR])


def _replace(tree: Node, likest: Mapping[str, str]) -> Node:
    match tree:
        case Word(_, field) | Fuzzy(_, _, field):
            return Word(likest[render(tree)], field) if render(tree) in likest else tree
        case All(parts):
            return All(tuple(_replace(part, likest) for part in parts))
        case Any(parts):
            return Any(tuple(_replace(part, likest) for part in parts))
    return tree
