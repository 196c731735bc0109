"""Open the database for reading alone: nothing is written, and nothing goes on for longer than it may."""

import sqlite3
import time
from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import ArchiveError, BusyError

_STEPS = 20_000  # of SQLite's machine between two looks at the clock: some milliseconds
_UNTIL = "until"
_LOCKED_S = 5

Prepare = Callable[[DBAPIConnection], None]


def open_for_reading(url: str, *, limit_s: float, prepare: Prepare | None = None) -> Engine:
    """Return an engine whose connections cannot write; what a session asks may take `limit_s` seconds in all.

    `prepare` is called with each new connection while that may still make temporary views of its own.
    What takes longer fails with a BusyError. The database must be there with the newest schema.

    Raises:
        ArchiveError: it cannot be opened.
    """
    address = make_url(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    open_engine = _open_sqlite if is_sqlite else _open_server
    engine = open_engine(address, limit_s, prepare or (lambda _connection: None))
    event.listen(engine, "handle_error", _tell_too_slow)
    try:
        engine.connect().close()
    except OperationalError as error:
        raise ArchiveError(f"The database cannot be opened ({error.orig}). Is READINGROOM_DATABASE right?") from error
    return engine


def _open_sqlite(address: URL, limit_s: float, prepare: Prepare) -> Engine:
    if address.database and not address.query:
        file = f"file:{quote(address.database)}"
        address = address.set(database=file, query={"mode": "ro", "uri": "true"})  # the system refuses writes too
    # A connection for each thread of a service, so that none waits for one; the same few as long as few are at work.
    engine = create_engine(
        address, connect_args={"timeout": _LOCKED_S}, pool_size=16, max_overflow=-1, pool_use_lifo=True
    )

    def set_up(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        driver = record.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        prepare(connection)
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = ON")
        cursor.close()
        driver.set_progress_handler(lambda: time.monotonic() > record.info.get(_UNTIL, time.monotonic()), _STEPS)

    def begin(_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        record.info[_UNTIL] = time.monotonic() + limit_s

    event.listen(engine, "connect", set_up)
    event.listen(engine, "checkout", begin)
    return engine


def _open_server(address: URL, limit_s: float, prepare: Prepare) -> Engine:
    engine = create_engine(address, pool_pre_ping=True)

    def set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        prepare(connection)
        cursor = connection.cursor()
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute(f"SET statement_timeout = {round(1000 * limit_s)}")
        cursor.close()
        connection.commit()  # a rollback would take the settings back

    event.listen(engine, "connect", set_up)
    return engine


def _tell_too_slow(context: ExceptionContext) -> None:
    message = str(context.original_exception)
    if message == "interrupted" or "statement timeout" in message:
        raise BusyError("This takes longer than a reader may keep others waiting; ask for less, or try again later.")
