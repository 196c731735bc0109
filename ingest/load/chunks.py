"""Cut long lists of ids into as many as a statement should take."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_SIZE = 900  # SQLite takes 32,766 parameters, and plans few better than many
_Value = TypeVar("_Value")


def in_chunks(values: Iterable[_Value], size: int = _SIZE) -> Iterator[list[_Value]]:
    """Yield the values, some hundreds at a time, in order."""
    waiting = iter(values)
    while chunk := list(islice(waiting, size)):
        yield chunk
