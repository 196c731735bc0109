"""Open the database and bring it to the newest schema."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

log = logging.getLogger(__name__)

_MIGRATION_LOCK = 0x52454144  # any number that no other program on the server takes

Sessions = sessionmaker[Session]


def open_database(url: str) -> Engine:
    """Return an engine for `url`; a SQLite file's folder is made if it is missing."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": 60})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Return the maker of sessions; rows stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


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
    cursor.execute("PRAGMA synchronous = FULL")  # a commit that was reported survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
