"""Have an index that cannot be read made anew, by a process of its own: the one that serves writes nothing."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable

from app import manners
from app.config import Settings
from app.database.connection import open_database, open_sessions
from app.database.readers import ReaderSessions
from app.errors import ArchiveError
from app.logs import set_up_logging
from app.search.sync import Synchroniser, open_homes

log = logging.getLogger(__name__)

_SHORTEST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 60.0  # where the disk is full, say, it fails again and again
_EXIT_FAILED = 1

# A plain fork of a service, which has threads, may hang; this server is forked from before, with all loaded.
_CONTEXT = multiprocessing.get_context("forkserver")


class Mender:
    """Calls for a new index at most once at a time; several services take turns by the writers' lock."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pause_s = _SHORTEST_PAUSE_S
        self._not_before = 0.0

    def call(self) -> None:
        """Start making the index anew, unless that is under way or has just failed; returns at once."""
        if not self._lock.acquire(blocking=False):  # another thread is at it, which may take a second
            return
        try:
            if not self._is_under_way() and self._clock() >= self._not_before:
                self._process = _CONTEXT.Process(target=mend, args=(self._settings,), name="mend-index", daemon=True)
                self._process.start()
        finally:
            self._lock.release()

    def _is_under_way(self) -> bool:
        if self._process is None:
            return False
        if self._process.is_alive():
            return True
        failed = self._process.exitcode != 0
        self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2) if failed else _SHORTEST_PAUSE_S
        self._not_before = self._clock() + self._pause_s
        self._process.close()
        self._process = None
        return False


def mend(settings: Settings) -> None:
    """Make the index anew if it cannot be read and nobody else is at it; ends the process with 1 where that fails."""
    set_up_logging(settings.log_level)
    manners.let_readers_go_first()
    engine = open_database(settings.database_url)
    sessions = open_sessions(engine)
    readers = ReaderSessions(engine, sessions)
    try:
        with open_homes(settings, readers) as (home, closed):
            written = Synchroniser(home, sessions, closed).ensure_index(wait_s=0)
    except (ArchiveError, OSError) as error:
        log.error("index not made anew: %s", error)
        raise SystemExit(_EXIT_FAILED) from error
    finally:
        readers.close()
        engine.dispose()
    if written:
        log.warning("index could not be read and was made anew entries=%d", written)
