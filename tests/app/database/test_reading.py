"""A database that is opened for reading cannot be written, and nothing goes on for ever."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database.connection import open_database
from app.database.reading import open_for_reading
from app.errors import ArchiveError, BusyError

_ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.mark.parametrize("statement", ["DELETE FROM agencies", "CREATE TABLE t (i INTEGER)", "DROP TABLE agencies"])
def test_nothing_is_written(database_url: str, statement: str) -> None:
    engine = open_for_reading(database_url, limit_s=5)
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"read-?\s?only"):
        connection.execute(text(statement))
    engine.dispose()


def test_what_takes_too_long_is_ended_and_the_next_is_answered(database_url: str) -> None:
    engine = open_for_reading(database_url, limit_s=2)
    with engine.connect() as connection, pytest.raises(BusyError):
        connection.execute(text(_ENDLESS[engine.dialect.name])).all()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM agencies")) == 0
    engine.dispose()


def test_what_another_writes_is_seen(database_url: str) -> None:
    engine, writing = open_for_reading(database_url, limit_s=5), open_database(database_url)
    with writing.begin() as connection:
        connection.execute(text("INSERT INTO agencies (slug, name) VALUES ('dea', 'Drug Enforcement')"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM agencies")) == 1
    writing.dispose()
    engine.dispose()


def test_a_database_that_is_not_there_is_not_made(tmp_path: object) -> None:
    with pytest.raises(ArchiveError, match="cannot be opened"):
        open_for_reading(f"sqlite:///{tmp_path}/nothing.sqlite3", limit_s=5)
