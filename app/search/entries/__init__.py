"""Make the entries of the index from the rows of the record, many at a time."""

from app.search.entries.loader import EntryLoader

__all__ = ["EntryLoader"]
