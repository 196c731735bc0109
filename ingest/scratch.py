"""A folder of this process for unpacked files and pages that wait."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_scratch(folder: Path) -> Iterator[Path]:
    """Give a folder of this process within `folder`; those of processes that were killed are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if not _is_running(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=folder) as scratch:
        yield Path(scratch)


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
