"""What OpenSearch keeps of an entry."""

from typing import Any as Untyped

from app.search.columns import DIGEST, EXACT, NUMBER_COLUMNS, STEMMED, TEXT_COLUMNS, TRAITS, stem_column
from app.search.index import SCHEMA_VERSION

PREFIX = f"readingroom-v{SCHEMA_VERSION}"  # of every index, and the alias of those that are live


def make_template() -> dict[str, Untyped]:
    """Return the index template: the settings and the fields of each index whose name has our prefix."""
    fields: dict[str, Untyped] = {column: {"type": "keyword"} for column in (*EXACT.values(), TRAITS)}
    # Tokens come joined by blanks: the server cuts them there and folds nothing.
    for column in (*TEXT_COLUMNS, *map(stem_column, STEMMED)):
        fields[column] = {"type": "text", "analyzer": "whitespace"}
    fields |= {column: {"type": "long"} for column in NUMBER_COLUMNS}
    fields[DIGEST] = {"type": "long", "index": False}
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
