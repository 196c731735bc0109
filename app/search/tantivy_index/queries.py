"""Compile the tree of a query for tantivy."""

from datetime import date

import tantivy

from app.search.columns import EXACT, TRAITS, LeafColumn, leaf_columns, near_pairs
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


class Compiler:
    """Makes tantivy's queries for one schema; what only filters has no score."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def compile(self, tree: Node) -> tantivy.Query:
        """Return the query for a tree."""
        match tree:
            case Everything():
                return _unscored(tantivy.Query.all_query())
            case All(parts):
                return must(*(self.compile(part) for part in parts))
            case Any(parts):
                return should(*(self.compile(part) for part in parts))
            case Not(part):
                everything = (tantivy.Occur.Must, self.compile(Everything()))
                return tantivy.Query.boolean_query([everything, (tantivy.Occur.MustNot, self.compile(part))])
            case Dated(first, last):
                begins_by = self.within("first_day", None, (last or date.max).toordinal())
                return must(begins_by, self.within("last_day", (first or date.min).toordinal(), None))
            case OnPages(first_page, last_page):
                ends_from = self.within("last_page", first_page, None)
                return must(ends_from, self.within("first_page", None, last_page)) if last_page else ends_from
            case Has(trait):
                return self.exact(TRAITS, str(trait))
            case Exact(value, field):
                return self.exact(EXACT[field], value)
        return self._compile_leaf(tree)

    def filter(self, tree: Node) -> tantivy.Query:
        """Return the query for a tree, without a score."""
        return _unscored(self.compile(tree))

    def exact(self, column: str, value: str) -> tantivy.Query:
        """Return what has exactly this value in a column."""
        return _unscored(tantivy.Query.term_query(self._schema, column, value, "basic"))

    def among(self, column: str, values: list[int]) -> tantivy.Query:
        """Return what has one of these numbers in a column."""
        return _unscored(tantivy.Query.term_set_query(self._schema, column, values))

    def within(self, column: str, low: int | None, high: int | None) -> tantivy.Query:
        """Return what has a number between these, both inclusive, in a column; None: open."""
        return _unscored(tantivy.Query.range_query(self._schema, column, tantivy.FieldType.Integer, low, high))

    def _compile_leaf(self, leaf: TextLeaf) -> tantivy.Query:
        columns = [self._compile_column(leaf, column) for column in leaf_columns(leaf)]
        return should(*columns) if columns else tantivy.Query.empty_query()

    def _compile_column(self, leaf: TextLeaf, column: LeafColumn) -> tantivy.Query:
        name, tokens = column.name, list(column.tokens)
        match leaf:
            case Fuzzy(_, distance):
                found = tantivy.Query.fuzzy_term_query(
                    self._schema, name, tokens[0], distance, transposition_cost_one=False
                )
            case Pattern():
                found = self._pattern(name, [token.replace("*", ".*").replace("?", ".") for token in tokens])
            case Near(_, distance):
                # tantivy counts a pair in the wrong order as two words farther apart: so it is asked both ways.
                found = must(
                    *(
                        should(self._row(name, [one, other], distance), self._row(name, [other, one], distance))
                        for one, other in near_pairs(tokens)
                    )
                )
            case Word() | Phrase():
                found = self._row(name, tokens)
        return tantivy.Query.boost_query(found, column.weight)

    def _pattern(self, column: str, patterns: list[str]) -> tantivy.Query:
        if len(patterns) == 1:
            return tantivy.Query.regex_query(self._schema, column, patterns[0])
        return tantivy.Query.regex_phrase_query(self._schema, column, list[str | tuple[int, str]](patterns))

    def _row(self, column: str, tokens: list[str], distance: int = 0) -> tantivy.Query:
        if len(tokens) == 1:
            return tantivy.Query.term_query(self._schema, column, tokens[0])
        return tantivy.Query.phrase_query(self._schema, column, list[str | tuple[int, str]](tokens), distance)


def must(*parts: tantivy.Query) -> tantivy.Query:
    """Return what matches all parts."""
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def should(*parts: tantivy.Query) -> tantivy.Query:
    """Return what matches one part or more."""
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


def prefer(query: tantivy.Query, preferred: tantivy.Query, score: float) -> tantivy.Query:
    """Return what matches `query`, with so much more of a score where it matches `preferred` too."""
    raised = tantivy.Query.const_score_query(preferred, score)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Should, raised)])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
