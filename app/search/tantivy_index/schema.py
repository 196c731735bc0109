"""What tantivy keeps of an entry."""

import hashlib
from typing import Any

import tantivy

from app.search.columns import DIGEST, EXACT, NUMBER_COLUMNS, STEMMED, TEXT_COLUMNS, TRAITS, entry_fields, stem_column
from app.search.index import Entry

PEOPLE = "people"  # the number and the key of each person
# Facets of many values are counted by numbers: tantivy puts those of several segments together ten times faster.
PERSON_NUMBERS = {"from": "sender_number", "to": "recipient_numbers"}


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
    # All numbers are i64: a Python int sent to a u64 field as i64 kills the indexing thread.
    for column in NUMBER_COLUMNS:
        builder.add_integer_field(column, indexed=True, fast=True)
    builder.add_integer_field(DIGEST, stored=True)
    return builder.build()


def person_number(key: str) -> int:
    """Return a number that stands for a person's key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 2


def make_fields(entry: Entry) -> dict[str, Any]:
    """Return the values of an entry by column."""
    return entry_fields(entry) | {
        "key": entry.key,
        PEOPLE: [f"{person_number(key)}:{key}" for key in {entry.sender_key, *entry.recipient_keys} if key],
        "sender_number": [person_number(entry.sender_key)] if entry.sender_key else [],
        "recipient_numbers": [person_number(key) for key in entry.recipient_keys],
    }
