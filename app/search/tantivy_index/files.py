"""What tantivy's files say of themselves: which are part of the index, and the sum at the end of each."""

import functools
import json
import struct
import zlib
from collections.abc import Collection
from pathlib import Path

from app.search.seal import FileKinds

_META = "meta.json"
_MAGIC = 1337
_END = struct.Struct("<II")  # length of the footer's JSON before it, and the magic number
_CHUNK = 1 << 20
_REMEMBERED = 1_000


def _is_passing(name: str) -> bool:
    return name.endswith(".lock") or name.startswith(".tmp")


def find_unsound(folder: Path, sealed: Collection[str]) -> str | None:
    """Return what is wrong with the files of live segments that are not sealed yet; None if nothing is.

    A file that vanishes while it is looked at was merged into another: the caller looks again.
    """
    try:
        segments = {one["segment_id"].replace("-", "") for one in json.loads((folder / _META).read_bytes())["segments"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{_META} cannot be read"
    for path in folder.iterdir():
        if path.name.partition(".")[0] in segments and path.name not in sealed:
            told = path.stat()
            if not _agrees(path, told.st_size, told.st_mtime_ns, told.st_ctime_ns):
                return f"{path.name} does not have the bytes that its footer says"
    return None


@functools.lru_cache(_REMEMBERED)
def _agrees(path: Path, size: int, _modified_ns: int, _changed_ns: int) -> bool:
    """Tell whether a file has the sum in its footer (tantivy 0.25, directory/footer.rs)."""
    with path.open("rb") as file:
        try:
            file.seek(size - _END.size)
            length, magic = _END.unpack(file.read(_END.size))
            left = size - _END.size - length
            file.seek(left)
            wanted = json.loads(file.read(length))["crc"]
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return False
        file.seek(0)
        crc = 0
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            crc = zlib.crc32(chunk, crc)
            left -= len(chunk)
    return magic == _MAGIC and bool(crc == wanted)


FILE_KINDS = FileKinds(frozenset({_META, ".managed.json"}), _is_passing, find_unsound)
