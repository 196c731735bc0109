"""Plain tantivy, without our protocol: the limit of what the default engine can do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Query

from app.search.columns import (
    EXACT,
    FACETS,
    NUMBER_COLUMNS,
    STEMMED,
    TEXT_COLUMNS,
    TRAITS,
    leaf_columns,
    newest_rank,
    oldest_rank,
    stem_column,
)
from app.search.filters import make_choices, make_filters
from app.search.index import Entry
from app.search.query import All, Dated, Everything, Exact, Fuzzy, Node, Pattern, Phrase, Word, all_of, parse
from app.search.query import Any as AnyOf
from app.search.results import Order, SearchRequest
from app.search.tantivy_index.schema import PEOPLE, PERSON_NUMBERS, person_number
from tests.benchmarks.search.cases import Case, Found

_HEAP_BYTES = 150_000_000  # as our engine's when it fills an index
_MOST_VALUES, _MOST_COUNTED = 60, 60_000  # as our engine counts
_COUNTED = {**FACETS, **PERSON_NUMBERS}
_YEAR_DAYS = 366  # a result within so many is also counted by day


def write_bare_index(folder: Path, entries: Sequence[Entry]) -> None:
    """Write the fields that our index has, as plain text that tantivy cuts, by one writer and in one commit."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for column in (*EXACT.values(), TRAITS):
        builder.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(PEOPLE, tokenizer_name="raw", index_option="basic")
    for column in PERSON_NUMBERS.values():
        builder.add_integer_field(column, fast=True)
    for column in TEXT_COLUMNS:
        builder.add_text_field(column, tokenizer_name="default", index_option="position")
    for column in STEMMED:
        builder.add_text_field(stem_column(column), tokenizer_name="en_stem", index_option="position")
    for column in NUMBER_COLUMNS:
        builder.add_integer_field(column, indexed=True, fast=True)
    schema = builder.build()
    writer = tantivy.Index(schema, str(folder)).writer(_HEAP_BYTES, num_threads=1)
    for entry in entries:
        writer.add_document(tantivy.Document.from_dict(_fields(entry), schema))
    writer.commit()
    writer.wait_merging_threads()


def _fields(entry: Entry) -> dict[str, Any]:
    other = "\n".join((entry.attachments, *entry.bates_numbers, *entry.exemptions))
    day = entry.first_day.toordinal() if entry.first_day else 0
    texts = {"subject": entry.subject, "text": entry.text, "quoted": entry.quoted_text, "other": other}
    return {
        **texts,
        **{stem_column(name): value for name, value in texts.items()},
        "key": entry.key,
        "sender": entry.sender,
        "to": entry.to,
        "cc": entry.cc,
        "participants": entry.participants,
        "bates": " ".join(entry.bates_numbers),
        "exemptions": " ".join(entry.exemptions),
        "agency_words": " ".join(entry.agencies),
        "release_words": " ".join(entry.releases),
        "releases": list(entry.releases),
        "agencies": list(entry.agencies),
        "participant_keys": list(entry.participant_keys),
        "recipient_keys": list(entry.recipient_keys),
        "exemption_codes": list(entry.exemptions),
        "sender_key": [entry.sender_key] if entry.sender_key else [],
        PEOPLE: [f"{person_number(key)}:{key}" for key in {entry.sender_key, *entry.recipient_keys} if key],
        "sender_number": [person_number(entry.sender_key)] if entry.sender_key else [],
        "recipient_numbers": [person_number(key) for key in entry.recipient_keys],
        TRAITS: [str(trait) for trait in entry.traits],
        "sequence": entry.sequence,
        "oldest": oldest_rank(entry),
        "newest": newest_rank(entry),
        "first_day": day,
        "last_day": day,
        "month": day,
        "year": day // 365,
    }


class BareTantivy:
    """Searches the files of our index by tantivy alone; queries are built off the clock."""

    def __init__(self, folder: Path) -> None:
        index = tantivy.Index.open(str(folder))
        self._schema = index.schema
        self._searcher = index.searcher()

    def prepare(self, case: Case, *, counts: bool) -> Callable[[], Found]:
        """Return what answers a case: a page of keys, and with `counts` what our engine counts of the result."""
        query, countings = self._compile(case.request), self._countings(case.request) if counts else []
        by_date = case.request.order_by is not Order.RELEVANCE
        order: dict[str, Any] = {"order_by_field": "newest", "order": tantivy.Order.Desc} if by_date else {}

        def search() -> Found:
            hits = self._searcher.search(
                query, limit=case.request.per_page, offset=case.offset, count=False, **order
            ).hits
            keys = tuple(str(self._searcher.doc(address).get_first("key")) for _, address in hits)
            answers = [self._searcher.aggregate(counted, wanted) for counted, wanted in countings]
            return Found(int(answers[0]["total"]["value"]) if answers else None, keys)

        return search

    def _countings(self, request: SearchRequest) -> list[tuple[Query, dict[str, Any]]]:
        """Return what is counted of which result: a facet in which something is chosen, without that choice."""
        choices, whole = make_choices(request), self._compile(request)
        wanted = {name: _terms(column, _MOST_VALUES) for name, column in _COUNTED.items() if name not in choices}
        wanted["months"] = _terms("month", _MOST_COUNTED)
        first_days = self._searcher.aggregate(whole, {end: {end: {"field": "first_day"}} for end in ("min", "max")})
        if first_days["max"]["value"] and first_days["max"]["value"] - first_days["min"]["value"] <= _YEAR_DAYS:
            wanted["days"] = _terms("first_day", _MOST_COUNTED)
        wanted["total"] = {"value_count": {"field": "sequence"}}
        return [
            (whole, wanted),
            *((self._compile(request, without=name), {name: _terms(_COUNTED[name], _MOST_VALUES)}) for name in choices),
        ]

    def _compile(self, request: SearchRequest, without: str | None = None) -> Query:
        query = self._node(parse(request.q).tree)
        choices = [tree for name, tree in make_choices(request).items() if name != without]
        filters = all_of([make_filters(request), *choices])
        if isinstance(filters, Everything):
            return query
        return _must([query, Query.const_score_query(self._node(filters), 0.0)])

    def _node(self, tree: Node) -> Query:
        match tree:
            case Everything():
                return Query.const_score_query(Query.all_query(), 0.0)
            case All(parts):
                return _must([self._node(part) for part in parts])
            case AnyOf(parts):
                return _should([self._node(part) for part in parts])
            case Exact(value, field):
                return Query.const_score_query(Query.term_query(self._schema, EXACT[field], value, "basic"), 0.0)
            case Dated(first, last):
                begins = self._days("first_day", None, last.toordinal() if last else None)
                return _must([begins, self._days("last_day", first.toordinal() if first else None, None)])
            case Word() | Phrase() | Pattern() | Fuzzy():
                return self._leaf(tree)
        raise NotImplementedError(f"no case asks for {tree}")

    def _days(self, column: str, low: int | None, high: int | None) -> Query:
        days = Query.range_query(self._schema, column, tantivy.FieldType.Integer, low, high)
        return Query.const_score_query(days, 0.0)

    def _leaf(self, leaf: Word | Phrase | Pattern | Fuzzy) -> Query:
        parts = []
        for column in leaf_columns(leaf):
            name, tokens = column.name, list[Any](column.tokens)
            if isinstance(leaf, Fuzzy):
                part = Query.fuzzy_term_query(
                    self._schema, name, tokens[0], leaf.distance, transposition_cost_one=False
                )
            elif isinstance(leaf, Pattern):
                part = Query.regex_query(self._schema, name, tokens[0].replace("*", ".*"))
            elif len(tokens) > 1:
                part = Query.phrase_query(self._schema, name, tokens)
            else:
                part = Query.term_query(self._schema, name, tokens[0])
            parts.append(Query.boost_query(part, column.weight))
        return _should(parts)


def _terms(column: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": column, "size": size, "segment_size": _MOST_COUNTED}}


def _must(parts: list[Query]) -> Query:
    return Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _should(parts: list[Query]) -> Query:
    return Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


@contextmanager
def open_bare(index_folder: Path) -> Iterator[BareTantivy]:
    """Open the live index of our engine, in the folder of its indexes, for plain tantivy."""
    yield BareTantivy(index_folder / (index_folder / "current").read_text().strip())
