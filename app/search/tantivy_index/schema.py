"""What tantivy keeps of an entry."""

import hashlib
from typing import Any

import tantivy

from app.search.columns import (
    EXACT,
    STEMMED,
    TEXT_COLUMNS,
    TRAITS,
    entry_tokens,
    newest_rank,
    oldest_rank,
    stem_column,
)
from app.search.index import Entry

# All numbers are i64: a Python int sent to a u64 field as i64 kills the indexing thread.
PEOPLE = "people"  # the number and the key of each person
# Facets of many values are counted by numbers: tantivy puts those of several segments together ten times faster.
PERSON_NUMBERS = {"from": "sender_number", "to": "recipient_numbers"}
_NUMBERS = (
    "sequence", "oldest", "newest", "first_day", "last_day", "month", "year", "copies", "first_page", "last_page",
)  # fmt: skip


def make_schema() -> tantivy.Schema:
    """Return the columns: tokens with their places, keys and slugs whole, numbers."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for column in (*EXACT.values(), TRAITS):
        builder.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(PEOPLE, tokenizer_name="raw", index_option="basic")
    for column in PERSON_NUMBERS.values():
        builder.add_integer_field(column, fast=True)
    for column in (*TEXT_COLUMNS, *(stem_column(column) for column in STEMMED)):
        builder.add_text_field(column, tokenizer_name="whitespace", index_option="position")
    for column in _NUMBERS:
        builder.add_integer_field(column, indexed=True, fast=True)
    return builder.build()


def person_number(key: str) -> int:
    """Return a number that stands for a person's key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 2


def make_fields(entry: Entry) -> dict[str, Any]:
    """Return the values of an entry by column."""
    fields: dict[str, Any] = {name: " ".join(tokens) for name, tokens in entry_tokens(entry).items()}
    fields |= {
        "key": entry.key,
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
