"""The originals, kept by the SHA-256 of their bytes and never changed."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import StorageError, UnreadableFileError
from app.scratch import clear_scratch, open_scratch

INCOMING = "incoming"  # the folder of copies that are on their way
_CHUNK = 1 << 20
OF_THE_DISK = {  # what the system says, and what that means
    errno.ENOSPC: "is full; make room",
    errno.EDQUOT: "is as full as your quota allows; make room",
    errno.EROFS: "can only be read; make it writable",
    errno.EIO: "fails; look at the disk",
}


class FileStore:
    """A folder of files named by their own hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._durable: set[Path] = set()  # folders that this process has seen to

    def path(self, sha256: str) -> Path:
        """Return where the file of this hash lies, whether it is there or not."""
        return self.folder / sha256[:2] / sha256

    def add(self, source: Path, sha256: str) -> Path:
        """Copy `source` in under its hash and return its path; once it returns the bytes survive a crash.

        Raises:
            UnreadableFileError: `source` cannot be read, or its bytes do not have this hash: it changed meanwhile.
            StorageError: the disk of the store cannot be written.
        """
        target = self.path(sha256)
        with disk_errors(self.folder):
            self._make_durable(target.parent)
            if not target.exists():
                self._copy(source, target)
            _sync_folder(target.parent)  # also of what another process has just put there
        return target

    def clear_incoming(self) -> None:
        """Remove copies that were on their way when their process ended."""
        clear_scratch(self.folder / INCOMING)

    def _copy(self, source: Path, target: Path) -> None:
        with open_scratch(self.folder / INCOMING) as incoming:
            partial = incoming / target.name
            with partial.open("wb") as copy:
                copied = hashlib.sha256()
                for chunk in _every_chunk(source):
                    copied.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            if copied.hexdigest() != target.name:
                raise UnreadableFileError(f"{source.name} changed while it was copied; ingest it again.")
            partial.chmod(0o444)
            partial.replace(target)

    def _make_durable(self, folder: Path) -> None:
        """See that a folder is there and survives a crash, with all above it that had to be made."""
        if folder in self._durable:
            return
        if folder != self.folder:
            self._make_durable(folder.parent)
            folder.mkdir(exist_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder.parent.parent, os.R_OK):  # the home may be as new
                _sync_folder(folder.parent.parent)
        _sync_folder(folder.parent)
        self._durable.add(folder)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Let what a disk says when it is full or fails become a `StorageError` that names the folder."""
    try:
        yield
    except OSError as error:
        told = OF_THE_DISK.get(error.errno or 0)
        if told is None:
            raise
        raise StorageError(
            f"The disk of {folder.absolute()} {told} and run the same again ({error.strerror})."
        ) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _every_chunk(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as original:
            while chunk := original.read(_CHUNK):
                yield chunk
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFileError(f"{source.name} cannot be read ({reason}); mend that and ingest it again.") from error


def _sync_folder(folder: Path) -> None:
    """Make what was made or renamed within `folder` survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
