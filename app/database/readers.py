"""Show each reader a database that has nothing but what they may read.

A reader's connections have temporary views that stand before the tables and bear their names. Whatever is asked
through them, by whichever repository, in whatever words, is asked of what the reader may see: there is no filter that a
query could forget. Where all is public and nothing withdrawn the tables themselves are asked, at no cost.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session

from app.database.connection import Sessions, open_database, open_sessions
from app.database.models import Document, Message, Redirect, Release, Tombstone, Visibility, World
from app.database.reading import open_for_reading
from app.database.worlds import PUBLIC, is_readable

_MOST_ENGINES = 16  # readers of different releases whose connections stay open
_MOST_MOVES = 10
KEEPERS = ("corrections", "message_marks", "retired_entries", "read_tokens", "worlds")
OPEN = frozenset({"agencies"})  # tables that say nothing of records: the reference table of agencies


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: public records, and the releases that are not public which a token opens."""

    release_ids: frozenset[int] | None = field(default=frozenset())  # None: all, as the archive's keeper

    def and_also(self, release_ids: Collection[int]) -> "Reader":
        """Return who may read these releases too."""
        return self if self.release_ids is None else Reader(self.release_ids | frozenset(release_ids))


ANYONE = Reader()
KEEPER = Reader(None)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see now."""

    sessions: Sessions
    worlds: tuple[str, ...] | None  # None: all there are, and all is public
    sees_all: bool  # nothing but what is withdrawn is kept from this reader
    is_public: bool  # nothing but public records is shown


class ReaderSessions:
    """Opens the database as each reader may see it; safe to use from several threads."""

    def __init__(self, engine: Engine, sessions: Sessions, *, limit_s: float | None = None) -> None:
        """Open connections like those of `engine`; with `limit_s` for reading alone, as `open_for_reading`."""
        self._engine = engine
        self._limit_s = limit_s
        self._sessions = sessions
        self._engines: OrderedDict[tuple[tuple[str, ...], frozenset[int], bool], Engine] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, reader: Reader) -> Sight:
        """Return what a reader may see, and sessions that show nothing else."""
        with self._sessions() as session:
            closed = frozenset(session.scalars(select(Release.id).where(Release.visibility != Visibility.PUBLIC)))
            if not closed and session.scalar(select(Tombstone.key).limit(1)) is None:
                return Sight(self._sessions, None, sees_all=True, is_public=True)
            opened = closed if reader.release_ids is None else closed & reader.release_ids
            names = session.scalars(select(World.name)).all() if opened else ()
        # A world of which every release is public by now has no record in it.
        worlds = (PUBLIC, *sorted(name for name in names if is_readable(name, opened)))
        engine = self._open(worlds, opened, is_keeper=reader.release_ids is None)
        return Sight(open_sessions(engine), worlds, sees_all=opened == closed, is_public=not opened)

    def unlisted(self, key: str) -> frozenset[int]:
        """Return the unlisted releases of the record of this key, or the one of this slug; none if it is public."""
        with self._sessions() as session:
            unlisted = frozenset(
                session.scalars(select(Release.id).where(Release.visibility == Visibility.UNLISTED)).all()
            )
            if not unlisted:
                return unlisted
            release_id = session.scalar(select(Release.id).where(Release.slug == key))
            if release_id in unlisted:
                return frozenset({release_id} if release_id else ())
            world = _find_world(session, key)
            return frozenset(map(int, world.split())) & unlisted if world and world[0].isdigit() else frozenset()

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()

    def _open(self, worlds: tuple[str, ...], opened: frozenset[int], *, is_keeper: bool) -> Engine:
        kept = (worlds, opened, is_keeper)
        with self._lock:
            engine = self._engines.get(kept)
            if engine is None:
                views = make_views(worlds, opened, is_keeper=is_keeper)
                engine = _open_engine(self._engine, views, self._limit_s)
                self._engines[kept] = engine
                while len(self._engines) > _MOST_ENGINES:
                    self._engines.popitem(last=False)[1].dispose()
            self._engines.move_to_end(kept)
            return engine


def make_views(worlds: Collection[str], release_ids: Collection[int], *, is_keeper: bool = False) -> dict[str, str]:
    """Return for each table what is seen of it, in SQL; `{0}` stands for the schema of the tables themselves.

    Some are the keeper's alone, who sees them whole.

    Without it a name is that of a view that was made before: who may see a participant may see the message.
    """
    readable = ", ".join(f"'{world}'" for world in worlds)
    ids = ", ".join(map(str, sorted(release_ids))) or "NULL"
    in_world = f"world IN ({readable})"
    of_message = "EXISTS (SELECT 1 FROM messages m WHERE m.id = t.message_id)"
    of_page = "EXISTS (SELECT 1 FROM pages p WHERE p.id = t.page_id)"
    of_document = "EXISTS (SELECT 1 FROM documents d WHERE d.id = t.document_id)"
    where = {
        "releases": f"t.visibility = 'public' OR t.id IN ({ids})",
        "documents": f"t.{in_world}",
        "pages": f"t.{in_world}",
        "messages": f"t.{in_world}",
        "tombstones": f"t.{in_world}",
        "withdrawals": "EXISTS (SELECT 1 FROM tombstones s WHERE s.withdrawal_id = t.id)",
        "released_files": f"{of_document} AND EXISTS (SELECT 1 FROM releases r WHERE r.id = t.release_id)",
        "participants": of_message,
        "attachments": of_message,
        "problems": of_document,
        "bates_numbers": of_page,
        "redactions": of_page,
        # What stands on a withdrawn page has its title from there.
        "papers": f"{of_document} AND NOT EXISTS (SELECT 1 FROM {{0}}.pages p WHERE p.document_id = t.document_id"
        f" AND p.number BETWEEN t.first_page AND t.last_page AND NOT p.{in_world})",
        "people": "EXISTS (SELECT 1 FROM participants p WHERE p.person_id = t.id)",
        "person_merges": "EXISTS (SELECT 1 FROM people p WHERE p.id = t.person_id)"
        " AND EXISTS (SELECT 1 FROM people p WHERE p.id = t.other_id)",
        "sent_messages": f"t.{in_world}",
        "copy_differences": f"{of_message} AND EXISTS (SELECT 1 FROM messages m WHERE m.id = t.other_id)",
        "redirects": "1 = 1",  # `MessageRepository.new_path` tells only those that lead to what the reader may see
    }
    if not is_keeper:
        where |= dict.fromkeys(KEEPERS, "1 = 0")
    where["leaks"] = of_page if is_keeper else "1 = 0"
    columns = {"sent_messages": _SENT} if len(worlds) > 1 else {}
    return {
        table: f"SELECT {columns.get(table, 't.*')} FROM {{0}}.{table} t WHERE {condition}"
        for table, condition in where.items()
    }


# What is quoted in public records and printed in others alone is printed for who may read those.
_SENT = (
    "t.id, t.parent_id, t.parent_evidence, t.thread_id, (t.is_printed OR EXISTS (SELECT 1 FROM messages m"
    " WHERE m.sent_message_id = t.id AND m.level = 'printed')) AS is_printed, t.is_reply, t.world"
)


def _open_engine(engine: Engine, views: dict[str, str], limit_s: float | None) -> Engine:
    url = engine.url.render_as_string(hide_password=False)

    def stand_before(connection: DBAPIConnection) -> None:
        cursor = connection.cursor()
        schema = "main"
        if engine.dialect.name != "sqlite":
            cursor.execute("SELECT quote_ident(current_schema())")
            schema = str(cursor.fetchone()[0])  # type: ignore[index]  # it is one row
        for table, view in views.items():
            cursor.execute(f"CREATE TEMPORARY VIEW {table} AS {view.format(schema)}")
        cursor.close()
        connection.commit()

    if limit_s is not None:
        return open_for_reading(url, limit_s=limit_s, prepare=stand_before)
    own = open_database(url)
    event.listen(own, "connect", lambda connection, _record: stand_before(connection))
    return own


def _find_world(session: Session, key: str) -> str | None:
    """Return the world of a document or message, or of what was withdrawn under its key, wherever it moved."""
    for _ in range(_MOST_MOVES):
        for model in (Document, Message):
            world = session.scalar(select(model.world).where(model.key == key))
            if world is not None and world[:1] != "!":
                return world
        world = session.scalar(select(Tombstone.world).where(Tombstone.key == key))
        moved = session.scalar(select(Redirect.new_path).where(Redirect.old_key == key))
        if world is not None or moved is None:
            return world
        key = moved.rsplit("/", 1)[-1]
    return None
