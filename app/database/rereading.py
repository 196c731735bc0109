"""Tell whether what was read from the record still stands there, so that what was made of it can be given again.

SQLite alone: its database says cheaply whether anything was written since, which a server does not.
"""

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

_noted: ContextVar["Noted | None"] = ContextVar("_noted", default=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that was asked, with its parameters, and of whom: readers' connections show different things."""

    engine: Engine
    statement: str
    parameters: Any  # as the driver takes them


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

    def ask_again(self) -> bytes | None:
        """Return a digest of all that the statements answer now; None: the database does not answer in time."""
        answered = hashlib.blake2b(digest_size=16)
        try:
            for engine, group in groupby(self.asked, lambda one: one.engine):
                with contextlib.closing(engine.raw_connection()) as connection:
                    cursor = connection.cursor()
                    for one in group:
                        cursor.execute(one.statement, one.parameters)
                        answered.update(repr(cursor.fetchall()).encode("utf-8", "surrogatepass"))
                    cursor.close()
        except (sqlite3.Error, SQLAlchemyError):
            return None
        return answered.digest()


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


@event.listens_for(Engine, "before_cursor_execute")  # of every engine: what went unnoted would be given stale
def _note(
    connection: Connection, _cursor: object, statement: str, parameters: object, _context: object, many: bool
) -> None:
    noted = _noted.get()
    if noted is not None and not many:
        noted.asked.append(Asked(connection.engine, statement, parameters))
