"""Tell whether what was read from the record still stands there, so that what was made of it can be given again.

SQLite alone: its database says cheaply whether anything was written since, which a server does not.
"""

import contextlib
import hashlib
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

_noted: ContextVar["Noted | None"] = ContextVar("_noted", default=None)


class Asked:
    """A statement, whom it asked (readers' connections show different things), and what was taken of its rows."""

    __slots__ = ("_digest", "_is_whole", "_taken", "columns", "engine", "parameters", "statement")

    def __init__(self, engine: Engine, statement: str, parameters: Any) -> None:
        """Begin before the statement is asked; `parameters` are as the driver takes them."""
        self.engine, self.statement, self.parameters = engine, sys.intern(statement), parameters
        self.columns = 0  # known once it was asked again
        self._digest = b""
        self._taken = 0  # rows
        self._is_whole = False  # whether it was seen that there are no more

    def take(self, rows: Sequence[object], *, is_end: bool) -> None:
        """Note rows that were taken."""
        self._digest = _digest(rows, self._digest)
        self._taken += len(rows)
        self._is_whole |= is_end

    def answers_the_same(self, cursor: DBAPICursor) -> bool:
        """Ask again, and tell whether as much as was taken is the same; what was never taken is never the same."""
        if not self._taken and not self._is_whole:
            return False
        cursor.execute(self.statement, self.parameters)
        self.columns = len(cursor.description or ())
        rows = cursor.fetchmany(self.limit)
        return len(rows) == self._taken and _digest(rows) == self._digest

    @property
    def limit(self) -> int:
        """How many rows tell whether it is answered as it was."""
        return self._taken + self._is_whole


@dataclass(frozen=True, slots=True)
class Question:
    """All that was asked of one engine, as one statement, and the digest of its answer.

    A thread that runs Python waits for its turn whenever SQLite gives it a row or a statement: under load that takes a
    hundred times as long as SQLite does. This takes one turn.
    """

    engine: Engine
    statement: str
    parameters: tuple[Any, ...]
    digest: bytes

    @classmethod
    def of(cls, engine: Engine, asked: Sequence[Asked], cursor: DBAPICursor) -> "Question":
        """Make one of statements that were asked again, and ask it."""
        named, selected = [], []
        for number, one in enumerate(asked):
            columns = [f"c{column}" for column in range(one.columns)]
            named.append(f"q{number} ({', '.join(columns)}) AS ({one.statement})")
            row = " || ',' || ".join(f"quote({column})" for column in columns)
            selected.append(
                f"CAST((SELECT group_concat(r, ';') FROM (SELECT {row} AS r FROM q{number} LIMIT ?)) AS BLOB)"
            )
        statement = sys.intern(f"WITH {', '.join(named)} SELECT {', '.join(selected)}")
        parameters = (*(value for one in asked for value in one.parameters), *(one.limit for one in asked))
        return cls(engine, statement, parameters, _ask(cursor, statement, parameters))

    def is_answered_the_same(self) -> bool:
        """Ask again; False, too, if the database does not answer in time."""
        try:
            with contextlib.closing(self.engine.raw_connection()) as connection:
                return _ask(connection.cursor(), self.statement, self.parameters) == self.digest
        except (sqlite3.Error, SQLAlchemyError):
            return False


class Sight(NamedTuple):
    """What something beside the database looks like."""

    kind: object  # while it is the same nothing was taken back, at most something brought up to date
    state: object


@dataclass(frozen=True, slots=True)
class Seen:
    """What something beside the database looked like, and how to look again; None: nobody can tell."""

    look: Callable[[], Sight | None]
    was: Sight | None

    def look_again(self) -> Sight | None:
        """Return what it looks like now, if it is what it was or that brought up to date, or None."""
        now = self.look()
        return now if now is not None and self.was is not None and now.kind == self.was.kind else None


@dataclass(frozen=True, slots=True)
class Noted:
    """All that something was read from."""

    asked: list[Asked] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def settle(self) -> tuple[Question, ...] | None:
        """Ask all statements again, and return them as a question an engine.

        None: one of them is not answered as it was any more, or the database does not answer in time.
        """
        questions = []
        for engine in dict.fromkeys(one.engine for one in self.asked):
            question = self._settle(engine)
            if question is None:
                return None
            questions.append(question)
        return tuple(questions)

    def _settle(self, engine: Engine) -> Question | None:
        asked = [one for one in self.asked if one.engine is engine]
        try:
            with contextlib.closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("BEGIN")  # one state of the record; giving the connection back ends it
                if all(one.answers_the_same(cursor) for one in asked):
                    return Question.of(engine, asked, cursor)
        except (sqlite3.Error, SQLAlchemyError):
            log.debug("an answer cannot be asked for again", exc_info=True)
        return None


@contextlib.contextmanager
def noting_reads() -> Iterator[Noted]:
    """Note what is asked while the context is open, also in threads that are given it."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note_look(look: Callable[[], Sight | None]) -> None:
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


def _ask(cursor: DBAPICursor, statement: str, parameters: tuple[Any, ...]) -> bytes:
    """Return a digest of the answer to a question."""
    cursor.execute(statement, parameters)
    row = cursor.fetchone() or ()
    cursor.fetchall()  # nothing, which ends it
    return hashlib.blake2b(b"\0".join(part or b"" for part in row), digest_size=16).digest()


def _digest(rows: Iterable[object], digest: bytes = b"") -> bytes:
    for row in rows:
        digest = hashlib.blake2b(digest + repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return digest
