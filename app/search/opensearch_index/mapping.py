"""What OpenSearch keeps of an entry."""

from typing import Any as Untyped

from app.search.columns import EXACT, STEMMED, TEXT_COLUMNS, TRAITS, entry_tokens, newest_rank, oldest_rank, stem_column
from app.search.index import SCHEMA_VERSION, Entry

PREFIX = f"readingroom-v{SCHEMA_VERSION}"  # of every index, and the alias of those that are live

_NUMBERS = (
    "sequence", "oldest", "newest", "first_day", "last_day", "month", "year", "copies", "first_page", "last_page",
)  # fmt: skip


def make_template() -> dict[str, Untyped]:
    """Return the index template: the settings and the fields of each index whose name has our prefix."""
    fields: dict[str, Untyped] = {column: {"type": "keyword"} for column in (*EXACT.values(), TRAITS)}
    # Tokens come joined by blanks: the server cuts them there and folds nothing.
    for column in (*TEXT_COLUMNS, *map(stem_column, STEMMED)):
        fields[column] = {"type": "text", "analyzer": "whitespace"}
    fields |= {column: {"type": "long"} for column in _NUMBERS}
    settings = {
        "number_of_shards": 1,  # counts of several are guesses, and so are scores
        "auto_expand_replicas": "0-1",  # a copy where there is a second node
        "refresh_interval": "-1",  # `update` does it
    }
    # The record keeps the texts; the index need not be able to give them back.
    mappings = {"dynamic": "strict", "_source": {"enabled": False}, "properties": fields}
    return {
        "index_patterns": [f"{PREFIX}-*"],
        "priority": 200,
        "template": {"settings": {"index": settings}, "mappings": mappings},
    }


def make_fields(entry: Entry) -> dict[str, Untyped]:
    """Return the fields of an entry as JSON has them; its key is the document's own."""
    fields: dict[str, Untyped] = {name: " ".join(tokens) for name, tokens in entry_tokens(entry).items()}
    fields |= {
        "releases": entry.releases,
        "agencies": entry.agencies,
        "participant_keys": entry.participant_keys,
        "recipient_keys": entry.recipient_keys,
        "exemption_codes": entry.exemptions,
        TRAITS: [str(trait) for trait in entry.traits],
        "sender_key": [entry.sender_key] if entry.sender_key else [],
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
