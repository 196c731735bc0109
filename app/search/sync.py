"""Bring the record into the index: what waits in the queue, or all of it into a new index."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from app.database.connection import Sessions
from app.database.index_queue import IndexQueueRepository
from app.database.models import Message, Page
from app.errors import ArchiveError, IndexUnavailableError, IndexUnreachableError
from app.search.entries import EntryLoader
from app.search.home import IndexHome
from app.search.index import Entry, SearchIndex

log = logging.getLogger(__name__)

_BATCH = 2_000  # entries at a time
_WAIT_S = 10
_FEW = 5_000  # messages by their ids: some seconds


class Synchroniser:
    """The one writer of an archive's index."""

    def __init__(self, home: IndexHome, sessions: Sessions) -> None:
        self._home = home
        self._sessions = sessions

    def sync(self, wait_s: float = _WAIT_S) -> int:
        """Empty the queue and return the number of entries written.

        Where another process writes for longer than `wait_s` seconds the queue is left to the next call.
        """
        written = self.ensure_index(wait_s)
        if self._queue_is_empty():
            return written
        with self._home.writing(wait_s) as mine:
            if not mine:
                log.warning("index is being written by another process: the queue waits")
                return written
            return written + self._empty_queue()

    def rebuild(self, wait_s: float = _WAIT_S) -> int:
        """Make the index anew beside the live one, swap them, and return the number of entries written.

        Raises:
            IndexUnavailableError: another process writes.
        """
        with self._home.writing(wait_s) as mine:
            if not mine:
                raise IndexUnavailableError("Another process writes the index; try again when it has ended.")
            return self._fill()

    def ensure_index(self, wait_s: float = _WAIT_S) -> int:
        """See that there is an index that can be opened: one that cannot is made anew from the record.

        Returns the number of entries written. Where another process is at it, searches fail until it is done.
        """
        if self._is_open():
            return 0
        with self._home.writing(wait_s) as mine:
            if not mine or self._is_open():
                return 0
            self._home.retire_others()
            return self._fill()

    def _fill(self) -> int:
        with self._writing_told(), self._home.building() as index:
            written = index.fill(self._every_entry())
        self._empty_queue()  # what changed meanwhile went into the old index, or into none
        return written

    def is_quick(self) -> bool:
        """Tell whether `sync` has no index to make anew, or one of few entries.

        Raises:
            IndexUnreachableError: the server that keeps the index does not answer.
        """
        if self._is_open():
            return True
        with self._sessions() as session:
            return not IndexQueueRepository(session).find_indexable(Message, _FEW, 1)

    def _is_open(self) -> bool:
        try:
            self._home.live()
        except IndexUnreachableError:
            raise  # it may be sound: nothing is to be made anew
        except IndexUnavailableError as error:
            log.info("no index: %s", error)
            return False
        return True

    def _queue_is_empty(self) -> bool:
        with self._sessions() as session:
            return IndexQueueRepository(session).is_empty()

    def _empty_queue(self) -> int:
        index = self._home.live()
        written = 0
        while not self._queue_is_empty():
            written += self._write_batch(index)
        return written

    def _write_batch(self, index: SearchIndex) -> int:
        # The index commits within the transaction: a crash between the two repeats the batch, and adding
        # replaces. While it lasts nobody can change the rows that are on their way.
        with self._sessions.begin() as session:
            queue = IndexQueueRepository(session)
            now = datetime.now(UTC).replace(tzinfo=None)  # columns are UTC without saying so
            message_ids = queue.claim(Message, _BATCH, now)
            page_ids = queue.claim(Page, _BATCH, now)
            retired = queue.take_retired()
            loader = EntryLoader(session)
            sequence = index.newest_sequence() + 1
            entries = loader.load_messages(message_ids, sequence)
            entries += loader.load_pages(page_ids, sequence + len(entries))
            with self._writing_told():
                index.update(entries, retired)
        return len(entries)

    @contextmanager
    def _writing_told(self) -> Iterator[None]:
        """Say for a person that the index could not be written; the queue is as it was."""
        try:
            yield
        except ArchiveError:
            raise
        except (OSError, ValueError) as error:  # tantivy raises ValueError for a full disk
            log.info("index not written", exc_info=True)
            raise IndexUnavailableError(
                f"The index in {self._home.folder.absolute()} cannot be written ({error}). What was read is kept, and "
                "waits for the index: see to that disk and run the same again."
            ) from error

    def _every_entry(self) -> Iterator[list[Entry]]:
        sequence = 1
        for model in (Message, Page):
            last_id = 0
            while True:
                with self._sessions() as session:
                    ids = IndexQueueRepository(session).find_indexable(model, last_id, _BATCH)
                    if not ids:
                        break
                    loader = EntryLoader(session)
                    load = loader.load_messages if model is Message else loader.load_pages
                    entries = load(ids, sequence)
                last_id = ids[-1]
                sequence += len(entries)
                yield entries
