"""Translate the tree of a query into OpenSearch's query language."""

from collections.abc import Iterator
from datetime import date
from typing import Any as Untyped

from app.search.columns import EXACT, LeafColumn, leaf_columns
from app.search.opensearch_index.shares import COMPLAINT, MOST_TERMS, Share
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Node, Not, Pattern, Phrase, Word
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
                return {"bool": {"must": [self.compile(part) for part in parts]}}
            case Any(parts):
                return _any([self.compile(part) for part in parts])
            case Not(part):
                return _unscored({"bool": {"must_not": [self.compile(part)]}})
            case Dated(first, last):
                return _dated(first, last)
            case Has():
                return _unscored({"term": {"has_attachment": True}})
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


def at_most(column: str, number: int) -> Query:
    """Return the query for entries whose number in a column is this or less."""
    return {"range": {column: {"lte": number}}}


def _dated(first: date | None, last: date | None) -> Query:
    begins_by = (last or date.max).toordinal()
    ends_from = (first or date.min).toordinal()
    days = [{"range": {"first_day": {"lte": begins_by}}}, {"range": {"last_day": {"gte": ends_from}}}]
    return _unscored({"bool": {"filter": days}})


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _in_a_row(rules: list[Query]) -> Query:
    return {"all_of": {"mode": "ordered", "max_gaps": 0, "intervals": rules}}


def _unscored(query: Query) -> Query:
    return _constant(query, 0.0)


def _constant(query: Query, score: float) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}
