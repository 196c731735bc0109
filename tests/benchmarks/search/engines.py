"""The engines that answer the same cases, in one table: whatever is to be compared gets a line here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.config import IndexEngine
from app.database.connection import open_database, open_sessions
from app.errors import IndexUnavailableError
from app.search.home import IndexHome
from app.search.index import Matches, OnKeys, Search
from app.search.results import SearchRequest
from app.search.service import SearchService
from tests.benchmarks.search.bare import open_bare
from tests.benchmarks.search.cases import Case, Found
from tests.benchmarks.search.filling import archive_settings
from tests.benchmarks.search.fts5 import has_fts5, open_fts5

Answer = Callable[[], Found]
Prepare = Callable[[Case], Answer | None]  # None: the engine has no such search

# Our engines and the largest corpus that each is measured on, in copies. OpenSearch needs READINGROOM_OPENSEARCH.
OURS: dict[IndexEngine, int] = {IndexEngine.TANTIVY: 32, IndexEngine.WHOOSH: 4, IndexEngine.OPENSEARCH: 16}


@dataclass(frozen=True, slots=True)
class Contestant:
    """One that answers."""

    name: str
    prepare: Prepare


class _WatchedHome(IndexHome):
    """Gives the live index, and adds up what its searches take."""

    spent_ms = 0.0

    def live(self) -> Any:
        return _WatchedIndex(super().live(), self)


class _WatchedIndex:
    def __init__(self, index: Any, home: _WatchedHome) -> None:
        self._index, self._home = index, home

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        loading_ms = 0.0

        def load(keys: tuple[str, ...]) -> None:  # the service's own work, done while the engine counts
            nonlocal loading_ms
            start = time.perf_counter()
            if on_keys:
                on_keys(keys)
            loading_ms = 1000 * (time.perf_counter() - start)

        start = time.perf_counter()
        matches: Matches = self._index.search(search, load if on_keys else None)
        self._home.spent_ms += 1000 * (time.perf_counter() - start) - loading_ms
        return matches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


class OurSearch:
    """An archive searched through its service, as the web and the program do."""

    def __init__(self, folder: Path, engine: IndexEngine) -> None:
        settings = archive_settings(folder, engine)
        self._database = open_database(settings.database_url)
        self._home = _WatchedHome(settings)
        self._engine_ms: list[float] = []
        self._service = SearchService(self._home, open_sessions(self._database))

    def prepare(self, case: Case) -> Answer:
        """Return what answers a case; the pages before a deep one are turned off the clock."""
        request = replace(case.request, cursor=find_cursor(self._service, case.request, case.offset))

        def search() -> Found:
            self._home.spent_ms = 0.0
            results = self._service.search(request)
            self._engine_ms.append(self._home.spent_ms)
            return Found(results.count, tuple(hit.key for hit in results.hits))

        return search

    def take_engine_ms(self) -> list[float]:
        """Return what the engine itself took in the searches since the last call, in milliseconds."""
        taken, self._engine_ms = self._engine_ms, []
        return taken

    def close(self) -> None:
        """Let go of the index and the database."""
        self._home.close()
        self._database.dispose()


def find_cursor(service: SearchService, request: SearchRequest, offset: int) -> str:
    """Return the cursor of the page behind so many matches; "" for the first page."""
    cursor = ""
    for _ in range(offset // 100):
        cursor = service.search(replace(request, cursor=cursor, per_page=100)).next_cursor or ""
    return cursor


def has_index(folder: Path, engine: IndexEngine) -> bool:
    """Tell whether the archive has an index of this engine that this program can read."""
    home = IndexHome(archive_settings(folder, engine))
    try:
        home.live()
    except IndexUnavailableError:
        return False
    finally:
        home.close()
    return True


@contextmanager
def open_ours(folder: Path, engine: IndexEngine) -> Iterator[OurSearch]:
    """Open an archive's search on an engine."""
    ours = OurSearch(folder, engine)
    try:
        yield ours
    finally:
        ours.close()


@contextmanager
def open_service(folder: Path, engine: IndexEngine) -> Iterator[SearchService]:
    """Open an archive's search; its index must be there."""
    settings = archive_settings(folder, engine)
    database = open_database(settings.database_url)
    home = IndexHome(settings)
    yield SearchService(home, open_sessions(database))
    home.close()
    database.dispose()


@contextmanager
def open_others(folder: Path) -> Iterator[list[Contestant]]:
    """Open what our engines are compared with."""
    index_folder = archive_settings(folder).index_folder
    with open_bare(index_folder) as bare:
        others = [
            Contestant("tantivy: page", lambda case: bare.prepare(case, counts=False)),
            Contestant("tantivy: page and counts", lambda case: bare.prepare(case, counts=True)),
        ]
        if not has_fts5(folder):
            yield others
            return
        with open_fts5(folder) as fts5:
            yield [*others, Contestant("FTS5", fts5.prepare)]
