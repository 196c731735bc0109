"""Bring the record into the index: what waits in the queue, or all of it into a new index."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.config import Settings
from app.database.connection import Sessions
from app.database.index_queue import IndexQueueRepository
from app.database.models import Message, Page
from app.database.readers import ANYONE, KEEPER, ReaderSessions
from app.errors import ArchiveError, IndexUnavailableError, IndexUnreachableError
from app.search.entries import EntryLoader
from app.search.home import IndexHome
from app.search.index import Entry, SearchIndex

log = logging.getLogger(__name__)

_BATCH = 2_000  # entries at a time
_WAIT_S = 10
_FEW = 5_000  # messages by their ids: some seconds


@dataclass(frozen=True, slots=True)
class Closed:
    """What there is besides the public index: the home of the index of all records, and who may read what."""

    home: IndexHome
    readers: ReaderSessions


@contextmanager
def open_homes(settings: Settings, readers: ReaderSessions | None) -> Iterator[tuple[IndexHome, Closed | None]]:
    """Give the home of the public index, and what there is besides; without `readers` all is public."""
    home = IndexHome(settings)
    closed = Closed(IndexHome(settings, is_public=False), readers) if readers else None
    try:
        yield home, closed
    finally:
        home.close()
        if closed:
            closed.home.close()


@dataclass(frozen=True, slots=True)
class FedIndex:
    """An index, and the database as those see it whom it answers."""

    home: IndexHome
    sessions: Sessions
    is_narrowed: bool  # they do not see all
    names_worlds: bool

    def load(self, session: Session, message_ids: Sequence[int], page_ids: Sequence[int], sequence: int) -> list[Entry]:
        """Return the entries of these rows, numbered from `sequence` on."""
        loader = EntryLoader(session, names_worlds=self.names_worlds)
        entries = loader.load_messages(message_ids, sequence)
        return entries + loader.load_pages(page_ids, sequence + len(entries))


class Synchroniser:
    """The one writer of an archive's index; of its two indexes where some records are not public."""

    def __init__(self, home: IndexHome, sessions: Sessions, closed: Closed | None = None) -> None:
        self._home = home
        self._sessions = sessions
        self._closed = closed

    def sync(self, wait_s: float = _WAIT_S) -> int:
        """Empty the queue and return the number of entries written.

        Where another process writes for longer than `wait_s` seconds the queue is left to the next call.
        """
        written = self.ensure_index(wait_s)
        if self._queue_is_empty():
            return written
        with self._writing(wait_s) as mine:
            if not mine:
                log.warning("index is being written by another process: the queue waits")
                return written
            return written + self._empty_queue()

    def forget(self) -> None:
        """Let no process look at earlier states of the indexes, in which is what may not be read any more."""
        for home in [self._home, *([self._closed.home] if self._closed else [])]:
            home.forget()

    def rebuild(self, wait_s: float = _WAIT_S) -> int:
        """Make the index anew beside the live one, swap them, and return the number of entries written.

        Raises:
            IndexUnavailableError: another process writes.
        """
        with self._writing(wait_s) as mine:
            if not mine:
                raise IndexUnavailableError("Another process writes the index; try again when it has ended.")
            return max(self._fill(target) for target in self.fed_indexes())

    def ensure_index(self, wait_s: float = _WAIT_S) -> int:
        """See that there is an index that can be opened: one that cannot is made anew from the record.

        Returns the number of entries written. Where another process is at it, searches fail until it is done.
        """
        return sum(self._ensure(target, wait_s) for target in self.fed_indexes())

    def _ensure(self, target: FedIndex, wait_s: float) -> int:
        if _is_open(target.home):
            return 0
        with self._writing(wait_s) as mine:
            if not mine or _is_open(target.home):
                return 0
            target.home.retire_others()
            return self._fill(target)

    def fed_indexes(self) -> list[FedIndex]:
        """Return the indexes that are to be fed; one of all records that no one asks any more is let go."""
        if self._closed is None:
            return [FedIndex(self._home, self._sessions, is_narrowed=False, names_worlds=False)]
        anyone, keeper = self._closed.readers.look(ANYONE), self._closed.readers.look(KEEPER)
        public = FedIndex(self._home, anyone.sessions, is_narrowed=anyone.worlds is not None, names_worlds=False)
        if keeper.is_public:
            self._closed.home.retire()
            return [public]
        return [public, FedIndex(self._closed.home, keeper.sessions, is_narrowed=True, names_worlds=True)]

    @contextmanager
    def _writing(self, wait_s: float) -> Iterator[bool]:
        with ExitStack() as stack:
            homes = [self._home, self._closed.home] if self._closed else [self._home]
            taken = [stack.enter_context(home.writing(wait_s)) for home in homes]
            yield all(taken)

    def _fill(self, target: FedIndex) -> int:
        with _writing_told(target.home), target.home.building() as index:
            written = index.fill(self._every_entry(target))
        self._empty_queue()  # what changed meanwhile went into the old index, or into none
        return written

    def is_quick(self) -> bool:
        """Tell whether `sync` has no index to make anew, or one of few entries.

        Raises:
            IndexUnreachableError: the server that keeps the index does not answer.
        """
        if all(_is_open(target.home) for target in self.fed_indexes()):
            return True
        with self._sessions() as session:
            return not IndexQueueRepository(session).find_indexable(Message, _FEW, 1)

    def _queue_is_empty(self) -> bool:
        with self._sessions() as session:
            return IndexQueueRepository(session).is_empty()

    def _empty_queue(self) -> int:
        targets = [(target, target.home.live()) for target in self.fed_indexes() if _is_open(target.home)]
        written = 0
        while not self._queue_is_empty():
            written += self._write_batch(targets)
        return written

    def _write_batch(self, targets: Sequence[tuple[FedIndex, SearchIndex]]) -> int:
        # The index commits within the transaction: a crash between the two repeats the batch, and adding
        # replaces. While it lasts nobody can change the rows that are on their way.
        with self._sessions.begin() as session:
            queue = IndexQueueRepository(session)
            now = datetime.now(UTC).replace(tzinfo=None)  # columns are UTC without saying so
            message_ids = queue.claim(Message, _BATCH, now)
            page_ids = queue.claim(Page, _BATCH, now)
            retired = queue.take_retired()
            written = 0
            for target, index in targets:
                sequence = index.newest_sequence() + 1
                if not target.is_narrowed:
                    entries = target.load(session, message_ids, page_ids, sequence)
                    self._update(target, index, entries, retired)
                else:
                    with target.sessions() as seen:
                        entries = target.load(seen, message_ids, page_ids, sequence)
                    # What those do not see whom the index answers must leave it.
                    gone = [*retired, *queue.find_keys(message_ids, page_ids)]
                    self._update(target, index, entries, gone)
                written = max(written, len(entries))
        return written

    @staticmethod
    def _update(target: FedIndex, index: SearchIndex, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        with _writing_told(target.home):
            index.update(entries, removed)

    def _every_entry(self, target: FedIndex) -> Iterator[list[Entry]]:
        sequence = 1
        for model in (Message, Page):
            last_id = 0
            while True:
                with target.sessions() as session:
                    ids = IndexQueueRepository(session).find_indexable(model, last_id, _BATCH)
                    if not ids:
                        break
                    of_messages, of_pages = (ids, ()) if model is Message else ((), ids)
                    entries = target.load(session, of_messages, of_pages, sequence)
                last_id = ids[-1]
                sequence += len(entries)
                yield entries


@contextmanager
def _writing_told(home: IndexHome) -> Iterator[None]:
    """Say for a person that the index could not be written; the queue is as it was."""
    try:
        yield
    except ArchiveError:
        raise
    except (OSError, ValueError) as error:  # tantivy raises ValueError for a full disk
        log.info("index not written", exc_info=True)
        raise IndexUnavailableError(
            f"The index in {home.folder.absolute()} cannot be written ({error}). What was read is kept, and "
            "waits for the index: see to that disk and run the same again."
        ) from error


def _is_open(home: IndexHome) -> bool:
    try:
        home.live()
    except IndexUnreachableError:
        raise  # it may be sound: nothing is to be made anew
    except IndexUnavailableError as error:
        log.info("no index: %s", error)
        return False
    return True
