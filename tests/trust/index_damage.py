"""Damage the index of a service that runs: no wrong answer, document pages never down, and it mends itself.

python -m tests.trust.index_damage [--full]
"""

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.trust.service import SAMPLE, Answer, get, run, serving

SMALL, FULL = 30, 500
_QUERIES = (
    "pilot",
    "pricing",
    '"facial recognition"',
    "from:thistlewood",
    "surveil*",
    "zzzz",
    "",
    "vendor~1 OR camera",
)
_RECOVERY_S = 60.0
_PAUSE_S = 0.02

Damage = Callable[[Path, random.Random], None]


@dataclass(slots=True)
class Figures:
    """What was seen."""

    damages: Counter[str] = field(default_factory=Counter)
    searches: int = 0
    refused: int = 0  # with 503 and Retry-After
    pages: int = 0
    recovery_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return the figures as one line."""
        took = sorted(self.recovery_s)
        return (
            f"index damage: {sum(self.damages.values())} damages of {len(self.damages)} kinds, {len(took)} mended; "
            f"recovery median {took[len(took) // 2]:.2f} s, slowest {took[-1]:.2f} s; {self.searches} searches, "
            f"{self.refused} told to come again; {self.pages} document pages; {len(self.failures)} failures; "
            f"load {os.getloadavg()[0]:.1f}"
        )


def measure(home: Path, count: int, *, seed: int = 5, processes: int = 1, **options: str) -> Figures:
    """Ingest the sample release into a new home, serve it, and damage its index so often."""
    assert run(home, "ingest", str(SAMPLE), **options).returncode == 0
    figures, chance = Figures(), random.Random(seed)
    engine_folder = home / "index" / options.get("READINGROOM_INDEX", "tantivy")
    with serving(home, READINGROOM_WEB_WORKERS=str(processes), **options) as address:
        truth = {query: _search(address, query).body for query in _QUERIES}
        with _Pages(address, truth["pilot"], figures):
            for number in range(count):
                kind, damage = list(DAMAGES.items())[number % len(DAMAGES)]
                before = _pointer(engine_folder)
                damage(engine_folder, chance)
                figures.damages[kind] += 1
                _recover(address, truth, figures, kind, lambda before=before: _pointer(engine_folder) != before)
    return figures


class _Pages:
    """Asks for document pages all the time, in a thread."""

    def __init__(self, address: str, hits: bytes, figures: Figures) -> None:
        found = json.loads(hits)["results"]
        message, document = found[0]["key"], found[0]["document_key"]
        paths = (f"messages/{message}", f"documents/{document}", f"documents/{document}/pages/1", "releases")
        self._addresses = [f"{address}{face}/{path}" for path in paths for face in ("", "/api/v1")]
        self._figures = figures
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.is_set():
            for address in self._addresses:
                answer = get(address)
                self._figures.pages += 1
                if answer.status != 200:
                    self._figures.failures.append(f"{address} answers {answer.status} {answer.body[:200]!r}")
            self._ended.wait(_PAUSE_S)


def _search(address: str, query: str) -> Answer:
    return get(f"{address}/api/v1/search?q={quote(query)}")


def _recover(
    address: str, truth: dict[str, bytes], figures: Figures, kind: str, is_made_anew: Callable[[], bool]
) -> None:
    """Search until all is answered again; each answer is right, or says when to come again."""
    begun = time.monotonic()
    while time.monotonic() - begun < _RECOVERY_S:
        refused = 0
        for query, right in truth.items():
            answer = _search(address, query)
            figures.searches += 1
            if answer.status == 503 and answer.retry_after:
                refused += 1
                break  # the others are not needed to bring the mender
            if answer.status != 200 or _hits(answer.body) != _hits(right):
                figures.failures.append(f"after {kind}: {query!r} answers {answer.status} {answer.body[:300]!r}")
        figures.refused += refused
        if not refused and is_made_anew():
            figures.recovery_s.append(time.monotonic() - begun)
            return
        time.sleep(_PAUSE_S)
    figures.failures.append(f"after {kind}: not mended in {_RECOVERY_S:.0f} s")


def _hits(body: bytes) -> object:
    """Return what must be the same: all but cursors, which name a state of the index."""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    return {name: value for name, value in told.items() if name != "next_cursor"}


def _pointer(folder: Path) -> bytes:
    try:
        return (folder / "current").read_bytes()
    except OSError:
        return b""


def _live(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


def _file(folder: Path, chance: random.Random) -> Path:
    """Return one of the files that say something."""
    files = sorted(path for path in _live(folder).iterdir() if path.stat().st_size)
    return chance.choice(files)


def _overwrite(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as file:  # in place: what is mapped changes too
        file.seek(place)
        file.write(content)


def _flip(folder: Path, chance: random.Random) -> None:
    path = _file(folder, chance)
    content = path.read_bytes()
    place = chance.randrange(len(content))
    _overwrite(path, place, bytes([content[place] ^ (1 << chance.randrange(8))]))


def _zero(folder: Path, chance: random.Random) -> None:
    path = _file(folder, chance)
    size = path.stat().st_size
    place = chance.randrange(size)
    _overwrite(path, place, bytes(min(4096, size - place)) if chance.random() < 0.5 else b"\0\xff")


def _truncate(folder: Path, chance: random.Random) -> None:
    path = _file(folder, chance)
    os.truncate(path, chance.randrange(path.stat().st_size))


def _truncate_all(folder: Path, _chance: random.Random) -> None:
    for path in _live(folder).iterdir():
        if path.suffix != ".lock":
            os.truncate(path, 0)


def _lengthen(folder: Path, chance: random.Random) -> None:
    with _file(folder, chance).open("ab") as file:
        file.write(chance.randbytes(100))


def _swap(folder: Path, chance: random.Random) -> None:
    files = sorted(path for path in _live(folder).iterdir() if path.stat().st_size)
    one, other = chance.sample(files, 2)
    between = one.with_name("between")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def _remove_file(folder: Path, chance: random.Random) -> None:
    _file(folder, chance).unlink()


def _remove_live(folder: Path, _chance: random.Random) -> None:
    shutil.rmtree(_live(folder))


def _remove_all(folder: Path, _chance: random.Random) -> None:
    shutil.rmtree(folder.parent)


def _remove_pointer(folder: Path, _chance: random.Random) -> None:
    (folder / "current").unlink()


def _break_pointer(folder: Path, chance: random.Random) -> None:
    (folder / "current").write_bytes(chance.choice([b"", b"\0\xff\xfe", b"../..", b"1-nowhere", b"x" * 10_000]))


def _age(folder: Path, _chance: random.Random) -> None:
    (_live(folder) / "schema.json").write_text('{"schema": 1}')


def _forbid_file(folder: Path, chance: random.Random) -> None:
    _file(folder, chance).chmod(0)


def _forbid_folder(folder: Path, _chance: random.Random) -> None:
    _live(folder).chmod(0)


DAMAGES: dict[str, Damage] = {
    "flipped bit": _flip,
    "truncated": _truncate,
    "deleted folder": _remove_live,
    "zeroed": _zero,
    "swapped files": _swap,
    "older version": _age,
    "deleted file": _remove_file,
    "permission of a file": _forbid_file,
    "deleted index": _remove_all,
    "all truncated": _truncate_all,
    "permission of the folder": _forbid_folder,
    "no pointer": _remove_pointer,
    "broken pointer": _break_pointer,
    "lengthened": _lengthen,
}


def main() -> None:
    """Print one line of figures, and end with 1 below the floor."""
    with tempfile.TemporaryDirectory(prefix="rr-damage-") as folder:
        full = "--full" in sys.argv
        figures = measure(Path(folder) / "home", FULL if full else SMALL, processes=2 if full else 1)
    print(figures.line())
    for failure in figures.failures[:20]:
        print(failure, file=sys.stderr)
    sys.exit(bool(figures.failures))


if __name__ == "__main__":
    main()
