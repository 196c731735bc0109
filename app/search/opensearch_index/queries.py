"""Translate the tree of a query into OpenSearch's query language."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any as Untyped

from app.search.columns import EXACT, TRAITS, LeafColumn, leaf_columns, near_pairs
from app.search.opensearch_index.shares import COMPLAINT, MOST_TERMS, Share
from app.search.query import (
    All,
    Any,
    Dated,
    Everything,
    Exact,
    Fuzzy,
    Has,
    Near,
    Node,
    Not,
    OnPages,
    Pattern,
    Phrase,
    Word,
)
from app.search.query.tree import TextLeaf

Query = dict[str, Untyped]


class Compiler:
    """Translates trees; it knows which patterns are crowded, from the server's complaints about earlier tries."""

    def __init__(self) -> None:
        self._crowded: set[Share] = set()
        self._shares: list[Share] = []  # by the number that the server's complaint has

    def take_complaint(self, reason: str) -> bool:
        """Tell whether another try may go well: the server complained about a pattern that can be divided."""
        found = COMPLAINT.search(reason)
        if not found:
            return False
        share = self._shares[int(found[1])]
        if share in self._crowded or not share.can_be_divided:
            return False
        self._crowded.add(share)
        return True

    def compile(self, tree: Node) -> Query:
        """Return the query; what the tree does not score adds nothing to the score."""
        match tree:
            case Everything():
                return _unscored({"match_all": {}})
            case All(parts):
                return must(*(self.compile(part) for part in parts))
            case Any(parts):
                return _any([self.compile(part) for part in parts])
            case Not(part):
                return _unscored({"bool": {"must_not": [self.compile(part)]}})
            case Dated(first, last):
                begins_by, ends_from = (last or date.max).toordinal(), (first or date.min).toordinal()
                return must(within("first_day", None, begins_by), within("last_day", ends_from, None))
            case OnPages(first_page, last_page):
                return must(within("last_page", first_page, None), within("first_page", None, last_page))
            case Has(trait):
                return _unscored({"term": {TRAITS: str(trait)}})
            case Exact(value, field):
                return _unscored({"term": {EXACT[field]: value}})
        columns = leaf_columns(tree)
        return _any([self._compile_column(tree, column) for column in columns]) if columns else {"match_none": {}}

    def _compile_column(self, leaf: TextLeaf, column: LeafColumn) -> Query:
        name, tokens = column.name, column.tokens
        match leaf:
            case Fuzzy(_, distance):
                # With this rewrite no expansion is left out, whatever their number.
                options = {"fuzziness": distance, "transpositions": False, "rewrite": "constant_score"}
                return _constant({"fuzzy": {name: {"value": tokens[0], **options}}}, column.weight)
            case Pattern() if len(tokens) == 1:
                pattern = {"value": tokens[0], "rewrite": "constant_score"}
                return _constant({"wildcard": {name: pattern}}, column.weight)
            case Pattern():
                rules = [self._find_rule(name, token) for token in tokens]
                return _constant({"intervals": {name: _in_a_row(rules)}}, column.weight)
            case Near(_, distance):
                return must(*(_near(name, pair, distance, column.weight) for pair in near_pairs(tokens)))
            case Word() | Phrase() if len(tokens) == 1:
                return {"term": {name: {"value": tokens[0], "boost": column.weight}}}
        return {"match_phrase": {name: {"query": " ".join(tokens), "boost": column.weight}}}

    def _find_rule(self, column: str, token: str) -> Query:
        if not {*token} & {*"*?"}:
            return {"match": {"query": token}}
        rules = [*self._spread(Share.all_of(column, token))]
        return rules[0] if len(rules) == 1 else {"any_of": {"intervals": rules}}

    def _spread(self, share: Share) -> Iterator[Query]:
        """Yield rules that together stand for the terms of a share, each for no more than the server allows."""
        if share in self._crowded:
            for part in share.divide():
                yield from self._spread(part)
            return
        self._shares.append(share)
        yield {"regexp": {"pattern": share.expression(len(self._shares) - 1), "max_expansions": MOST_TERMS}}


def must(*queries: Query, filters: Sequence[Query] = ()) -> Query:
    """Return what matches all queries, which add up their scores, and all filters, which have none."""
    return {"bool": {"must": queries} | ({"filter": filters} if filters else {})}


def prefer(query: Query, preferred: Query, score: float) -> Query:
    """Return what matches `query`, with so much more of a score where it matches `preferred` too."""
    return {"bool": {"must": [query], "should": [_constant(preferred, score)]}}


def within(column: str, low: int | None, high: int | None) -> Query:
    """Return what has a number between these, both inclusive, in a column; None: open. It has no score."""
    ends = {"gte": low, "lte": high}
    return _unscored({"range": {column: {name: end for name, end in ends.items() if end is not None}}})


def among(column: str, values: Sequence[int]) -> Query:
    """Return what has one of these numbers in a column."""
    return _unscored({"terms": {column: values}})


def make_suggestion(word: str, column: str) -> Query:
    """Return the suggester of words of a column like this one: two letters other, with the same first one.

    It counts two letters that changed places as one; who asks leaves out what is too far off.
    """
    most = 1000
    limits = {"size": most, "shard_size": most, "prefix_length": 1, "min_word_length": 1, "max_edits": 2}
    # Without these it leaves out words that are rare, or asks nothing of a word that is frequent.
    limits |= {"max_term_freq": 2_000_000_000, "accuracy": 0, "min_doc_freq": 0, "max_inspections": 10}
    return {"text": word, "term": {"field": column, "suggest_mode": "always", "sort": "frequency"} | limits}


def _near(column: str, pair: tuple[str, str], distance: int, weight: float) -> Query:
    words = [{"span_term": {column: {"value": word}}} for word in pair]
    return {"span_near": {"clauses": words, "slop": distance, "in_order": False, "boost": weight}}


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _in_a_row(rules: list[Query]) -> Query:
    return {"all_of": {"mode": "ordered", "max_gaps": 0, "intervals": rules}}


def _unscored(query: Query) -> Query:
    return _constant(query, 0.0)


def _constant(query: Query, score: float) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}
