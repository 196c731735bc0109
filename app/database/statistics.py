"""What SQLite knows of the rows it has, by which it plans how to answer."""

import time

from sqlalchemy import text

from app.database.connection import Sessions, take_turn

_SIZE = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
_INDEXES = text("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
_NEW_SCHEMA = ("CREATE TABLE counted_anew (id INTEGER)", "DROP TABLE counted_anew")
SMALL_BYTES = 64 << 20  # of a database that is counted in one go, in some thirty milliseconds
# A writer that waits for SQLite looks again every tenth of a second at least, and would seldom meet the moment between
# two indexes.
_LONG_S, _REST_S = 0.02, 0.12


def analyse(sessions: Sessions) -> None:
    """Let SQLite count anew what each index holds; of a large archive one after the other, so that others may write.

    It never does so by itself, as PostgreSQL does, and then takes a large archive's lists the long way. Who has the
    database open learns of new counts when its schema changes: so a table comes and goes.

    Raises:
        StorageError: the database cannot be written.
    """
    with sessions() as session:
        if session.get_bind().dialect.name != "sqlite":
            return
        is_small = session.scalars(_SIZE).one() < SMALL_BYTES
        names = [] if is_small else list(session.scalars(_INDEXES))
    for name in names:
        _count(sessions, name)
    with sessions.begin() as session:
        take_turn(session, durable=False)  # counts need not outlive a power cut
        for statement in (*(["ANALYZE"] if is_small else []), *_NEW_SCHEMA):
            session.execute(text(statement))


def _count(sessions: Sessions, name: str) -> None:
    with sessions.begin() as session:
        take_turn(session, durable=False)
        begun = time.monotonic()
        if name in session.scalars(_INDEXES).all():  # else a newer program has taken it away meanwhile
            session.execute(text(f'ANALYZE "{name}"'))
    if time.monotonic() - begun > _LONG_S:
        time.sleep(_REST_S)
