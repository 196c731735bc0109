"""Unpack zips: by position, under names of our own, within limits."""

import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from struct import unpack_from
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ingest.files.limits import Allowance
from ingest.records import Problem

_CHUNK = 1 << 20
# What zipfile makes of the list of members takes 15 times its bytes, and the file may be all list.
_MOST_DIRECTORY_BYTES = 8 << 20
_SMALL = 1 << 20  # a member of this size may have any ratio
_LOCAL_HEADER = 30  # bytes before the name (APPNOTE 4.3.7)
_ENCRYPTED, _UTF8 = 0x1, 0x800  # general purpose flags (APPNOTE 4.4.4)
# zipfile unpacks BZIP2 and LZMA without a bound: 500 bytes became a gigabyte of memory.
_READ_METHODS = {ZIP_STORED, ZIP_DEFLATED}
_UNPACK_ERRORS = (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a zip and where its bytes lie now.

    Where there is a problem these are its packed bytes as they stand in the zip.
    """

    name: str  # harmless: no "..", no leading "/", no control characters
    location: Path
    problem: Problem | None


class _ShyFile(FileIO):
    """A zip's bytes, never many at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as a file does.

        Raises:
            BadZipFile: `zipfile` wants the list of members at once, and that is too long to be held.
        """
        if size is None or size < 0:  # all that is left: `zipfile` asks so for the end of the file
            size = _MOST_DIRECTORY_BYTES
        if size > _MOST_DIRECTORY_BYTES:
            raise BadZipFile("its list of files is too long")
        return super().read(size) or b""


class _OverLimitError(Exception):
    """A member gives more bytes than it may."""


@contextmanager
def open_zip(path: Path) -> Iterator[ZipFile]:
    """Open a zip for reading.

    Raises:
        BadZipFile: it is none, or made to fill the memory.
        OSError: it cannot be read; other errors come from fields that make no sense.
    """
    with _ShyFile(path) as file, ZipFile(file) as opened:
        yield opened


def find_members(archive: Path, allowance: Allowance) -> tuple[list[ZipInfo], Problem | None]:
    """Return the members to unpack, in the order of the zip's directory, and what is wrong with the whole.

    Folders and the notes that macOS adds are left out.
    """
    try:
        with open_zip(archive) as opened:
            infos = [info for info in opened.filelist if not _is_furniture(info)]
    except (*_UNPACK_ERRORS, OSError) as error:
        return [], Problem("broken_zip", f"The zip cannot be opened ({error}); ask for a sound copy.")
    if _overlap(infos):
        detail = "Members of the zip share the same bytes, as only a zip made to do harm has; it is not unpacked."
        return [], Problem("overlapping_members", detail)
    kept = infos[: allowance.members]
    allowance.members -= len(kept)
    if len(kept) == len(infos):
        return kept, None
    detail = f"{len(kept):,} of {len(infos):,} files were unpacked; unpack it and ingest the folder."
    return kept, Problem("too_many_members", detail)


def every_member(archive: Path, infos: list[ZipInfo], scratch: Path, allowance: Allowance) -> Iterator[Member]:
    """Yield each member unpacked into `scratch`, or its packed bytes and the problem."""
    with open_zip(archive) as opened:
        for info in infos:
            target = _new_file(scratch)
            problem = _refusal(info) or _unpack(opened, info, target, allowance)
            if problem:
                _copy_packed(archive, info, target)
            yield Member(clean_name(_decode_name(info)), target, problem)


def clean_name(name: str) -> str:
    """Return a member's name as a path that leads nowhere else and can be shown and stored."""
    shown = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "\ufffd", name.replace("\\", "/"))
    parts = [part for part in shown.split("/") if part not in {"", ".", ".."}]
    return "/".join(parts)[-1000:] or "unnamed"


def _is_furniture(info: ZipInfo) -> bool:
    name = info.filename
    base = name.rsplit("/", 1)[-1]
    return info.is_dir() or name.startswith("__MACOSX/") or base.startswith("._") or base == ".DS_Store"


def _overlap(infos: list[ZipInfo]) -> bool:
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
    return False


def _decode_name(info: ZipInfo) -> str:
    """Return the name; zips of today write UTF-8 and often do not say so."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _new_file(scratch: Path) -> Path:
    descriptor, name = tempfile.mkstemp(dir=scratch, prefix="member-")
    os.close(descriptor)
    return Path(name)


def _refusal(info: ZipInfo) -> Problem | None:
    if info.flag_bits & _ENCRYPTED:
        return Problem("locked", "The file is locked within its zip; unpack it with its password and ingest it.")
    if info.compress_type not in _READ_METHODS:
        detail = f"The file is packed by method {info.compress_type}, which is not read; unpack it and ingest it."
        return Problem("unread_packing", detail)
    return None


def _unpack(opened: ZipFile, info: ZipInfo, target: Path, allowance: Allowance) -> Problem | None:
    limits = allowance.limits
    by_ratio = max(_SMALL, info.compress_size * limits.max_ratio)
    most = min(limits.max_bytes, allowance.unpacked_bytes, by_ratio)
    try:
        allowance.unpacked_bytes -= _write(opened, info, target, most)
    except _OverLimitError:
        detail = f"The file unpacks to more than {most:,} bytes; if that is right, unpack it and ingest it."
        return Problem("too_large", detail)
    except _UNPACK_ERRORS as error:
        return Problem("broken_member", f"The file cannot be unpacked ({error}); ask for a sound copy of the zip.")
    return None


def _write(opened: ZipFile, info: ZipInfo, target: Path, most: int) -> int:
    """Unpack by position and return the number of bytes; the declared size is not believed.

    Raises:
        OSError: our own disk does not take them; nothing is wrong with the zip.
    """
    written = 0
    with target.open("wb") as copy:
        for chunk in _chunks(opened, info):
            written += len(chunk)
            if written > most:
                raise _OverLimitError
            copy.write(chunk)
    return written


def _chunks(opened: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """Yield what is unpacked; that it cannot be read is the zip's fault."""
    try:
        with opened.open(info) as source:
            while chunk := source.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise BadZipFile(str(error)) from error


def _copy_packed(archive: Path, info: ZipInfo, target: Path) -> None:
    """Put the member's packed bytes into `target`; they prove what was released, even unread."""
    with archive.open("rb") as source, target.open("wb") as copy:
        source.seek(info.header_offset)
        header = source.read(_LOCAL_HEADER)
        if len(header) == _LOCAL_HEADER:
            source.seek(sum(unpack_from("<HH", header, 26)), os.SEEK_CUR)
        left = info.compress_size
        while left > 0 and (chunk := source.read(min(_CHUNK, left))):
            copy.write(chunk)
            left -= len(chunk)
