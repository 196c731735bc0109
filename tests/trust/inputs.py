"""Bad inputs for the rigs, and a real ingest of them under low limits."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.program import PROGRAM

SHARED = Path(__file__).parents[3] / "shared"
BAD = SHARED / "badinputs"
# A page or an email has a tenth of these seconds, and ten times that when nothing else waits.
_LIMITS = {
    "READINGROOM_WORKER_TIMEOUT_S": "5",
    "READINGROOM_WORKER_MEMORY_MB": "1024",
    "READINGROOM_MAX_PAGES": "1000",
    "READINGROOM_MAX_FILE_MB": "64",
    "READINGROOM_OCR": "off",
    "READINGROOM_LOG_LEVEL": "ERROR",
    "READINGROOM_WORKERS": "2",
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A file of the collection."""

    kind: str  # pdf, mail, msg, pst or zip
    path: Path


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one run of the program did."""

    exit_code: int
    outcomes: tuple[dict[str, Any], ...]  # as `ingest --json` prints them
    errors: str
    left_running: int  # processes of the archive that outlived the program
    seconds: float


def seeds(*kinds: str) -> list[Seed]:
    """Return the files of the collection of these kinds, of all without any, in the manifest's order."""
    with (BAD / "MANIFEST.tsv").open(encoding="utf-8", errors="surrogateescape") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    return [Seed(row["kind"], BAD / row["path"]) for row in rows if not kinds or row["kind"] in kinds]


def spread(found: Sequence[Seed], count: int, *, most_bytes: int) -> list[Seed]:
    """Return as many files, always the same, turn by turn from every kind and source."""
    groups: dict[tuple[str, str], list[Seed]] = defaultdict(list)
    for seed in found:
        if seed.path.stat().st_size <= most_bytes:
            groups[seed.kind, seed.path.relative_to(BAD).parts[0]].append(seed)
    turns = zip_longest(*(groups[key] for key in sorted(groups)))
    return [seed for turn in turns for seed in turn if seed][:count]


def unpack_bombs(folder: Path) -> list[Path]:
    """Unpack the hostile files that are packed because they are large, and return them."""
    with tarfile.open(BAD / "own-bombs.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def make_mutants(folder: Path, kind: str, count: int, seed: int) -> list[Path]:
    """Write damaged copies of files of a kind into the folder and return them."""
    command = [sys.executable, str(SHARED / "tools/mutate.py"), str(BAD), kind, str(folder), str(count), str(seed)]
    subprocess.run(command, check=True)
    return sorted(folder.iterdir())


def gather(paths: Sequence[Path], folder: Path) -> dict[str, Path]:
    """Copy files into one folder under numbered names; return where each came from."""
    folder.mkdir()
    placed = {f"{number:05}": path for number, path in enumerate(paths)}
    for name, path in placed.items():
        shutil.copyfile(path, folder / name)
    return placed


@contextmanager
def working_folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="rr-trust-") as folder:
        yield Path(folder)


def ingest(folder: Path, home: Path, *, timeout_s: float) -> Ingested:
    """Run `readingroom ingest` on the folder.

    Raises:
        subprocess.TimeoutExpired: it did not end: something is stuck.
    """
    start = time.monotonic()
    run = subprocess.run(
        [*PROGRAM, "ingest", str(folder), "--release", "bad", "--title", "Bad", "--json"],
        env={**os.environ, **_LIMITS, "READINGROOM_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    seconds = time.monotonic() - start
    outcomes = tuple(json.loads(line) for line in run.stdout.splitlines())
    return Ingested(run.returncode, outcomes, run.stderr, _count_processes(home), seconds)


def _count_processes(home: Path) -> int:
    """Return how many processes still have this archive, after up to 15 seconds in which killed ones are reaped."""
    wanted = f"READINGROOM_HOME={home}".encode()
    deadline = time.monotonic() + 15
    while left := sum(_has(path, wanted) for path in Path("/proc").glob("[0-9]*/environ")):
        if time.monotonic() > deadline:
            return left
        time.sleep(0.1)
    return 0


def _has(environment: Path, wanted: bytes) -> bool:
    try:
        return wanted in environment.read_bytes().split(b"\0")
    except OSError:  # it is gone, or not ours
        return False
