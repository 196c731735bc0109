"""Run something in a thread of its own: one that drives a browser has an event loop already."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Result = TypeVar("_Result")


def run_apart(work: Callable[[], _Result]) -> _Result:
    """Return what `work` returns, or raise what it raises."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
