"""The entries of an archive, from its database, for the engines that ours is compared with."""

from collections.abc import Iterator

from app.database.connection import Sessions
from app.database.index_queue import IndexQueueRepository
from app.database.models import Message
from app.search.entries import EntryLoader
from app.search.index import Entry

_BATCH = 1_000


def every_entry(sessions: Sessions) -> Iterator[list[Entry]]:
    """Yield the entries of all messages, some at a time."""
    last_id, sequence = 0, 1
    while True:
        with sessions() as session:
            ids = IndexQueueRepository(session).find_indexable(Message, last_id, _BATCH)
            if not ids:
                return
            entries = EntryLoader(session).load_messages(ids, sequence)
        yield entries
        last_id, sequence = ids[-1], sequence + len(entries)
