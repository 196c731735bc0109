"""Write compound files (MS-CFB), so that tests make their own .msg files."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_FREE, _END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_CUTOFF = 4096  # smaller streams lie in the mini stream


@dataclass(slots=True)
class _Space:
    """Sectors of one size and the chains that they form."""

    sector: int
    chains: list[int] = field(default_factory=list)
    content: bytearray = field(default_factory=bytearray)

    def add(self, stream: bytes) -> int:
        """Append a stream and return its first sector."""
        count = -(-len(stream) // self.sector)
        start = len(self.chains)
        self.chains.extend([*range(start + 1, start + count), _END] if count else [])
        self.content += stream.ljust(count * self.sector, b"\0")
        return start if count else _END


def write_compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a file with these streams; a path's "/" parts storages."""
    paths = sorted({path.rsplit("/", depth)[0] for path in streams for depth in range(path.count("/") + 1)})
    large, small = _Space(512), _Space(64)
    starts = {path: (large if len(content) >= _CUTOFF else small).add(content) for path, content in streams.items()}
    mini_stream, mini_fat = large.add(bytes(small.content)), large.add(_pack(small.chains))
    entries = [_entry("Root Entry", _ROOT, _child("", paths), _FREE, mini_stream, len(small.content))]
    for path in paths:
        kind = _STREAM if path in streams else _STORAGE
        size = len(streams.get(path, b""))
        entries.append(_entry(path, kind, _child(path, paths), _sibling(path, paths), starts.get(path, 0), size))
    directory = large.add(b"".join(entries))
    head = _header(large, directory, mini_fat, len(_pack(small.chains)) // 512)
    return head + bytes(large.content) + _fat(large)


def _pack(numbers: Sequence[int]) -> bytes:
    """Return the numbers as whole sectors."""
    padded = [*numbers, *[_FREE] * (-len(numbers) % 128)]
    return struct.pack(f"<{len(padded)}I", *padded)


def _child(path: str, paths: list[str]) -> int:
    return next((n for n, each in enumerate(paths, start=1) if each.rpartition("/")[0] == path), _FREE)


def _sibling(path: str, paths: list[str]) -> int:
    """Return the next of the same storage: a tree that leans to one side, and is one."""
    after = paths.index(path) + 1
    same = (
        n for n, each in enumerate(paths, start=1) if n > after and each.rpartition("/")[0] == path.rpartition("/")[0]
    )
    return next(same, _FREE)


def _entry(path: str, kind: int, child: int, sibling: int, start: int, size: int) -> bytes:
    name = path.rpartition("/")[2].encode("utf-16-le")
    head = name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name) + 2, kind, 1, _FREE, sibling, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _fat_count(space: _Space) -> int:
    count = 1
    while len(space.chains) + count > count * 128:
        count += 1
    return count


def _fat(space: _Space) -> bytes:
    return _pack([*space.chains, *[_FAT_SECTOR] * _fat_count(space)])


def _header(space: _Space, directory: int, mini_fat: int, mini_fat_count: int) -> bytes:
    count = _fat_count(space)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, count, directory, 0, _CUTOFF, mini_fat, mini_fat_count, _END, 0)
    places = range(len(space.chains), len(space.chains) + count)
    return head + struct.pack("<109I", *places, *[_FREE] * (109 - count))
