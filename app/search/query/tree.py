"""The tree of a query, and its writing as a query of our language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.search.dates import Days, parse_days

_ANCHOR = 2  # letters before the first "*" that make a pattern cheap


class Field(StrEnum):
    """Where a term is looked for, by the name that a query uses."""

    SENDER = "from"
    TO = "to"  # every recipient
    CC = "cc"
    PARTICIPANT = "participant"  # everyone in any role, also of quoted messages
    SUBJECT = "subject"
    BODY = "body"  # own and quoted text
    OWN = "own"  # the sender's own words
    QUOTED = "quoted"  # what is quoted below them
    AGENCY = "agency"
    RELEASE = "release"
    BATES = "bates"
    EXEMPTION = "exemption"


class Trait(StrEnum):
    """What an entry may have."""

    ATTACHMENT = "attachment"
    REDACTION = "redaction"
    QUOTED = "quoted"  # text below the sender's own
    WITHHELD_SENDER = "withheld-sender"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every entry: the query that asks nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """An unquoted word, stemmed; one of several tokens ("W-2") stands for them in a row."""

    text: str
    field: Field | None = None  # None: anywhere


@dataclass(frozen=True, slots=True)
class Phrase:
    """Quoted words, exactly and in a row."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Words of which each stands near the next in the list, exactly as written.

    Between the two are at most `distance` other words, in either order. Of a word that is named
    twice the first place counts.
    """

    text: str
    distance: int
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word in which "*" stands for any characters and "?" for one."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word with up to `distance` letters added, left out or changed."""

    text: str
    distance: int
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date within these days, both inclusive; a month that overlaps them counts. None: open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class OnPages:
    """Stands on one of these pages of its document, both inclusive; None: to the end."""

    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Has:
    """Has something of this kind, or is so."""

    trait: Trait


@dataclass(frozen=True, slots=True)
class Exact:
    """Has exactly this key, slug or code in a field of such: a filter, which the language cannot say.

    The field is SENDER, TO, PARTICIPANT, AGENCY, RELEASE or EXEMPTION.
    """

    value: str
    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever does not match the part."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """Whatever matches every part; at least two."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Whatever matches one part or more; at least two."""

    parts: tuple["Node", ...]


TextLeaf = Word | Phrase | Near | Pattern | Fuzzy
Node = Everything | TextLeaf | Dated | OnPages | Has | Exact | Not | All | Any


def find_leaves(tree: Node) -> Iterator[TextLeaf]:
    """Yield the terms of a tree in order, but for those that must not match."""
    match tree:
        case Word() | Phrase() | Near() | Pattern() | Fuzzy():
            yield tree
        case All(parts) | Any(parts):
            for part in parts:
                yield from find_leaves(part)


def find_cost(tree: Node) -> int:
    """Return about how much a query asks of an engine; one word is 1.

    What stands for many words costs most: a misspelt word, and a pattern, above all one without
    letters to begin with, for which every word of the index is looked at.
    """
    match tree:
        case All(parts) | Any(parts):
            return sum(find_cost(part) for part in parts)
        case Not(part):
            return find_cost(part)
        case Fuzzy():
            return 40
        case Pattern(text):
            return 20 if len(re.split(r"[*?]", text)[0]) >= _ANCHOR else 200
        case Near(text):
            return 8 * len(text.split())
        case Word(text) | Phrase(text):
            return 1 + len(text) // 4
    return 1


def all_of(parts: Iterable[Node]) -> Node:
    """Join parts so that all must match, without needless nesting."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    flat = [part for part in flat if not isinstance(part, Everything)]
    if not flat:
        return Everything()
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Node]) -> Node:
    """Join parts so that one must match, without needless nesting; of no parts everything matches."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Any) else [part])
    if not flat or any(isinstance(part, Everything) for part in flat):
        return Everything()
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def negate(part: Node) -> Node:
    """Return what matches the rest; a double negation is taken off."""
    return part.part if isinstance(part, Not) else Not(part)


def render(tree: Node) -> str:
    """Write the tree as a query; `parse` makes the same tree of it."""
    match tree:
        case Everything():
            return ""
        case All(parts):
            return " AND ".join(_render_part(part) for part in parts)
        case Any(parts):
            return " OR ".join(_render_part(part) for part in parts)
        case Not(part):
            return f"NOT {_render_part(part)}"
        case Dated(first, last):
            return f"date:{_render_days(Days(first, last))}"
        case OnPages(first, last):
            return f"page:{first}" if last == first else f"page:{first}..{last or ''}"
        case Has(trait):
            return f"{'is' if trait is Trait.WITHHELD_SENDER else 'has'}:{trait}"
        case Exact(value, field):
            return f'{field}:"{value}"'
    return _render_leaf(tree)


def _render_part(part: Node) -> str:
    return f"({render(part)})" if isinstance(part, All | Any) else render(part)


def _render_leaf(leaf: TextLeaf) -> str:
    prefix = f"{leaf.field}:" if leaf.field else ""
    match leaf:
        case Phrase(text):
            return f'{prefix}"{text}"'
        case Near(text, distance):
            return f'{prefix}"{text}"~{distance}'
        case Fuzzy(text, distance):
            return f"{prefix}{text}~{distance}"
    return prefix + leaf.text


def _render_days(days: Days) -> str:
    first = days.first.isoformat() if days.first else ""
    last = days.last.isoformat() if days.last else ""
    for short in (first[:4], first[:7], first):
        if first and parse_days(short) == days:
            return short
    return f"{first}..{last}"
