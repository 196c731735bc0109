"""Folders for what is on its way: a process that is killed leaves one, and the next one that comes by removes it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_scratch(folder: Path) -> Iterator[Path]:
    """Give a folder of this process within `folder`; those of processes that are gone are removed.

    A folder is locked as long as its process lives. A process's number would not tell: it may be another's by now,
    and within a container it is the same each time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _turn(folder):
        _remove_all_left(folder)
        scratch = Path(tempfile.mkdtemp(dir=folder))
        own = _lock(scratch, fcntl.LOCK_EX)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(own)


def clear_scratch(folder: Path) -> None:
    """Remove the folders of processes that are gone, also where nothing new is on its way."""
    if folder.is_dir():
        with _turn(folder):
            _remove_all_left(folder)


def is_used(folder: Path) -> bool:
    """Tell whether the process lives that was given this folder; one that is gone is not used."""
    try:
        os.close(_lock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB))
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Let nobody see a folder that is made and not yet locked."""
    turn = _lock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(turn)


def _remove_all_left(folder: Path) -> None:
    for left in folder.iterdir():
        _remove_left(left)


def _remove_left(folder: Path) -> None:
    try:
        lock = _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # its process lives, or has just removed it
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _lock(folder: Path, how: int) -> int:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
