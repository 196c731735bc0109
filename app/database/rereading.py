"""Tell whether what was read from the record still stands there, so that what was made of it can be given again.

SQLite alone: its database says cheaply whether anything was written since, which a server does not.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, event

_noted: ContextVar[list["Asked"] | None] = ContextVar("_noted", default=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that was asked, with its parameters, and of whom: readers' connections show different things."""

    engine: Engine
    statement: str
    parameters: Any  # as the driver takes them


@contextlib.contextmanager
def noting_reads() -> Iterator[list[Asked]]:
    """Note what is asked while the context is open, also in threads that are given it."""
    asked: list[Asked] = []
    token = _noted.set(asked)
    try:
        yield asked
    finally:
        _noted.reset(token)


class Rereader:
    """Asks again what was asked before; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Watch the database of `engine`, which must be SQLite's, on a connection of its own."""
        self._watching = engine.raw_connection()
        self._watching.detach()  # from the pool: versions are told apart by one connection alone
        self._lock = threading.Lock()

    def version(self) -> int:
        """Return a number that is another once anything was committed to the database, by whomever."""
        with self._lock:
            cursor = self._watching.cursor()
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()
            cursor.close()
        assert version is not None
        return int(version[0])

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._watching.close()

    @staticmethod
    def digest(asked: Sequence[Asked]) -> bytes:
        """Ask again, and return a digest of all that is answered."""
        seen = hashlib.blake2b(digest_size=16)
        for engine, group in groupby(asked, lambda one: one.engine):
            with contextlib.closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                for one in group:
                    cursor.execute(one.statement, one.parameters)
                    seen.update(repr(cursor.fetchall()).encode("utf-8", "surrogatepass"))
                cursor.close()
        return seen.digest()


@event.listens_for(Engine, "before_cursor_execute")  # of every engine: what went unnoted would be given stale
def _note(
    connection: Connection, _cursor: object, statement: str, parameters: object, _context: object, many: bool
) -> None:
    asked = _noted.get()
    if asked is not None and not many:
        asked.append(Asked(connection.engine, statement, parameters))
