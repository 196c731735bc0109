"""Run what is measured in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.config import IndexEngine


@dataclass(frozen=True, slots=True)
class Built:
    """What building an index took; memory is of the whole process."""

    entries: int
    wall_s: float
    cpu_s: float
    peak_mb: int  # pages of index files that the kernel maps are in it
    peak_own_mb: int  # without them

    @property
    def per_second(self) -> float:
        """Entries a second on the clock."""
        return self.entries / self.wall_s

    @property
    def per_cpu_second(self) -> float:
        """Entries a CPU second of all threads."""
        return self.entries / self.cpu_s


def build(what: str, folder: Path, engine: IndexEngine = IndexEngine.TANTIVY) -> Built:
    """Build "rebuild", "bare" or "fts5" of an archive and return what it took.

    Raises:
        CalledProcessError: it failed.
    """
    done = subprocess.run(_command(what, folder, engine), check=True, stdout=subprocess.PIPE, text=True)
    return Built(**json.loads(done.stdout))


@contextmanager
def serve(folder: Path, workers: int, *, kept_mb: int) -> Iterator[int]:
    """Serve an archive as `readingroom serve` does, by so many processes, while the context is open; give the port.

    Answers are kept in `kept_mb` of each process; with 0 each is made anew.
    """
    settings = {"HOME": folder, "WEB_WORKERS": workers, "ANSWER_CACHE_MB": kept_mb}
    command = [str(Path(sys.executable).with_name("readingroom")), "serve", "--port", "0"]
    with subprocess.Popen(
        command,
        env=os.environ | {f"READINGROOM_{name}": str(value) for name, value in settings.items()},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            told = running.stderr.readline() if running.stderr else ""
            yield int(told.split()[4].rpartition(":")[2])
        finally:
            running.terminate()


def _command(what: str, folder: Path, engine: IndexEngine) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.search.child", what, str(folder), engine.value]
