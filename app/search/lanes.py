"""How many searches run at once: a service that lets all begin together finishes none in time.

An engine cannot be stopped in the midst of a search, so what asks for much waits for its turn before it begins.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import BusyError

HEAVY_COST = 60  # of a query, as `find_cost` says: those above wait in a lane of their own

# Places, line and rest of each lane. A process has 40 threads, of which pictures take 8: readers of documents must find
# one. What asks for much leaves the processors to others in between, however much of it comes.
_SIZES = ((4, 8, 0.0), (1, 3, 3.0), (2, 4, 1.0))
_LONGEST_REST_S = 2.0


class Lane:
    """Lets so many in at once; of the others a few wait in line for a while, and the rest is sent away.

    A place that was taken for a second stays empty for `rest` seconds, two at most.
    """

    def __init__(self, *, places: int, line: int, wait_s: float, rest: float = 0.0) -> None:
        self._room = threading.Semaphore(places + line)
        self._changed = threading.Condition()
        self._free_from = [0.0] * places  # from when each free place may be taken, on the monotonic clock
        self._wait_s = wait_s
        self._rest = rest

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take a place while the context is open.

        Raises:
            BusyError: there is none, and none was left in time.
        """
        if not self._room.acquire(blocking=False):
            raise BusyError("Too many readers ask for something like this at once; try again in a moment.")
        try:
            self._take_place()
            begun = time.monotonic()
            try:
                yield
            finally:
                self._leave_place(begun)
        finally:
            self._room.release()

    def _take_place(self) -> None:
        end = time.monotonic() + self._wait_s
        with self._changed:
            while True:
                now, soonest = time.monotonic(), min(self._free_from, default=math.inf)
                if soonest <= now:
                    self._free_from.remove(soonest)
                    return
                if now >= end:
                    raise BusyError("Others who asked for much took too long; try again in a moment.")
                self._changed.wait(min(soonest, end) - now)

    def _leave_place(self, begun: float) -> None:
        now = time.monotonic()
        with self._changed:
            self._free_from.append(now + min(self._rest * (now - begun), _LONGEST_REST_S))
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of one process, and how long what was begun may go on asking the engine."""

    quick: Lane  # searches
    heavy: Lane  # searches that ask for much
    lists: Lane  # what counts or sorts all of the record
    limit_s: float

    @classmethod
    def of_service(cls, limit_s: float) -> "Lanes":
        """Return the lanes of a process that serves many readers."""
        quick, heavy, lists = (
            Lane(places=places, line=line, wait_s=limit_s, rest=rest) for places, line, rest in _SIZES
        )
        return cls(quick, heavy, lists, limit_s)

    @classmethod
    def of_one(cls) -> "Lanes":
        """Return the lanes of a program that serves nobody else: all that comes is let in."""
        everyone = Lane(places=1_000, line=0, wait_s=0)
        return cls(everyone, everyone, everyone, math.inf)

    @contextmanager
    def search(self, cost: int) -> Iterator["Deadline"]:
        """Take a place in the lane of a search of this cost.

        Raises:
            BusyError: there is none, and none was left in time.
        """
        with (self.heavy if cost > HEAVY_COST else self.quick).turn():
            yield Deadline(self.limit_s)


class Deadline:
    """Until when something may go on."""

    def __init__(self, limit_s: float) -> None:
        self._until = time.monotonic() + limit_s

    def check(self) -> None:
        """Go on, if there is time.

        Raises:
            BusyError: there is none left.
        """
        if time.monotonic() > self._until:
            raise BusyError("This search takes longer than a reader may keep others waiting; ask for less.")
