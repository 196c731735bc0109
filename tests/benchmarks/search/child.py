"""What is measured in a process of its own: building an index.

    python -m tests.benchmarks.search.child rebuild|bare|fts5 FOLDER ENGINE

The answer is one line of JSON on the standard output.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from app.config import IndexEngine, Settings
from app.database.connection import migrate, open_database, open_sessions
from app.search.home import IndexHome
from app.search.index import Entry
from app.search.sync import Synchroniser
from tests.benchmarks.search.bare import write_bare_index
from tests.benchmarks.search.filling import archive_settings
from tests.benchmarks.search.fts5 import Fts5Writer
from tests.benchmarks.search.processes import Built
from tests.benchmarks.search.records import every_entry

_LOOK_S = 0.05


class _Watch:
    """Measures from its making on; looks at the memory from a thread of its own."""

    def __init__(self) -> None:
        self._own_kb = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self, entries: int) -> Built:
        wall_s, cpu_s = time.perf_counter() - self._wall, time.process_time() - self._cpu
        self._ended.set()
        self._thread.join()
        # VmHWM, not ru_maxrss: a process inherits the latter from the one that started it.
        return Built(entries, wall_s, cpu_s, _memory_kb("VmHWM") // 1024, self._own_kb // 1024)

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            self._own_kb = max(self._own_kb, _memory_kb("RssAnon"))


def _memory_kb(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0])


def rebuild(settings: Settings) -> Built:
    """Make our index from the database, as `readingroom reindex` does."""
    engine = open_database(settings.database_url)
    migrate(engine)
    home = IndexHome(settings)
    watch = _Watch()
    entries = Synchroniser(home, open_sessions(engine)).rebuild()
    built = watch.stop(entries)
    home.close()
    return built


def build_bare(settings: Settings) -> Built:
    """Make an index of the same entries by plain tantivy; the entries are loaded off the clock."""
    entries = [entry for batch in _entries(settings) for entry in batch]
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        watch = _Watch()
        write_bare_index(Path(folder), entries)
        return watch.stop(len(entries))


def build_fts5(settings: Settings) -> Built:
    """Make the table of SQLite FTS5, which the searches are compared with; only its own time is counted."""
    written, wall_s, cpu_s = 0, 0.0, 0.0
    with Fts5Writer(settings.home) as writer:
        for batch in _entries(settings):
            wall, cpu = time.perf_counter(), time.process_time()
            writer.write(batch)
            wall_s, cpu_s = wall_s + time.perf_counter() - wall, cpu_s + time.process_time() - cpu
            written += len(batch)
        wall, cpu = time.perf_counter(), time.process_time()
        writer.finish()
        wall_s, cpu_s = wall_s + time.perf_counter() - wall, cpu_s + time.process_time() - cpu
    return Built(written, wall_s, cpu_s, _memory_kb("VmHWM") // 1024, 0)


def _entries(settings: Settings) -> Iterator[list[Entry]]:
    return every_entry(open_sessions(open_database(settings.database_url)))


def main() -> None:
    """Do one of them."""
    what, folder, engine = sys.argv[1:]
    settings = archive_settings(Path(folder), IndexEngine(engine))
    built = {"rebuild": rebuild, "bare": build_bare, "fts5": build_fts5}[what](settings)
    print(json.dumps(asdict(built)), flush=True)


if __name__ == "__main__":
    main()
