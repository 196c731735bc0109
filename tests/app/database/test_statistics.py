"""SQLite plans by what it counted last, for those too who had it open before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, text

from app.database.connection import migrate, open_database, open_sessions
from app.database.models import Agency
from app.database.statistics import analyse

_SCHEMA = text("PRAGMA schema_version")  # where it changes, all plans and counts are read anew


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    yield engine
    engine.dispose()


def test_all_rows_are_counted_each_time(engine: Engine) -> None:
    counted = text("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'agencies'")
    for rows in (3, 50):
        _add_agencies(engine, rows)
        analyse(open_sessions(engine))
        with engine.connect() as connection:
            assert connection.scalar(counted) == connection.scalar(text("SELECT count(*) FROM agencies"))


def test_who_has_the_database_open_reads_the_counts_anew(engine: Engine) -> None:
    analyse(open_sessions(engine))
    with engine.connect() as open_before:
        before = open_before.scalar(_SCHEMA)
        analyse(open_sessions(engine))
        assert open_before.scalar(_SCHEMA) != before


def test_another_writer_has_its_turn_between_two_indexes(engine: Engine) -> None:
    begun = []

    def note(*told: object) -> None:
        if told[2] == "BEGIN IMMEDIATE":
            begun.append(told)

    event.listen(engine, "before_cursor_execute", note)
    analyse(open_sessions(engine))
    with engine.connect() as connection:
        counted = connection.scalar(text("SELECT count(*) FROM sqlite_schema WHERE type = 'index'"))
    assert len(begun) == (counted or 0) + 1


def _add_agencies(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        rows = [{"slug": f"agency-{count}-{n}", "name": f"Agency {n}"} for n in range(count)]
        connection.execute(insert(Agency), rows)
