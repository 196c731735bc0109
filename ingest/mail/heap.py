"""Properties within the raw bytes of a .pst node (MS-PST, 2.3): libpff gives an attached email only so."""

import struct
from collections.abc import Iterator

_SIGNATURE, _PROPERTY_CONTEXT, _TREE = 0xEC, 0xBC, 0xB5
_BLOCK_BYTES = 8176  # of one data block (2.2.2.8.3.1): a heap of several has a page in each
_MOST_LEVELS = 8
_FIXED = {0x0002: 2, 0x0003: 4, 0x0004: 4, 0x000B: 1}  # bytes of the types whose value stands in the tree


def every_property(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield tag, type and value of each property; values that lie in other nodes are left out.

    Nothing is yielded for bytes that are no property context; what is damaged ends the reading.
    """
    if len(raw) < 12 or raw[2] != _SIGNATURE or raw[3] != _PROPERTY_CONTEXT:
        return
    root = _allocation(raw, struct.unpack_from("<I", raw, 4)[0])
    if len(root) < 8 or root[0] != _TREE:
        return
    levels, first = root[3], struct.unpack_from("<I", root, 4)[0]
    for record in _records(raw, first, min(levels, _MOST_LEVELS), set()):
        tag, kind, value = struct.unpack("<HHI", record)
        if kind in _FIXED:
            yield tag, kind, record[4 : 4 + _FIXED[kind]]
        elif value & 0x1F == 0:  # else it names another node
            yield tag, kind, _allocation(raw, value)


def _records(raw: bytes, place: int, levels: int, seen: set[int]) -> Iterator[bytes]:
    """Yield the leaves of a tree: key of 2 bytes, entry of 6; each place once, as a damaged tree may be a loop."""
    if place in seen:
        return
    seen.add(place)
    node = _allocation(raw, place)
    size = 6 if levels else 8
    for start in range(0, len(node) - size + 1, size):
        if levels == 0:
            yield node[start : start + 8]
        else:
            yield from _records(raw, struct.unpack_from("<I", node, start + 2)[0], levels - 1, seen)


def _allocation(raw: bytes, place: int) -> bytes:
    """Return what stands at a place of the heap (2.3.1.1), b"" if it is none."""
    number, block = place >> 5 & 0x7FF, place >> 16
    page = raw[block * _BLOCK_BYTES : (block + 1) * _BLOCK_BYTES]
    if place & 0x1F or not number or len(page) < 2:
        return b""
    try:
        (map_start,) = struct.unpack_from("<H", page, 0)
        (count,) = struct.unpack_from("<H", page, map_start)
        start, end = struct.unpack_from("<HH", page, map_start + 4 + 2 * (number - 1))
    except struct.error:
        return b""
    return page[start:end] if number <= count else b""
