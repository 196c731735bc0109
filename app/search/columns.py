"""What every engine keeps of an entry, and where a query looks for its terms."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import pairwise
from types import MappingProxyType
from typing import Any as Untyped

from app.search.index import Entry
from app.search.query import Field, Fuzzy, Near, Node, Not, Pattern, Phrase, Word
from app.search.query.tree import All, Any, TextLeaf
from app.search.tokens import BREAK, find_patterns, find_tokens, stem_tokens

STEMMED = ("subject", "text", "quoted", "other")
SUGGESTED = ("subject", "participants", "text", "quoted")  # columns whose words stand for one that is misspelt
TEXT_COLUMNS = (
    "subject",
    "sender",
    "to",
    "cc",
    "participants",
    "text",
    "quoted",
    "other",
    "bates",
    "exemptions",
    "agency_words",
    "release_words",
)

NUMBER_COLUMNS = (
    "sequence", "oldest", "newest", "first_day", "last_day", "month", "year", "copies", "first_page", "last_page",
)  # fmt: skip

# The weight of a term by the column that it stands in.
SEARCHED: Mapping[Field | None, tuple[tuple[str, float], ...]] = MappingProxyType(
    {
        None: (
            ("subject", 4.0),
            ("sender", 2.0),
            ("participants", 1.5),
            ("text", 1.0),
            ("quoted", 0.5),
            ("other", 0.5),  # attachments' names, Bates numbers, exemptions
        ),
        Field.SENDER: (("sender", 1.0),),
        Field.TO: (("to", 1.0),),
        Field.CC: (("cc", 1.0),),
        Field.PARTICIPANT: (("participants", 1.0),),
        Field.SUBJECT: (("subject", 1.0),),
        Field.BODY: (("text", 1.0), ("quoted", 0.5)),
        Field.OWN: (("text", 1.0),),
        Field.QUOTED: (("quoted", 1.0),),
        Field.AGENCY: (("agency_words", 1.0),),
        Field.RELEASE: (("release_words", 1.0),),
        Field.BATES: (("bates", 1.0),),
        Field.EXEMPTION: (("exemptions", 1.0),),
    }
)
EXACT: Mapping[Field, str] = MappingProxyType(
    {
        Field.SENDER: "sender_key",
        Field.TO: "recipient_keys",
        Field.PARTICIPANT: "participant_keys",
        Field.AGENCY: "agencies",
        Field.RELEASE: "releases",
        Field.EXEMPTION: "exemption_codes",
    }
)
DIGEST = "digest"  # the column of the number that stands for the entry
TRAITS = "traits"  # the column of what an entry has and is
FACETS: Mapping[str, str] = MappingProxyType(
    {
        "release": "releases",
        "agency": "agencies",
        "from": "sender_key",
        "to": "recipient_keys",
        "exemption": "exemption_codes",
        "has": TRAITS,
        "year": "year",
    }
)

_EPOCH = datetime(1900, 1, 1)
_LATEST_S = 6_500_000_000  # seconds after the epoch: the year 2105; other dates sort as the nearest
_TIE_BITS = 30
_UNDATED_BITS = 60
_DIGEST_BITS = 60
_DATED_FROM = 1 << (_UNDATED_BITS - _TIE_BITS)


@dataclass(frozen=True, slots=True)
class LeafColumn:
    """A column in which the tokens of a leaf are looked for, and what they weigh there."""

    name: str
    tokens: tuple[str, ...]  # in a row; of a Pattern with "*" and "?"
    weight: float


def stem_column(column: str) -> str:
    """Return the name of the column that keeps the stems of another."""
    return f"{column}_stems"


def near_pairs(tokens: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words of which each must stand near the next."""
    return list(pairwise(tokens))


def leaf_columns(leaf: TextLeaf) -> list[LeafColumn]:
    """Return where to look for a leaf; nowhere if it has no token."""
    tokens = find_patterns(leaf.text) if isinstance(leaf, Pattern) else find_tokens(leaf.text)
    if not tokens:
        return []
    columns = []
    for column, weight in SEARCHED[leaf.field]:
        stemmed = isinstance(leaf, Word) and column in STEMMED
        name, wanted = (stem_column(column), stem_tokens(tokens)) if stemmed else (column, tokens)
        columns.append(LeafColumn(name, tuple(wanted), weight))
    return columns


def entry_tokens(entry: Entry) -> dict[str, list[str]]:
    """Return the tokens of an entry by column, stems included; a BREAK parts the values of a list."""
    tokens = {
        "subject": find_tokens(entry.subject),
        "sender": _list_tokens(entry.sender.splitlines()),
        "to": _list_tokens(entry.to.splitlines()),
        "cc": _list_tokens(entry.cc.splitlines()),
        "participants": _list_tokens(entry.participants.splitlines()),
        "text": find_tokens(entry.text),
        "quoted": find_tokens(entry.quoted_text),
        "other": _list_tokens([*entry.attachments.splitlines(), *entry.bates_numbers, *entry.exemptions]),
        "bates": _list_tokens(entry.bates_numbers),
        "exemptions": _list_tokens(entry.exemptions),
        "agency_words": _list_tokens(entry.agencies),
        "release_words": _list_tokens(entry.releases),
    }
    return tokens | {stem_column(column): stem_tokens(tokens[column]) for column in STEMMED}


def entry_fields(entry: Entry) -> dict[str, Untyped]:
    """Return the values of an entry by column, as engines with columns keep them: tokens joined by blanks."""
    fields: dict[str, Untyped] = {name: " ".join(tokens) for name, tokens in entry_tokens(entry).items()}
    fields |= {
        "releases": list(entry.releases),
        "agencies": list(entry.agencies),
        "participant_keys": list(entry.participant_keys),
        "recipient_keys": list(entry.recipient_keys),
        "exemption_codes": list(entry.exemptions),
        "sender_key": [entry.sender_key] if entry.sender_key else [],
        TRAITS: [str(trait) for trait in entry.traits],
        "sequence": entry.sequence,
        "oldest": oldest_rank(entry),
        "newest": newest_rank(entry),
        DIGEST: digest(entry),
    }
    if entry.copies:
        fields["copies"] = entry.copies
    if entry.first_page:
        fields["first_page"] = entry.first_page
        fields["last_page"] = entry.last_page or entry.first_page
    if entry.first_day:
        fields["first_day"] = entry.first_day.toordinal()
        fields["last_day"] = (entry.last_day or entry.first_day).toordinal()
        fields["month"] = entry.first_day.replace(day=1).toordinal()
        fields["year"] = entry.first_day.year
    return fields


def facet_values(entry: Entry) -> tuple[tuple[str, ...], ...]:
    """Return the values of an entry by facet, in the order of FACETS."""
    values = {
        "releases": entry.releases,
        "agencies": entry.agencies,
        "sender_key": (entry.sender_key,) if entry.sender_key else (),
        "recipient_keys": entry.recipient_keys,
        "exemption_codes": entry.exemptions,
        TRAITS: tuple(str(trait) for trait in entry.traits),
        "year": (f"{entry.first_day.year:04}",) if entry.first_day else (),
    }
    return tuple(values[column] for column in FACETS.values())


def digest(entry: Entry) -> int:
    """Return a number of 60 bits that stands for all that an entry says, but for its sequence."""
    same = replace(entry, sequence=0, participants="\n".join(sorted(entry.participants.splitlines())))
    return _hash(repr(same), _DIGEST_BITS)


def oldest_rank(entry: Entry) -> int:
    """Return a number of 63 bits that rises from the oldest entry to the newest, then the undated.

    Two entries have the same only if they share the second and a hash of 30 bits; undated, of 60.
    """
    seconds = _seconds(entry)
    if seconds is None:
        return (_LATEST_S + 1 << _TIE_BITS) + _hash(entry.key, _UNDATED_BITS)
    return (seconds << _TIE_BITS) | _hash(entry.key, _TIE_BITS)


def newest_rank(entry: Entry) -> int:
    """Return a number of 63 bits that falls from the newest entry to the oldest, then the undated."""
    seconds = _seconds(entry)
    if seconds is None:
        return _hash(entry.key, _UNDATED_BITS)
    return (_DATED_FROM + seconds << _TIE_BITS) | _hash(entry.key, _TIE_BITS)


# A value that an entry has or has not says nothing of how well it matches.
_UNRANKED = (Field.AGENCY, Field.RELEASE, Field.BATES, Field.EXEMPTION)


def has_scores(tree: Node) -> bool:
    """Tell whether matches of a query differ in relevance; where they do not, the newest come first."""
    match tree:
        case Word() | Phrase() | Near():
            return tree.field not in _UNRANKED
        case All(parts) | Any(parts):
            return any(has_scores(part) for part in parts)
        case Not() | Fuzzy() | Pattern():
            return False
    return False


def _list_tokens(values: Iterable[str]) -> list[str]:
    tokens: list[str] = []
    for value in values:
        if tokens:
            tokens.append(BREAK)
        tokens += find_tokens(value)
    return tokens


def _seconds(entry: Entry) -> int | None:
    moment = entry.sent_at or (datetime.combine(entry.first_day, time()) if entry.first_day else None)
    if moment is None:
        return None
    return min(max(int((moment.replace(tzinfo=None) - _EPOCH).total_seconds()), 0), _LATEST_S)


def _hash(key: str, bits: int) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> (64 - bits)
