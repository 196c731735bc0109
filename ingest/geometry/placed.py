"""Things on a page, found by where they stand."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

from ingest.records import Box

_Thing = TypeVar("_Thing")


class Placed(Generic[_Thing]):
    """Things on a page, found by where their middles stand without looking at all of them."""

    def __init__(self, things: Iterable[tuple[_Thing, Box]]) -> None:
        places = sorted(
            (((box.top + box.bottom) / 2, (box.x0 + box.x1) / 2, thing) for thing, box in things),
            key=lambda place: place[0],
        )
        self._heights = [place[0] for place in places]
        self._places = places

    def within(self, box: Box) -> list[_Thing]:
        """Return the things whose middle lies in the box, from top to bottom."""
        start, end = bisect_left(self._heights, box.top), bisect_right(self._heights, box.bottom)
        return [thing for _, x, thing in self._places[start:end] if box.x0 <= x <= box.x1]


def share_covered(box: Box, by: Box) -> float:
    """Return how much of the first box the second one covers, from 0 to 1."""
    width = min(box.x1, by.x1) - max(box.x0, by.x0)
    height = min(box.bottom, by.bottom) - max(box.top, by.top)
    area = (box.x1 - box.x0) * (box.bottom - box.top)
    return max(width, 0.0) * max(height, 0.0) / area if area > 0 else 0.0


def is_same(box: Box, other: Box) -> bool:
    """Tell whether two boxes are one, drawn twice."""
    return all(abs(side - other_side) < 2 for side, other_side in zip(box, other, strict=True))
