"""Withdraw records while several processes serve them and an ingest runs: how soon each face is without them.

python -m tests.trust.withdrawal [--full]
"""

import contextlib
import os
import sqlite3
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.papers import print_pages
from tests.trust.serving import ingesting, run_program, serve

_RECORDS, _FULL_RECORDS = 1, 40
_FILES, _FULL_FILES = 600, 8_000  # that the ingest beside reads
_PROCESSES = 2
_ASKED = 4  # at once of each face, on connections of their own: every process is to answer
_MOST_S = 5.0
_WATCHED_S = 1.0  # after it was gone: nothing brings it back
_GIVEN_UP_S = 30.0
_OK, _GONE = 200, 410
_EMAIL = """From: Quokka{number} Sorrel{number}x <q{number}@example.org>
To: Joe Plumber
Sent: {day} September 2012 8:30
Subject: Zorilla{number}

The main broke near quartz{number}x at noon.
"""


@dataclass(frozen=True, slots=True)
class _Record:
    """A document with one email, and where both are shown."""

    document: str
    message: str
    number: str

    @property
    def own(self) -> list[str]:
        """The addresses that are its own, of which each becomes a tombstone."""
        texts = [f"/messages/{self.message}", f"/documents/{self.document}", f"/documents/{self.document}/pages/1"]
        files = [f"/documents/{self.document}/pages/1.webp", f"/documents/{self.document}/original"]
        return [*texts, *(f"/api/v1{path}" for path in texts), *files]

    @property
    def lists(self) -> list[str]:
        """The addresses that name it among others."""
        paths = [
            f"/search?q=Zorilla{self.number}",
            f"/search?q=from:q{self.number}@example.org",
            f"/people?name=Quokka{self.number}",
            "/releases/pilot",
        ]
        return [*paths, *(f"/api/v1{path}" for path in paths)]

    def is_told(self, body: bytes) -> bool:
        """Tell whether an answer of a list has something of it; no address above has these words."""
        words = (self.document, self.message, f"quartz{self.number}x", f"sorrel{self.number}x")
        return any(word.encode() in body.lower() for word in words)


@dataclass(slots=True)
class Figures:
    """What was measured."""

    faces: int = 0  # of all records together
    times_s: list[float] = field(default_factory=list)  # by record: from the command's begin until no face shows it
    beside: int = 0  # records for which an ingest ran when the command began
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the floor is reached."""
        return bool(self.times_s) and max(self.times_s) <= _MOST_S and not self.faults

    def line(self) -> str:
        """Return the figures in a line."""
        slowest = max(self.times_s, default=float("inf"))
        return (
            f"withdrawal: {len(self.times_s)} records gone from {self.faces} faces of {_PROCESSES} processes, "
            f"an ingest beside for {self.beside}; the slowest after {slowest:.1f} s from the command's begin "
            f"(at most {_MOST_S:.0f}); {len(self.faults)} faults; load {os.getloadavg()[0]:.1f}"
        )


def measure(folder: Path, *, full: bool = False) -> Figures:
    """Make an archive in `folder`, serve it, and withdraw one record after the other."""
    home = folder / "archive"
    home.mkdir()
    count, files = (_FULL_RECORDS, _FULL_FILES) if full else (_RECORDS, _FILES)
    run_program(home, "ingest", str(_write_files(folder / "pilot", 0, count)), "--release", "pilot")
    others = _write_files(folder / "others", count, count + files)
    figures = Figures()
    with (
        serve(home, web_workers=_PROCESSES) as service,
        ingesting(home, str(others), "--release", "beside") as ingest,
        ThreadPoolExecutor(_ASKED) as readers,
    ):
        for record in _every_record(home):
            watch = _Watch(service.port, record, readers, figures)
            watch.expect_all()
            figures.beside += ingest.poll() is None
            begun = time.monotonic()
            run_program(home, "withdraw", record.document, "--reason", "asked by the family")
            figures.times_s.append(watch.wait_until_gone() - begun)
    return figures


def _write_files(folder: Path, first: int, end: int) -> Path:
    folder.mkdir()
    for number in range(first, end):
        (folder / f"{number}.pdf").write_bytes(print_pages([_EMAIL.format(number=number, day=1 + number % 28)]))
    return folder


def _every_record(home: Path) -> list[_Record]:
    query = (
        "SELECT d.key, m.key, substr(m.subject, 8) FROM messages m JOIN documents d ON d.id = m.document_id "
        "JOIN released_files f ON f.document_id = d.id JOIN releases r ON r.id = f.release_id "
        "WHERE r.slug = 'pilot' ORDER BY m.id"
    )
    with contextlib.closing(sqlite3.connect(home / "archive.sqlite3")) as database:
        return [_Record(*row) for row in database.execute(query)]


class _Watch:
    """Asks all faces of a record what they show."""

    def __init__(self, port: int, record: _Record, readers: ThreadPoolExecutor, figures: Figures) -> None:
        self._port, self._record, self._readers, self._figures = port, record, readers, figures
        self._faces = [*record.own, *record.lists]
        figures.faces += len(self._faces)

    def expect_all(self) -> None:
        """Note a fault for each face that does not show what is there: it could not lose it either."""
        self._figures.faults += [f"{face} does not show what is there" for face in self._faces if not self._shows(face)]

    def wait_until_gone(self) -> float:
        """Return since when no face shows the record, or now where some still do, on the monotonic clock."""
        given_up = time.monotonic() + _GIVEN_UP_S
        gone: dict[str, float] = {}
        watched_until = float("inf")
        while (now := time.monotonic()) < min(given_up, watched_until):
            for face in self._faces:
                if not self._shows(face):
                    gone.setdefault(face, time.monotonic())
                elif gone.pop(face, None) is not None:
                    self._figures.faults.append(f"{face} shows {self._record.document} again")
            now = time.monotonic()
            if len(gone) == len(self._faces) and watched_until == float("inf"):
                watched_until = now + _WATCHED_S
        missing = [face for face in self._faces if face not in gone]
        self._figures.faults += [f"{face} shows {self._record.document} still" for face in missing]
        return now if missing else max(gone.values())

    def _shows(self, face: str) -> bool:
        """Tell whether a face shows the record in any of several answers."""
        answers = list(self._readers.map(self._ask, [face] * _ASKED))
        is_own = face in self._record.own
        odd = {status for status, _ in answers if status != _OK and not (is_own and status == _GONE)}
        self._figures.faults += [f"{face} answers {status}" for status in sorted(odd)]
        return any(status == _OK and (is_own or self._record.is_told(body)) for status, body in answers)

    def _ask(self, face: str) -> tuple[int, bytes]:
        """Return what a face answers, once it does not tell to come again."""
        end = time.monotonic() + _GIVEN_UP_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{face}", timeout=_GIVEN_UP_S) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                if "Retry-After" not in error.headers or time.monotonic() > end:
                    return error.code, error.read()
            time.sleep(0.2)


def main() -> None:
    """Measure, print the line, and fail below the floor."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), full="--full" in sys.argv)
    print("\n".join([*figures.faults[:20], figures.line()]))
    sys.exit(not figures.holds)


if __name__ == "__main__":
    main()
