"""The originals, kept by the SHA-256 of their bytes and never changed."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path


class FileStore:
    """A folder of files named by their own hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the file of this hash lies, whether it is there or not."""
        return self.folder / sha256[:2] / sha256

    def add(self, source: Path, sha256: str) -> Path:
        """Copy `source` in under its hash and return its path; once it returns the bytes survive a crash.

        Raises:
            ValueError: the bytes that were copied do not have this hash (the file changed meanwhile).
        """
        target = self.path(sha256)
        if target.exists():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
                shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            if hash_file(partial) != sha256:
                raise ValueError(f"{source.name} changed while it was copied; ingest it again.")
            partial.chmod(0o444)
            partial.replace(target)
            _sync_folder(target.parent)
        finally:
            partial.unlink(missing_ok=True)
        return target


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename within `folder` survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
