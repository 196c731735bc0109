"""What SQLite knows of the rows it has, by which it plans how to answer."""

from sqlalchemy import text

from app.database.connection import Sessions, take_turn


def analyse(sessions: Sessions) -> None:
    """Let SQLite count anew what each index holds; other writers wait, a third of a second for 100,000 pages.

    It never does so by itself, as PostgreSQL does, and then takes a large archive's lists the long way. Who has the
    database open learns of new counts when its schema changes: so their table is made anew.

    Raises:
        StorageError: the database cannot be written.
    """
    with sessions.begin() as session:
        if session.get_bind().dialect.name != "sqlite":
            return
        take_turn(session)
        session.execute(text("DROP TABLE IF EXISTS sqlite_stat1"))
        session.execute(text("ANALYZE"))
