"""Keep old states of an index for a while, so that a result can be paged through unchanged."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

_MOST_KEPT = 32
_KEPT_S = 600

View = TypeVar("View")


class Snapshots(Generic[View]):
    """The states of an index by their generation; the least used go first."""

    def __init__(self, drop: Callable[[View], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._views: OrderedDict[str, tuple[View, float]] = OrderedDict()
        self._drop = drop
        self._clock = clock
        self._lock = threading.Lock()

    def keep(self, generation: str, view: View) -> None:
        """Keep a state for ten minutes from now."""
        with self._lock:
            self._views[generation] = (view, self._clock())
            self._views.move_to_end(generation)
            self._drop_old()

    def find(self, generation: str) -> View | None:
        """Return the state of this generation; None if it was never kept, or not used for too long."""
        with self._lock:
            self._drop_old()
            view, _ = self._views.get(generation, (None, 0.0))
            return view

    def forget(self, generation: str) -> None:
        """Keep a state no longer that is gone; it is not dropped, for there is nothing left of it."""
        with self._lock:
            self._views.pop(generation, None)

    def clear(self) -> None:
        """Let all states go."""
        with self._lock:
            while self._views:
                self._drop(self._views.popitem()[1][0])

    def _drop_old(self) -> None:
        oldest = self._clock() - _KEPT_S
        while self._views:
            view, used = next(iter(self._views.values()))
            if used >= oldest and len(self._views) <= _MOST_KEPT:
                return
            self._views.popitem(last=False)
            self._drop(view)
