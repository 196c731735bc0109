import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.database.connection import migrate, open_database, schema_is_current
from app.database.models import Base


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()
    migrate(engine)
    assert inspect(engine).get_table_names() == before
    assert schema_is_current(engine)


def test_a_migration_that_is_cut_short_leaves_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    dying = (
        "import os, sys; from sqlalchemy import event; from app.database.connection import migrate, open_database\n"
        "engine, made = open_database(sys.argv[1]), []\n"
        "@event.listens_for(engine, 'after_cursor_execute')\n"
        "def count(connection, cursor, statement, *rest):\n"
        "    made.append(statement) if statement.lstrip().startswith('CREATE') else None\n"
        "    os.kill(os.getpid(), 9) if len(made) == 5 else None\n"
        "migrate(engine)"
    )
    root = Path(__file__).parents[1]
    killed = subprocess.run([sys.executable, "-c", dying, url], cwd=root, check=False)
    assert killed.returncode == -9
    engine = open_database(url)
    migrate(engine)
    assert schema_is_current(engine)
    engine.dispose()


_OLD_ROWS = (
    "INSERT INTO documents (id, key, sha256, name, kind, size_bytes, page_count, state, pipeline_version, ingested_at)"
    " VALUES (1, 'd', 'd', 'a.pdf', 'pdf', 1, 1, 'published', 1, '2020-01-01')",
    "INSERT INTO pages (id, document_id, number, width_pt, height_pt, text, text_source, word_boxes, stamped_numbers,"
    " in_message) VALUES (1, 1, 1, 612, 792, '', 'none', '', '', {true})",
    "INSERT INTO people (id, key, name) VALUES (1, 'p', 'Roe')",
    "INSERT INTO messages (id, key, document_id, level, position, first_page, last_page, first_line, text_page,"
    " header_text, text, quoted_text) VALUES (1, 'm', 1, 'printed', 0, 1, 1, 1, 1, '', '', '')",
    "INSERT INTO redactions (id, page_id, message_id) VALUES (1, 1, 1)",
    "INSERT INTO participants (id, message_id, role, printed, withheld, codes, person_id)"
    " VALUES (1, 1, 'sender', 'Roe', {false}, '', 1)",
)


def test_an_archive_of_an_older_schema_keeps_its_rows(bare_database_url: str) -> None:
    engine = open_database(bare_database_url)
    _migrate_to("0001", engine)
    with engine.begin() as connection:
        words = {"true": "1", "false": "0"} if engine.dialect.name == "sqlite" else {"true": "true", "false": "false"}
        for statement in _OLD_ROWS:
            connection.execute(text(statement.format(**words)))
    migrate(engine)
    tables = ("documents", "pages", "messages", "redactions", "participants")
    with engine.connect() as connection:
        assert [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables] == [1] * 5
        assert connection.scalar(text("SELECT confidence FROM messages")) == 1
        if engine.dialect.name == "sqlite":  # which never counts its rows by itself
            assert connection.scalar(text("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'messages'")) == 1
    engine.dispose()


def _migrate_to(revision: str, engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
