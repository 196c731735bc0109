"""Withdraw records while several processes serve them and an ingest runs: how soon each face is without them.

python -m tests.trust.withdrawal [--full]
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.papers import print_pages
from tests.trust.serving import ingesting, program_environment, serve

_RECORDS, _FULL_RECORDS = 1, 40
_PROCESSES = 2
_ASKED = 3  # times each, on connections of their own: every process is to answer
_MOST_S = 5.0
_WATCHED_S = 1.0  # after it was gone: nothing brings it back
_GIVEN_UP_S = 30.0
_FILES, _FULL_FILES = 40, 2_000  # that the ingest beside reads
_WORDS = "Zorilla", "Quokka"  # of a subject and a sender that no other file has
_EMAIL = """From: {sender} {number} <{sender}{number}@example.org>
To: Joe Plumber
Sent: {day} September 2012 8:30
Subject: {subject} {number}

The {subject} {number} broke at noon.
"""


@dataclass(slots=True)
class Figures:
    """What was measured."""

    faces: int  # of all records together
    times_s: list[float] = field(default_factory=list)  # by record: from the command's begin until no face shows it
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
            f"an ingest beside; the slowest after {slowest:.1f} s from the command's begin (at most {_MOST_S:.0f}); "
            f"{len(self.faults)} faults; load {os.getloadavg()[0]:.1f}"
        )


def measure(folder: Path, *, full: bool = False) -> Figures:
    """Make an archive in `folder`, serve it, and withdraw one record after the other."""
    home = folder / "archive"
    count, files = (_FULL_RECORDS, _FULL_FILES) if full else (_RECORDS, _FILES)
    home.mkdir()
    _run(home, "ingest", str(_write_files(folder / "pilot", range(count), _WORDS)), "--release", "pilot")
    others = _write_files(folder / "others", range(files), ("Pump", "Ann"))
    figures = Figures(0)
    with serve(home, web_workers=_PROCESSES) as service, ingesting(home, str(others), "--release", "beside"):
        for key, faces in _every_record(home).items():
            figures.faces += len(faces)
            missing = [face for face in faces if not _shows(service.port, face, key)]
            figures.faults += [f"{face} does not show what is there" for face in missing]
            begun = time.monotonic()
            _run(home, "withdraw", key, "--reason", "asked by the family")
            figures.times_s.append(_wait_until_gone(service.port, faces, key, figures) - begun)
    return figures


def _write_files(folder: Path, numbers: Iterable[int], words: tuple[str, str]) -> Path:
    folder.mkdir()
    subject, sender = words
    for number in numbers:
        text = _EMAIL.format(subject=subject, sender=sender, number=number, day=1 + number % 28)
        (folder / f"{subject}{number}.pdf").write_bytes(print_pages([text]))
    return folder


def _run(home: Path, *command: str) -> None:
    program = [sys.executable, "-c", "from ingest.cli import main; main()", *command]
    subprocess.run(program, env=program_environment(home), check=True, capture_output=True)


def _every_record(home: Path) -> dict[str, list[str]]:
    """Return by the key of each document the addresses that show it, or its message or its sender."""
    query = (
        "SELECT d.key, m.key, m.subject FROM messages m JOIN documents d ON d.id = m.document_id "
        f"WHERE m.subject LIKE '{_WORDS[0]}%' ORDER BY m.id"
    )
    with contextlib.closing(sqlite3.connect(home / "archive.sqlite3")) as database:
        return {document: _faces(document, message, subject) for document, message, subject in database.execute(query)}


def _faces(document: str, message: str, subject: str) -> list[str]:
    number = subject.rsplit(maxsplit=1)[-1]
    texts = [
        f"/messages/{message}",
        f"/documents/{document}",
        f"/documents/{document}/pages/1",
        f"/search?q={_WORDS[0]}+{number}",
        f"/search?q=from:{_WORDS[1]}{number}@example.org",
        "/releases/pilot",
    ]
    return [
        *texts,
        *(f"/api/v1{path}" for path in texts),
        f"/documents/{document}/pages/1.webp",
        f"/documents/{document}/original",
    ]


def _shows(port: int, face: str, key: str) -> bool:
    """Tell whether a face shows the record, or its bytes, in any of several answers."""
    return any(_shows_once(port, face, key) for _ in range(_ASKED))


def _shows_once(port: int, face: str, key: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{face}", timeout=_GIVEN_UP_S) as answer:
            told = answer.read()
    except urllib.error.HTTPError as error:
        told = error.read()
        return any(word.encode() in told for word in _WORDS)
    return face.endswith((".webp", "/original")) or key.encode() in told


def _wait_until_gone(port: int, faces: list[str], key: str, figures: Figures) -> float:
    """Return since when no face shows the record, on the monotonic clock."""
    given_up = time.monotonic() + _GIVEN_UP_S
    gone: dict[str, float] = {}
    watched_until = float("inf")
    while (now := time.monotonic()) < min(given_up, watched_until):
        for face in faces:
            if _shows(port, face, key):
                if face in gone:
                    figures.faults.append(f"{face} shows {key} again")
                gone.pop(face, None)
            else:
                gone.setdefault(face, time.monotonic())
        watched_until = now + _WATCHED_S if len(gone) == len(faces) and watched_until == float("inf") else watched_until
    figures.faults += [f"{face} shows {key} after {_GIVEN_UP_S:.0f} s" for face in faces if face not in gone]
    return max(gone.values(), default=time.monotonic())


def main() -> None:
    """Measure, print the line, and fail below the floor."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), full="--full" in sys.argv)
    print("\n".join([*figures.faults[:20], figures.line()]))
    sys.exit(not figures.holds)


if __name__ == "__main__":
    main()
