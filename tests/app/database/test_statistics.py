"""SQLite plans by what it counted last, for those too who had it open before."""

import threading
import time
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


@pytest.mark.parametrize("small_bytes", [0, 1 << 30])
def test_all_rows_are_counted_each_time(engine: Engine, small_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.database.statistics.SMALL_BYTES", small_bytes)
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


def test_another_writer_has_its_turn_while_large_indexes_are_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting waits a little, as if it took so long; the other writer waits as SQLite lets it."""
    monkeypatch.setattr("app.database.statistics.SMALL_BYTES", 0)
    counted: list[str] = []
    other = threading.Thread(target=_add_agencies, args=(engine, 1))

    def take_long(*told: object) -> None:
        statement = str(told[2])
        if statement.startswith("ANALYZE") and other.ident is None:
            other.start()
        if statement.startswith("ANALYZE") and other.is_alive():
            counted.append(statement)
            time.sleep(0.05)

    event.listen(engine, "before_cursor_execute", take_long)
    analyse(open_sessions(engine))
    other.join()
    assert 0 < len(counted) < 10


def _add_agencies(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        rows = [{"slug": f"agency-{count}-{n}", "name": f"Agency {n}"} for n in range(count)]
        connection.execute(insert(Agency), rows)
