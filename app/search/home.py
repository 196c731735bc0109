"""The folder of an archive's index: which one is live, how it is swapped, and who may write."""

import fcntl
import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from app.config import Settings
from app.database.rereading import Sight
from app.errors import IndexUnavailableError, IndexUnreachableError
from app.search.engines import make_engine
from app.search.index import SCHEMA_VERSION, CheckedIndex, SearchIndex

log = logging.getLogger(__name__)

_POINTER = "current"  # holds the name of the live folder
_VERSION = "schema.json"
_FORGOTTEN = "forgotten"  # what it holds changes when no earlier state may be looked at any more
_LOCK = "writer.lock"
_RETRY_S = 0.05
_STALE_S = 600  # a reader that opened an index just before the swap has long found the new one


class IndexHome:
    """The indexes of one archive and engine, of which one is live.

    Raises:
        BadRequestError: the engine lacks its address or its extra.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time, *, is_public: bool = True) -> None:
        folder = settings.index_folder
        self._folder = folder if is_public else folder.parent / "closed" / folder.name
        self._is_public = is_public
        self._engine = make_engine(settings)
        self._clock = clock
        self._lock = threading.Lock()
        self._live: tuple[str, CheckedIndex] | None = None
        self._replaced: list[SearchIndex] = []
        self._forgotten = ""

    @property
    def folder(self) -> Path:
        """Where the indexes lie."""
        return self._folder

    def live(self) -> CheckedIndex:
        """Return the live index, opened anew where another has taken its place or it was damaged.

        Raises:
            IndexUnavailableError: there is none, or it is damaged or of another version.
        """
        name, forgotten = self._read_pointer(), self._read_forgotten()
        with self._lock:
            if self._live is None or self._live[0] != name:
                index = self._open(name)
                if self._live:
                    self._replace(self._live[1])
                self._live = (name, index)
            elif forgotten != self._forgotten:
                self._live[1].forget()
            self._forgotten = forgotten
            index = self._live[1]
        try:
            index.check()
        except IndexUnavailableError:
            self._let_go(index)  # what was read of it stays wrong even if the files are mended
            raise
        return index

    def look(self) -> Sight | None:
        """Return what the live index looks like from outside: while it is the same it answers the same.

        None: that cannot be told.
        """
        try:
            name, forgotten = self._read_pointer(), self._read_forgotten()
        except IndexUnavailableError:
            return None
        with self._lock:
            index = self._live[1] if self._live and self._live[0] == name else None
        seen = index.look() if index else None
        return None if seen is None else Sight((name, forgotten), seen)

    @contextmanager
    def writing(self, wait_s: float) -> Iterator[bool]:
        """Be the one who writes; gives False where another still writes after `wait_s` seconds.

        Raises:
            IndexUnavailableError: the folder cannot be written.
        """
        with self._open_lock() as file:
            mine = _lock_file(file.fileno(), wait_s)
            if mine:
                self._remove_stale()
            yield mine  # closing the file lets go of the lock

    @contextmanager
    def building(self) -> Iterator[SearchIndex]:
        """Give a new, empty index beside the live one, and swap them at the end; only while writing."""
        name = f"{int(self._clock())}-{uuid.uuid4().hex[:8]}"
        folder = self._folder / name
        folder.mkdir()
        try:
            # Before the index is sealed, so that the seal covers it; an unfinished one has no pointer to it.
            (folder / _VERSION).write_text(json.dumps({"schema": SCHEMA_VERSION}))
            index = self._engine.create(folder)
            try:
                yield index
            finally:
                index.close()
            if self._is_public:
                self._engine.publish(folder)
            self._point_to(name)
        except BaseException:
            self._remove(folder)
            raise
        log.info("swapped index folder=%s", name)

    def retire_others(self) -> None:
        """Let no index of another engine be live: from now on the queue feeds this one alone."""
        for pointer in self._folder.parent.glob(f"*/{_POINTER}"):
            if pointer.parent != self._folder:
                pointer.unlink()

    def retire(self) -> None:
        """Let no index be live: what is not fed any more must be made anew before it answers again."""
        (self._folder / _POINTER).unlink(missing_ok=True)

    def forget(self) -> None:
        """Let no process look at an earlier state of the index any more: something was withdrawn from it."""
        if self._folder.is_dir():
            partial = self._folder / f"{_FORGOTTEN}.new"
            partial.write_text(uuid.uuid4().hex)
            partial.replace(self._folder / _FORGOTTEN)

    def close(self) -> None:
        """Let go of all indexes."""
        with self._lock:
            for index in [*self._replaced, *([self._live[1]] if self._live else [])]:
                index.close()
            self._replaced, self._live = [], None

    def _open_lock(self) -> TextIO:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return (self._folder / _LOCK).open("a")
        except OSError as error:
            raise IndexUnavailableError(f"The folder of the index cannot be written: {error}.") from error

    def _read_pointer(self) -> str:
        try:
            return (self._folder / _POINTER).read_text().strip()
        except OSError as error:
            raise IndexUnavailableError("There is no index yet; `readingroom reindex` makes one.") from error
        except ValueError as error:
            raise IndexUnavailableError("The index is damaged; `readingroom reindex` makes it anew.") from error

    def _read_forgotten(self) -> str:
        try:
            return (self._folder / _FORGOTTEN).read_bytes().hex()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise IndexUnavailableError("The index cannot be read; look at its folder and the disk.") from error

    def _open(self, name: str) -> CheckedIndex:
        folder = self._folder / name
        try:
            version = json.loads((folder / _VERSION).read_text()).get("schema")
        except (OSError, ValueError, AttributeError) as error:
            raise IndexUnavailableError("The index is damaged; `readingroom reindex` makes it anew.") from error
        if version != SCHEMA_VERSION:
            raise IndexUnavailableError("The index is of another version; `readingroom reindex` makes it anew.")
        return self._engine.open(folder)

    def _let_go(self, index: SearchIndex) -> None:
        with self._lock:
            if self._live and self._live[1] is index:
                self._replace(index)
                self._live = None

    def _replace(self, index: SearchIndex) -> None:
        # A search in another thread may still run on it: it is closed at the swap after this one.
        for old in self._replaced:
            old.close()
        self._replaced = [index]

    def _point_to(self, name: str) -> None:
        partial = self._folder / f"{_POINTER}.new"
        with partial.open("w") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._folder / _POINTER)  # atomic on POSIX: readers see the old index or the new
        descriptor = os.open(self._folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _remove_stale(self) -> None:
        """Remove what a swap or a broken-off rebuild left, once no reader can still be opening it."""
        pointer = self._folder / _POINTER
        if not pointer.exists() or self._clock() - pointer.stat().st_mtime < _STALE_S:
            return
        live = self._read_pointer()
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name != live:
                self._remove(folder)

    def _remove(self, folder: Path) -> None:
        try:
            self._engine.remove(folder)
        except IndexUnreachableError as error:  # the next one who writes comes by again
            log.warning("index not removed folder=%s: %s", folder.name, error)


def _lock_file(descriptor: int, wait_s: float) -> bool:
    end = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_RETRY_S)
        else:
            return True
