"""The database plans by what it counted last, for those too who had it open before."""

from pathlib import Path

from sqlalchemy import Engine, insert, text

from app.database.connection import open_database, open_sessions
from app.database.models import Agency
from app.database.statistics import analyse

_COUNTED = {
    "sqlite": "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'agencies'",
    "postgresql": "SELECT CAST(reltuples AS INTEGER) FROM pg_class WHERE relname = 'agencies'",
}


def test_all_rows_are_counted_each_time(engine: Engine) -> None:
    sessions = open_sessions(engine)
    for rows in (3, 50):
        _add_agencies(engine, rows)
        analyse(sessions)
        with sessions() as session:
            counted = session.scalar(text(_COUNTED[engine.dialect.name]))
            assert counted == session.scalar(text("SELECT count(*) FROM agencies"))


def test_who_has_a_sqlite_database_open_reads_the_counts_anew(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    schema = text("PRAGMA schema_version")  # where it changes, all plans and counts are read anew
    analyse(open_sessions(engine))
    with engine.connect() as open_before:
        before = open_before.scalar(schema)
        analyse(open_sessions(engine))
        assert open_before.scalar(schema) != before
    engine.dispose()


def _add_agencies(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        rows = [{"slug": f"agency-{count}-{n}", "name": f"Agency {n}"} for n in range(count)]
        connection.execute(insert(Agency), rows)
