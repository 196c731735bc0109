"""Entries of the index for tests, and the plain set algebra that every engine must agree with."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from app.search.columns import EXACT, entry_tokens, leaf_columns
from app.search.index import Entry
from app.search.query import All, Any, Dated, Everything, Exact, Fuzzy, Has, Near, Node, Not, OnPages, Pattern
from app.search.query.tree import TextLeaf
from app.search.results import EntryKind

_EMPTY = Entry(
    key="",
    kind=EntryKind.MESSAGE,
    sequence=0,
    document_key="d",
    releases=(),
    agencies=(),
    sender="",
    sender_key="",
    recipient_keys=(),
    to="",
    cc="",
    participants="",
    participant_keys=(),
    subject="",
    text="",
    quoted_text="",
    attachments="",
    traits=(),
    first_page=None,
    last_page=None,
    copies=0,
    first_day=None,
    last_day=None,
    sent_at=None,
    bates_numbers=(),
    exemptions=(),
)


def make_entry(key: str, text: str = "", *, sequence: int = 1, day: str = "", **fields: object) -> Entry:
    """Return an entry with this text; `day` is an ISO day, sent at midnight; other fields as in Entry."""
    if day:
        moment = datetime.fromisoformat(day)
        fields = {"first_day": moment.date(), "last_day": moment.date(), "sent_at": moment} | fields
    return replace(_EMPTY, key=key, text=text, sequence=sequence, **fields)  # type: ignore[arg-type]


def number_entries(entries: Sequence[Entry], first: int = 1) -> list[Entry]:
    """Return the entries with rising sequences."""
    return [replace(entry, sequence=first + number) for number, entry in enumerate(entries)]


def find_plainly(entries: Sequence[Entry], tree: Node) -> set[str]:
    """Return the keys that match, by set algebra over the tokens of each entry."""
    every = {entry.key for entry in entries}
    match tree:
        case Everything():
            return every
        case All(parts):
            return set.intersection(*(find_plainly(entries, part) for part in parts))
        case Any(parts):
            return set.union(*(find_plainly(entries, part) for part in parts))
        case Not(part):
            return every - find_plainly(entries, part)
        case Dated(first, last):
            return {entry.key for entry in entries if _overlaps(entry, first, last)}
        case OnPages(first_page, last_page):
            return {entry.key for entry in entries if _is_on(entry, first_page, last_page)}
        case Has(trait):
            return {entry.key for entry in entries if trait in entry.traits}
        case Exact(value, field):
            return {entry.key for entry in entries if value in _values(entry, EXACT[field])}
    return {entry.key for entry in entries if _has_leaf(entry, tree)}


def _overlaps(entry: Entry, first: date | None, last: date | None) -> bool:
    if entry.first_day is None or entry.last_day is None:
        return False
    return entry.first_day <= (last or date.max) and entry.last_day >= (first or date.min)


def _values(entry: Entry, column: str) -> tuple[str, ...]:
    values = getattr(entry, "exemptions" if column == "exemption_codes" else column)
    return (values,) if isinstance(values, str) else values


def _has_leaf(entry: Entry, leaf: TextLeaf) -> bool:
    tokens = entry_tokens(entry)
    for column in leaf_columns(leaf):
        row = tokens[column.name]
        if isinstance(leaf, Near):
            if all(_stand_near(row, one, other, leaf.distance) for one, other in pairwise(column.tokens)):
                return True
            continue
        wanted = [_test(leaf, token) for token in column.tokens]
        for start in range(len(row) - len(wanted) + 1):
            if all(test(row[start + number]) for number, test in enumerate(wanted)):
                return True
    return False


def _stand_near(row: Sequence[str], one: str, other: str, distance: int) -> bool:
    places = [(place, token) for place, token in enumerate(row) if token in (one, other)]
    return any(
        token != another and abs(place - second) - 1 <= distance
        for place, token in places
        for second, another in places
    )


def _is_on(entry: Entry, first: int, last: int | None) -> bool:
    if entry.first_page is None or entry.last_page is None:
        return False
    return any(
        first <= page and (last is None or page <= last) for page in range(entry.first_page, entry.last_page + 1)
    )


def count_edits(one: str, other: str) -> int:
    """Return how many letters must be added, left out or changed to make one word of the other."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        above, row = row, [number]
        for column, (diagonal, upper) in enumerate(pairwise(above)):
            row.append(min(upper + 1, row[-1] + 1, diagonal + (letter != other[column])))
    return row[-1]


def _test(leaf: TextLeaf, token: str) -> Callable[[str], bool]:
    if isinstance(leaf, Fuzzy):
        return lambda other: count_edits(other, token) <= leaf.distance
    if isinstance(leaf, Pattern):
        pattern = re.compile(token.replace("*", ".*").replace("?", "."))
        return lambda other: bool(pattern.fullmatch(other))
    return lambda other: other == token
