import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

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
