"""An archive opened to be looked at: nothing is migrated, indexed or mended by that."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from app.config import Settings
from app.database.connection import Sessions, open_database, open_sessions, schema_is_current
from app.database.readers import ReaderSessions
from app.errors import ArchiveError, NotFoundError, StorageError
from app.search.home import IndexHome
from app.search.sync import Synchroniser, open_homes
from app.store import FileStore


@dataclass(frozen=True, slots=True)
class Holdings:
    """The record, the index and the originals of one archive."""

    settings: Settings
    engine: Engine
    sessions: Sessions
    index: IndexHome
    synchroniser: Synchroniser  # of all its indexes
    store: FileStore


@contextmanager
def open_holdings(settings: Settings) -> Iterator[Holdings]:
    """Open what an archive holds.

    Raises:
        NotFoundError: there is no archive.
        ArchiveError: its database is of another version.
    """
    path = database_file(settings)
    if path is not None and not path.is_file():
        raise NotFoundError(f"There is no archive in {settings.home}; READINGROOM_HOME names its folder.")
    engine = open_database(settings.database_url)
    sessions = open_sessions(engine)
    readers = ReaderSessions(engine, sessions)
    try:
        _expect_this_version(engine)
        with open_homes(settings, readers) as (home, closed):
            synchroniser = Synchroniser(home, sessions, closed)
            yield Holdings(settings, engine, sessions, home, synchroniser, FileStore(settings.files_folder))
    finally:
        readers.close()
        engine.dispose()


def database_file(settings: Settings) -> Path | None:
    """Return the file of the database; None if it is on a server."""
    address = make_url(settings.database_url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def _expect_this_version(engine: Engine) -> None:
    try:
        is_current = schema_is_current(engine)
    except (DatabaseError, StorageError):
        return  # damaged: verify says more
    if not is_current:
        raise ArchiveError(
            "The database is of another version; any other command of this program, as `readingroom status`, brings "
            "an older one up to date."
        )
