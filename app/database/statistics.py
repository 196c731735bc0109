"""What SQLite knows of the rows it has, by which it plans how to answer."""

from sqlalchemy import TextClause, text

from app.database.connection import Sessions, take_turn

_INDEXES = text("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
_NEW_SCHEMA = (text("CREATE TABLE counted_anew (id INTEGER)"), text("DROP TABLE counted_anew"))


def analyse(sessions: Sessions) -> None:
    """Let SQLite count anew what each index holds, one after the other: other writers wait for one, not for all.

    It never does so by itself, as PostgreSQL does, and then takes a large archive's lists the long way. Who has the
    database open learns of new counts when its schema changes: so a table comes and goes.

    Raises:
        StorageError: the database cannot be written.
    """
    with sessions() as session:
        if session.get_bind().dialect.name != "sqlite":
            return
        names = list(session.scalars(_INDEXES))
    for name in names:
        _write(sessions, text(f'ANALYZE "{name}"'))
    _write(sessions, *_NEW_SCHEMA)


def _write(sessions: Sessions, *statements: TextClause) -> None:
    with sessions.begin() as session:
        take_turn(session)
        for statement in statements:
            session.execute(statement)
