"""An archive, opened once and shared by the service, the program and the pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.database.connection import Sessions, migrate, open_database, open_sessions
from app.database.readers import Reader, ReaderSessions
from app.database.reading import open_for_reading
from app.errors import ArchiveError
from app.search.lanes import Lanes
from app.search.service import SearchService, open_search, sync_if_quick
from app.search.sync import open_homes
from app.store import FileStore


@dataclass(frozen=True, slots=True)
class Archive:
    """The record, the index and the originals of one archive."""

    settings: Settings
    engine: Engine
    sessions: Sessions
    search: SearchService
    store: FileStore
    readers: ReaderSessions

    def seen_by(self, reader: Reader) -> "Archive":
        """Return the archive as this reader may see it: what it keeps from them is nowhere in it."""
        sight = self.readers.look(reader)
        if sight.worlds is None:
            return self
        return replace(self, sessions=sight.sessions, search=self.search.seen_by(sight))


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open the archive of `settings`; an archive that does not exist yet is made, empty."""
    engine = _open_record(settings)
    sessions = open_sessions(engine)
    readers = ReaderSessions(engine, sessions)
    with open_search(settings, sessions, readers) as search:
        yield Archive(settings, engine, sessions, search, FileStore(settings.files_folder), readers)
    readers.close()
    engine.dispose()


def prepare_archive(settings: Settings) -> None:
    """Make the archive if it is not there, and bring its schema up to date, and its index where that is quick.

    A large index that cannot be read is left to the service, which answers meanwhile what needs none.
    """
    engine = _open_record(settings)
    sessions = open_sessions(engine)
    readers = ReaderSessions(engine, sessions)
    sync_if_quick(settings, sessions, readers)
    readers.close()
    engine.dispose()


def _open_record(settings: Settings) -> Engine:
    engine = open_database(settings.database_url)
    try:
        migrate(engine)
    except OperationalError as error:
        raise ArchiveError(f"The database cannot be opened ({error.orig}). Is READINGROOM_DATABASE right?") from error
    return engine


@contextmanager
def open_for_readers(settings: Settings) -> Iterator[Archive]:
    """Open the archive of `settings` so that neither its record nor its index can be written.

    Raises:
        ArchiveError: it is not there; `open_archive` makes it, and brings it to the newest schema.
    """
    limit_s = settings.query_timeout_s
    engine = open_for_reading(settings.database_url, limit_s=limit_s)
    sessions = open_sessions(engine)
    readers = ReaderSessions(engine, sessions, limit_s=limit_s)
    with open_homes(settings, readers) as (home, closed):
        search = SearchService(home, sessions, lanes=Lanes.of_service(limit_s), closed=closed)
        yield Archive(settings, engine, sessions, search, FileStore(settings.files_folder), readers)
    readers.close()
    engine.dispose()
