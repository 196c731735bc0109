"""Tell whether the files of an index are still what their writer left.

Their sizes and sums stand in a seal. A search looks at sizes and times, which costs microseconds a
file, and reads only what these speak against. While someone writes the seal is open: what is new is
then held to the sums that the engine itself keeps, and so is what a writer left that was killed.
"""

import json
import os
import threading
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.errors import IndexUnavailableError

_SEAL = "seal.json"
_PARTIAL = f".{_SEAL}.new"
_CHUNK = 1 << 20
_TRIES = 10  # a writer may come between two looks

FindUnsound = Callable[[Path, Collection[str]], str | None]


class Look(NamedTuple):
    """What a file looks like from outside; a change of its bytes changes this too."""

    size_bytes: int
    modified_ns: int
    changed_ns: int  # nobody can set this back


@dataclass(frozen=True, slots=True)
class FileKinds:
    """What an engine's files are."""

    replaced: frozenset[str]  # names under which a writer puts other bytes; under all others they never change
    passing: Callable[[str], bool]  # tells from its name that a file says nothing, as a lock
    find_unsound: FindUnsound  # what is wrong with files that no seal has yet; None: nothing that can be seen


class _Sealed(NamedTuple):
    look: Look
    crc: int


class _Seal(NamedTuple):
    is_open: bool
    files: Mapping[str, _Sealed]


class SealedFolder:
    """The folder of one index; safe to use from several threads."""

    def __init__(self, folder: Path, kinds: FileKinds) -> None:
        self._folder = folder
        self._kinds = kinds
        self._lock = threading.Lock()
        self._sound: Mapping[str, Look] | None = None  # the folder when it was last found to be sound
        self._read: dict[str, tuple[Look, int]] = {}  # sums by name, and of which look they are

    def open(self) -> None:
        """Say that the files are being written; what was sealed stays so."""
        files = self._read_seal().files if (self._folder / _SEAL).exists() else {}
        self._write_seal(_Seal(is_open=True, files=files))

    def close(self) -> None:
        """Seal all files as they are now."""
        known = self._read_seal().files
        files = {}
        for name, look in self.look().items():
            if name == _SEAL:
                continue
            sealed = known.get(name)
            keeps = sealed is not None and sealed.look == look and name not in self._kinds.replaced
            files[name] = sealed if sealed and keeps else _Sealed(look, _sum(self._folder / name))
        self._write_seal(_Seal(is_open=False, files=files))

    def check(self, *, thorough: bool = False) -> None:
        """See that all files are sound; with `thorough` every byte is read.

        Raises:
            IndexUnavailableError: they are not, or cannot be read.
        """
        try:
            if not thorough and self.look() == self._sound:
                return
            with self._lock:
                self._check(thorough=thorough)
        except OSError as error:
            raise _damaged(f"{error.strerror}: {Path(error.filename or '').name}") from error

    def _check(self, *, thorough: bool) -> None:
        if thorough:
            self._read.clear()
        problem = ""
        for _ in range(_TRIES):
            look = self.look()
            if not thorough and look == self._sound:
                return
            try:
                found = self._find_problem(self._read_seal(), look, thorough=thorough)
            except FileNotFoundError as error:
                found = f"{Path(error.filename).name} is gone"
            if found is None:
                self._sound = look
                return
            problem = found
            if self.look() == look:
                break
        raise _damaged(problem)

    def _find_problem(self, seal: _Seal, look: Mapping[str, Look], *, thorough: bool) -> str | None:
        for name, sealed in seal.files.items():
            seen = look.get(name)
            if seal.is_open and (seen is None or name in self._kinds.replaced):
                continue
            if seen is None:
                return f"{name} is gone"
            if seen.size_bytes != sealed.look.size_bytes:
                return f"{name} has {seen.size_bytes} bytes instead of {sealed.look.size_bytes}"
            if (thorough or seen != sealed.look) and self._sum(name, seen) != sealed.crc:
                return f"{name} has other bytes"
        return self._kinds.find_unsound(self._folder, seal.files) if seal.is_open else None

    def _sum(self, name: str, look: Look) -> int:
        known = self._read.get(name)
        if known is None or known[0] != look:
            known = self._read[name] = look, _sum(self._folder / name)
        return known[1]

    def look(self) -> dict[str, Look]:
        """Return what each file that says something looks like, by name."""
        found = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name == _PARTIAL or self._kinds.passing(entry.name):
                    continue
                try:
                    told = entry.stat()
                except FileNotFoundError:
                    continue  # a writer has just removed it
                found[entry.name] = Look(told.st_size, told.st_mtime_ns, told.st_ctime_ns)
        return found

    def _read_seal(self) -> _Seal:
        try:
            told = json.loads((self._folder / _SEAL).read_bytes())
            files = {name: _Sealed(Look(*look), crc) for name, (*look, crc) in told["files"].items()}
            if told["crc"] != _sum_of_seal(is_open=told["open"], files=files):
                raise _damaged("its seal has other bytes")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged("its seal cannot be read") from error
        return _Seal(told["open"], files)

    def _write_seal(self, seal: _Seal) -> None:
        crc = _sum_of_seal(is_open=seal.is_open, files=seal.files)
        files = {name: [*sealed.look, sealed.crc] for name, sealed in seal.files.items()}
        partial = self._folder / _PARTIAL
        with partial.open("w") as file:
            json.dump({"open": seal.is_open, "crc": crc, "files": files}, file)
            file.flush()
            os.fsync(file.fileno())  # after a power cut an open seal must not look closed
        partial.replace(self._folder / _SEAL)


def _sum_of_seal(*, is_open: bool, files: Mapping[str, _Sealed]) -> int:
    told = [is_open, sorted((name, *sealed.look, sealed.crc) for name, sealed in files.items())]
    return zlib.crc32(json.dumps(told).encode())


def _sum(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def _damaged(problem: str) -> IndexUnavailableError:
    return IndexUnavailableError(f"The index is damaged ({problem}) and has to be made anew: `readingroom reindex`.")
