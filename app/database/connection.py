"""Open the database and bring it to the newest schema."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import StorageError

log = logging.getLogger(__name__)

_MIGRATION_LOCK = 0x52454144  # any number that no other program on the server takes
_WAIT_S = 60  # for the other writers of a SQLite database; "?timeout=5" in its address says another time
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: "has no room on its disk; make room and run the same again",
    sqlite3.SQLITE_IOERR: "cannot be written, for its disk fails; look at the disk and run the same again",
    sqlite3.SQLITE_READONLY: "can only be read; make it and its folder writable and run the same again",
    sqlite3.SQLITE_BUSY: "is held by another process; run the same again when that has ended",
    sqlite3.SQLITE_CORRUPT: "is damaged; bring back a backup",
    sqlite3.SQLITE_NOTADB: "is damaged, or no database; bring back a backup",
}
_OF_POSTGRESQL = ("53", "58")  # classes of SQLSTATE: out of disk or memory, error of the system

Sessions = sessionmaker[Session]


def open_database(url: str) -> Engine:
    """Return an engine for `url`; a SQLite file's folder is made if it is missing."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, pool_pre_ping=True)
        event.listen(engine, "handle_error", _tell_storage)
        return engine
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address.update_query_dict({"timeout": address.query.get("timeout", str(_WAIT_S))}))
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "checkout", _be_durable)
    event.listen(engine, "handle_error", _tell_storage)
    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Return the maker of sessions; rows stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def take_turn(session: Session, *, durable: bool = True) -> None:
    """Begin a transaction that writes: on SQLite it waits here for its turn, and never fails half-way for another's.

    Without `durable` it survives a killed process, and a power cut only with the next that is durable: that saves
    waiting for the disk.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        if not durable:
            connection.exec_driver_sql("PRAGMA synchronous = NORMAL")  # until the connection is given back
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not durable:
        connection.execute(text("SET LOCAL synchronous_commit = off"))


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version; does nothing where it is there already."""
    config = _alembic_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with _locked(engine) as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        log.info("migrated schema=%s", newest)


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that no other process can have at the same time.

    SQLite's driver commits before every change of the schema unless the transaction is begun by hand:
    a process killed midway would leave half a schema.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            yield connection
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # SQLite changes a table by making it anew: dropping the old one would delete what refers to its rows.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        else:
            connection.exec_driver_sql("COMMIT")
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def schema_is_current(engine: Engine) -> bool:
    """Tell whether the database has the schema that this program expects."""
    newest = ScriptDirectory.from_config(_alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_migrations_folder()).replace("%", "%%"))
    return config


def _migrations_folder() -> Path:
    packed = Path(__file__).parent / "migrations"  # in an installed wheel
    return packed if packed.is_dir() else Path(__file__).parents[2] / "migrations"


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")  # readers go on while ingest writes
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _be_durable(connection: DBAPIConnection, *_: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")  # a commit that was reported survives a power cut
    cursor.close()


def _tell_storage(context: ExceptionContext) -> None:
    """Let what a database says of its disk and of those who hold it become words for a person."""
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        # A transaction that read first and lost its turn is begun again; all other kinds of a code are one.
        told = None if code == sqlite3.SQLITE_BUSY_SNAPSHOT else _OF_SQLITE.get(code & 0xFF)
    else:
        state = getattr(error, "sqlstate", None) or ""
        told = "cannot be written; look at its server and run the same again" if state[:2] in _OF_POSTGRESQL else None
    if told and context.engine:
        name = context.engine.url.database
        raise StorageError(f"The database {name} {told} ({error}).") from error
