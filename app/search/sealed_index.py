"""An index in files of this machine that never answers from damaged ones."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import IndexUnavailableError
from app.search.bus_errors import survive_bus_errors
from app.search.index import Entry, Held, Matches, OnKeys, Search, SearchIndex
from app.search.seal import FileKinds, SealedFolder

log = logging.getLogger(__name__)


class SealedIndex:
    """A `CheckedIndex`: another index, whose files are looked at before and after each answer."""

    def __init__(self, inner: SearchIndex, folder: SealedFolder) -> None:
        self._inner = inner
        self._folder = folder

    def check(self, *, thorough: bool = False) -> None:
        """See that the files are what the writer left; with `thorough` every byte is read."""
        self._folder.check(thorough=thorough)

    def look(self) -> object:
        """Return what the files look like from outside: while it is the same, so are they; None: they are not there."""
        try:
            return self._folder.look()
        except OSError:
            return None

    def newest_sequence(self) -> int:
        """Return the highest sequence of all entries, 0 if there is none."""
        with self._guarded():
            return self._inner.newest_sequence()

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it."""
        self.check()
        self._folder.open()
        with _panics_told():
            self._inner.update(added, removed)
        self._folder.close()

    def fill(self, batches: Iterable[Sequence[Entry]]) -> int:
        """Add entries to an index that is empty, and return their number."""
        self._folder.open()
        written = self._inner.fill(batches)
        self._folder.close()
        return written

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it."""
        with self._guarded():
            return self._inner.search(search, on_keys)

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one, with the number of entries that have them."""
        with self._guarded():
            return self._inner.find_similar(word)

    def find_held(self, keys: Sequence[str]) -> Sequence[Held]:
        """Return what is held under these keys."""
        with self._guarded():
            return self._inner.find_held(keys)

    def every_held(self) -> Iterator[Sequence[Held]]:
        """Yield all that is held, in batches."""
        with self._guarded():
            yield from self._inner.every_held()

    def forget(self) -> None:
        """Look at no earlier state any more."""
        self._inner.forget()

    def close(self) -> None:
        """Let go of all files."""
        self._inner.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let an answer out only where the files were sound before and after it was made."""
        self.check()
        try:
            with _panics_told():
                yield
        except Exception:
            self.check()  # of a damaged index no error says anything else
            raise
        self.check()


@dataclass(frozen=True, slots=True)
class SealingEngine:
    """Makes and opens the sealed indexes of an engine that keeps them in folders."""

    create_in: Callable[[Path], SearchIndex]
    open_in: Callable[[Path], SearchIndex]
    kinds: FileKinds

    def create(self, folder: Path) -> SealedIndex:
        """Make an empty index in a folder that exists and is empty."""
        survive_bus_errors(folder.parent)
        sealed = SealedFolder(folder, self.kinds)
        index = SealedIndex(self.create_in(folder), sealed)
        sealed.open()
        sealed.close()
        return index

    def open(self, folder: Path) -> SealedIndex:
        """Open the index that `create` made.

        Raises:
            IndexUnavailableError: there is none, or it is damaged or of another version.
        """
        survive_bus_errors(folder.parent)
        sealed = SealedFolder(folder, self.kinds)
        sealed.check()
        with _panics_told():
            return SealedIndex(self.open_in(folder), sealed)


@contextmanager
def _panics_told() -> Iterator[None]:
    """Raise an error of ours where the engine panics, which is no `Exception` and would end a thread or a run."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's, which no module exports
            raise
        log.error("index panics: %s", error)
        raise IndexUnavailableError("The index cannot be read; `readingroom reindex` makes it anew.") from error
