"""A busy day: readers, searches and some who mean harm, by a schedule, while an ingest runs.

    python -m tests.trust.load [--full] [--data FOLDER] [--rate N] [--seconds N]

Needs the load-test corpus. `--data` keeps the archive for the next run.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.support.papers import print_pages
from tests.trust.datasette import serve_datasette
from tests.trust.hostile import hostile_paths
from tests.trust.open_loop import Due, Tally, send_all
from tests.trust.paged_archive import EMAILS_A_COPY, has_corpus, make_archive
from tests.trust.serving import Service, going_first, ingesting, serve

_SEED = 20
_SHARES = {"document": 0.70, "search": 0.25, "hostile": 0.05}
_WORDS = "benghazi telephone schedule water meeting budget embassy report draft press contract security visit call"
_SMALL_EMAILS, _SMALL_RATE, _SMALL_S = 2_000, 30, 10
_FULL_COPIES, _FULL_RATE, _FULL_S = 4, 300, 3600
_COMPARED_S = 30
_WARM_RATES = (80, 120, 160, 200)  # in full each address is asked for at these before it counts: a day has a morning
_MORNING_S, _FULL_MORNING_S = 5, 60  # of the same mix, before it counts
_MOST_MS = {"document": 30.0, "search": 100.0}
_MOST_SLOPE_MB = 5.0  # a million requests
_LEAST_COUNTED = 1_000_000  # requests that say anything about a slope: what is in use comes and goes by 20 MB
_NEW_FILES, _FULL_NEW_FILES = 400, 60_000  # more than an ingest reads in the time
_EMAIL = """From: Ann Clerk
To: Joe Plumber
Sent: 11 September 2012 8:30
Subject: Water main {nonce} {number}

The water main broke at noon.
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    pages: int
    rate: int
    is_first: bool  # whether those who ask went before the service where a processor was wanted
    tally: Tally
    ingested_s: float  # for how long of it an ingest ran
    warmed: int  # how often each address of an email, a file, a search had been asked for before
    morning_s: int  # how long the same mix had come before it counts
    slope_mb: float | None  # per million requests; None: too few to tell
    datasette: Tally | None

    def misses(self, *, full: bool) -> list[str]:
        """Return what does not hold."""
        failed = [f"{one.status} {one.path[:100]}" for one in self.tally.failures()]
        if not full:
            return failed
        slow = [f"p95 of {kind}" for kind, limit in _MOST_MS.items() if self.tally.p95_ms(kind) > limit]
        grown = self.slope_mb is not None and self.slope_mb > _MOST_SLOPE_MB
        return [*failed, *slow, *(["memory"] if grown else [])]

    def line(self) -> str:
        """Return the figures in a line."""
        times = ", ".join(f"p95 {kind} {self.tally.p95_ms(kind):.1f} ms" for kind in _SHARES)
        away = ", ".join(f"{count} {kind}" for kind, count in sorted(self.tally.sent_away().items())) or "none"
        slope = "too few to tell" if self.slope_mb is None else f"{self.slope_mb:.1f} MB a million requests"
        return (
            f"load: {len(self.tally.answered)} requests at {self.rate}/s over {self.pages} pages, "
            f"{'' if self.is_first else 'who asks waits for processors too, '}an ingest beside for "
            f"{self.ingested_s:.0f} s, each address asked for {self.warmed} times "
            f"and {self.morning_s} s of the same mix before: "
            f"{times}; {len(self.tally.failures())} failed; sent away with Retry-After: {away}; memory: {slope}"
            f"{self._compared()}; load of the machine {os.getloadavg()[0]:.1f}"
        )

    def _compared(self) -> str:
        if self.datasette is None:
            return ""
        both = [(kind, self.datasette.p95_ms(kind), self.tally.p95_ms(kind)) for kind in _MOST_MS]
        ratios = ", ".join(f"{kind} {theirs:.0f} ms ({theirs / ours:.1f}x)" for kind, theirs, ours in both)
        return f"; Datasette at the same rate: p95 {ratios}, {len(self.datasette.failures())} failed"


def measure(home: Path, *, full: bool = False, rate: int | None = None, seconds: int | None = None) -> Figures:
    """Make the archive in `home` unless it is there, serve it, and let readers come."""
    copies, limit = (_FULL_COPIES, None) if full else (1, _SMALL_EMAILS)
    make_archive(home, copies, limit)
    rate, seconds = rate or (_FULL_RATE if full else _SMALL_RATE), seconds or (_FULL_S if full else _SMALL_S)
    pages, morning_s = limit or copies * EMAILS_A_COPY, _FULL_MORNING_S if full else min(_MORNING_S, seconds)
    files, warm_rates = (_FULL_NEW_FILES, _WARM_RATES) if full else (_NEW_FILES, ())
    with serve(home, web_workers=2) as service, _ingest_beside(home, files) as ingest, going_first() as is_first:
        for warm_rate in warm_rates:
            asyncio.run(send_all(service.port, _each_once(_paths(home), warm_rate)))
        asyncio.run(send_all(service.port, _schedule(_paths(home), rate, morning_s)))
        started = time.monotonic()
        samples: list[float] = []
        with _watching(service, samples):
            tally = Tally(asyncio.run(send_all(service.port, _schedule(_paths(home), rate, seconds))))
        ingested_s = (ingest.ended_at or time.monotonic()) - started
    compared = None
    if full:
        with serve_datasette(home, _queries()) as (port, paths), going_first():
            compared = Tally(asyncio.run(send_all(port, _schedule(paths, rate, min(seconds, _COMPARED_S)))))
    slope = _slope(samples, len(tally.answered))
    return Figures(pages, rate, is_first, tally, max(0.0, ingested_s), len(warm_rates), morning_s, slope, compared)


def _schedule(paths: dict[str, list[str]], rate: int, seconds: int) -> Iterator[Due]:
    choice = random.Random(_SEED)
    kinds, weights = list(_SHARES), list(_SHARES.values())
    for number in range(rate * seconds):
        kind = choice.choices(kinds, weights)[0]
        yield Due(number / rate, kind, choice.choice(paths[kind]))


def _each_once(paths: dict[str, list[str]], rate: int) -> Iterator[Due]:
    asked = [(kind, path) for kind in ("document", "search") for path in paths[kind]]
    random.Random(_SEED).shuffle(asked)
    for number, (kind, path) in enumerate(asked):
        yield Due(number / rate, kind, path)


def _paths(home: Path) -> dict[str, list[str]]:
    """Return what readers ask for, by kind."""
    with contextlib.closing(sqlite3.connect(home / "archive.sqlite3")) as database:
        messages, documents = (
            [str(row[0]) for row in database.execute(f"SELECT key FROM {table} ORDER BY key LIMIT 2000")]
            for table in ("messages", "documents WHERE page_count > 0")
        )
    read = [f"/messages/{key}" for key in messages] + [f"/documents/{key}/pages/1" for key in documents]
    read += [f"/documents/{key}" for key in documents[: len(documents) // 4]]
    search = [f"/search?q={quote(query)}" for query in _queries()]
    return {
        "document": [*read, *(f"/api/v1{path}" for path in read)],
        "search": [*search, *(f"/api/v1{path}" for path in search)],
        "hostile": hostile_paths(documents[0], messages[0]),
    }


def _queries() -> list[str]:
    words = _WORDS.split()
    pairs = [f"{one} {other}" for one in words for other in words if one < other]
    return [*words, *pairs, *(f'"{pair}"' for pair in pairs)]


@dataclass(slots=True)
class _Ingest:
    """An ingest that goes on until its files are all in."""

    ended_at: float | None = None  # on the monotonic clock; None: it goes on


@contextlib.contextmanager
def _ingest_beside(home: Path, files: int) -> Iterator[_Ingest]:
    """Ingest files that the archive does not have, as long as the context is open or until they are all in."""
    with tempfile.TemporaryDirectory() as folder:
        nonce = random.SystemRandom().getrandbits(64)
        for number in range(files):
            pages = [_EMAIL.format(nonce=nonce, number=number), f"and so on {nonce}"]
            (Path(folder) / f"{number}.pdf").write_bytes(print_pages(pages))
        with ingesting(home, folder, "--release", "beside") as running:
            ingest = _Ingest()
            threading.Thread(target=_note_end, args=(running, ingest), daemon=True).start()
            yield ingest


def _note_end(running: subprocess.Popen[bytes], ingest: _Ingest) -> None:
    running.wait()
    ingest.ended_at = time.monotonic()


@contextlib.contextmanager
def _watching(service: Service, samples: list[float]) -> Iterator[None]:
    """Note the memory of the service every second."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1.0):
            samples.append(service.resident_mb())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _slope(samples: list[float], requests: int) -> float | None:
    """Return by how many MB the memory grows in a million requests, by the second half of a run: caches are full."""
    half = samples[len(samples) // 2 :]
    if requests < _LEAST_COUNTED:
        return None
    quarter = len(half) // 2
    first, second = statistics.median(half[:quarter]), statistics.median(half[quarter:])
    return (second - first) / (requests / 4) * 1_000_000


def main() -> None:
    """Measure, print the line, and fail below the floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="an hour over 100,000 pages, Datasette beside")
    parser.add_argument("--data", type=Path, help="where the archive is kept")
    parser.add_argument("--rate", type=int, help="requests a second")
    parser.add_argument("--seconds", type=int)
    given = parser.parse_args()
    if not has_corpus():
        print("load: the load-test corpus is not on this machine")
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(given.data or Path(folder), full=given.full, rate=given.rate, seconds=given.seconds)
    print(figures.line())
    misses = figures.misses(full=given.full)
    for miss in misses[:20]:
        print(f"load: missed: {miss}", file=sys.stderr)
    sys.exit(bool(misses))


if __name__ == "__main__":
    main()
