"""Tell whether what was read from the record still stands there, so that what was made of it can be given again.

SQLite alone: its database says cheaply whether anything was written since, which a server does not.
"""

import contextlib
import hashlib
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.exc import SQLAlchemyError

_noted: ContextVar["Noted | None"] = ContextVar("_noted", default=None)


class Asked:
    """A statement, whom it asked (readers' connections show different things), and what was taken of its rows."""

    __slots__ = ("_digest", "_is_whole", "_taken", "engine", "parameters", "statement")

    def __init__(self, engine: Engine, statement: str, parameters: Any) -> None:
        """Begin before the statement is asked; `parameters` are as the driver takes them."""
        self.engine, self.statement, self.parameters = engine, sys.intern(statement), parameters
        self._digest = b""
        self._taken = 0  # rows
        self._is_whole = False  # whether it was seen that there are no more

    def take(self, rows: Sequence[object], *, is_end: bool) -> None:
        """Note rows that were taken."""
        self._digest = _digest(rows, self._digest)
        self._taken += len(rows)
        self._is_whole |= is_end

    def answers_the_same(self, cursor: sqlite3.Cursor) -> bool:
        """Ask again, and tell whether as much as was taken is the same; what was never taken is never the same."""
        if not self._taken and not self._is_whole:
            return False
        cursor.execute(self.statement, self.parameters)
        rows = cursor.fetchmany(self._taken + self._is_whole)
        return len(rows) == self._taken and _digest(rows) == self._digest


@dataclass(frozen=True, slots=True)
class Seen:
    """What something beside the database looked like, and how to look again; None: nobody can tell."""

    look: Callable[[], object]
    was: object


@dataclass(frozen=True, slots=True)
class Noted:
    """All that something was read from."""

    asked: list[Asked] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def is_as_seen(self) -> bool:
        """Tell whether what lies beside the database looks as it did."""
        return all(one.was is not None and one.look() == one.was for one in self.seen)

    def ask_again(self) -> bool:
        """Tell whether all statements answer what they did; False, too, if the database does not answer in time."""
        try:
            for engine, group in groupby(self.asked, lambda one: one.engine):
                with contextlib.closing(engine.raw_connection()) as connection:
                    cursor = connection.cursor()
                    if not all(one.answers_the_same(cursor) for one in group):
                        return False
                    cursor.close()
        except (sqlite3.Error, SQLAlchemyError):
            return False
        return True


@contextlib.contextmanager
def noting_reads() -> Iterator[Noted]:
    """Note what is asked while the context is open, also in threads that are given it."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note_look(look: Callable[[], object]) -> None:
    """Note what something beside the database looks like, before it is read for the first time."""
    noted = _noted.get()
    if noted is not None and all(one.look != look for one in noted.seen):
        noted.seen.append(Seen(look, look()))


class RecordWatch:
    """Tells whether anything was written to the record; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Watch the database of `engine`, which must be SQLite's, on a connection of its own."""
        self._watching = engine.raw_connection()
        self._watching.detach()  # from the pool: versions are told apart by one connection alone
        with contextlib.closing(self._watching.cursor()) as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")  # nobody waits to be told that it cannot be told
        self._lock = threading.Lock()

    def version(self) -> int | None:
        """Return a number that is another once anything was committed to the database, by whomever.

        None: the database does not answer.
        """
        with self._lock, contextlib.suppress(sqlite3.Error), contextlib.closing(self._watching.cursor()) as cursor:
            cursor.execute("PRAGMA data_version")
            if version := cursor.fetchone():
                return int(version[0])
        return None

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._watching.close()


class _NotingCursor(sqlite3.Cursor):
    """Notes what is taken of the answer to a statement that is noted."""

    asked: Asked | None = None

    def fetchone(self) -> Any:
        row = super().fetchone()
        if self.asked is not None:
            self.asked.take([] if row is None else [row], is_end=row is None)
        return row

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        rows = super().fetchmany(size)
        if self.asked is not None:
            self.asked.take(rows, is_end=size is not None and len(rows) < size)
        return rows

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        if self.asked is not None:
            self.asked.take(rows, is_end=True)
        return rows


class _NotingConnection(sqlite3.Connection):
    def cursor(self, factory: Any = _NotingCursor) -> Any:
        return super().cursor(factory)


@event.listens_for(Engine, "do_connect")  # of every engine: what went unnoted would be given stale
def _connect(dialect: Dialect, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    if dialect.name == "sqlite":
        options.setdefault("factory", _NotingConnection)


@event.listens_for(Engine, "before_cursor_execute")
def _note(
    connection: Connection, cursor: object, statement: str, parameters: object, _context: object, many: bool
) -> None:
    noted = _noted.get()
    if noted is not None and not many:
        asked = Asked(connection.engine, statement, parameters)
        noted.asked.append(asked)
        if isinstance(cursor, _NotingCursor):
            cursor.asked = asked


def _digest(rows: Iterable[object], digest: bytes = b"") -> bytes:
    for row in rows:
        digest = hashlib.blake2b(digest + repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return digest
