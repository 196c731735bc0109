"""What the database knows of its own rows, by which it plans how to answer."""

from sqlalchemy import text

from app.database.connection import Sessions, take_turn


def analyse(sessions: Sessions) -> None:
    """Let the database count anew what each index holds.

    PostgreSQL does it by itself, in its own time. SQLite never does, and then takes a large archive's lists the long
    way. Whoever has a SQLite database open learns of new counts when its schema changes: so their table is made anew.
    """
    with sessions.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            take_turn(session)
            session.execute(text("DROP TABLE IF EXISTS sqlite_stat1"))
        session.execute(text("ANALYZE"))
