"""Visits while files are read: what was kept can soon be found, and searches are not disturbed all day."""

import logging
import time
from collections.abc import Callable

from app.archive import Archive
from app.database.statistics import analyse
from app.errors import IndexUnavailableError, StorageError

log = logging.getLogger(__name__)

# Seconds between two visits, each time twice as long: at least half of what was read can be found. What the service
# keeps of searches is stale after each.
_FIRST_S, _LONGEST_S = 5.0, 300.0


class Visits:
    """The visits of one run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wait_s = _FIRST_S
        self._due_at = clock() + self._wait_s

    def make(self, archive: Archive) -> None:
        """Make what is kept ready if it is time; where the index fails the reading goes on, and the last tells."""
        if self._clock() < self._due_at:
            return
        try:
            make_ready(archive)
        except IndexUnavailableError as error:
            log.warning("index not written yet: %s", error)
        self._wait_s = min(2 * self._wait_s, _LONGEST_S)
        self._due_at = self._clock() + self._wait_s


def make_ready(archive: Archive) -> None:
    """Let readers find what is kept, and get their lists of it by the short way.

    Raises:
        IndexUnavailableError: the index cannot be written; `archive.search.sync()` does it later.
    """
    if not archive.search.sync():
        return  # nothing was new
    try:
        analyse(archive.sessions)
    except StorageError as error:  # all is kept and can be found
        log.warning("rows not counted: %s", error)
