"""How fast releases are read, against plain pdfplumber on the same pages; and what a 3,000-page PDF takes.

    python -m tests.benchmarks.bench_ingest [--long]

Trust the ratios: both are measured in one run, in turns, in CPU seconds of all processes.
With `--long` only the long PDFs are read.
"""

import functools
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pdfplumber
from pypdfium2 import PdfDocument

from ingest.ocr import OcrChoice, OcrPlan
from ingest.ranges import LongReading
from ingest.reading import do_task
from ingest.records import Answer, FileKind, PageRange, PagesRead, SourceFile, Task
from ingest.workers import WorkerLimits, read_in_workers

_CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
_BUNDLE = _CORPORA / "hrc296" / "bundle-dev.pdf"
_MOST_PAGES = 50_000
_LONG = (1_000, 3_000)
_LIMIT_MB = 400
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print both measurements; nothing where the corpora are not at hand."""
    if not _CORPORA.is_dir():
        print(f"bench_ingest: the real releases are not on this machine ({_CORPORA})")
        return
    parts = {
        "hrc296/pdf": sorted((_CORPORA / "hrc296" / "pdf").glob("*.pdf")),
        "fauci-nih": sorted((_CORPORA / "fauci-nih").glob("*.pdf")),
    }
    ours, theirs, pages = 0.0, 0.0, 0
    for name, paths in parts.items() if "--long" not in sys.argv else ():
        count, cpu_s = _read(paths)
        plain_s = sum(_plain(path) for path in paths)
        print(f"{name}: {count} pages, {count / cpu_s:.0f} pages per CPU-second, pdfplumber {count / plain_s:.1f}, "
              f"{plain_s / cpu_s:.1f}x", flush=True)  # fmt: skip
        ours, theirs, pages = ours + cpu_s, theirs + plain_s, pages + count
    if pages:
        print(f"together: {pages / ours:.0f} pages per CPU-second, {theirs / ours:.1f}x plain pdfplumber", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for count in _LONG:
            print(_ingest_long(Path(folder), count), flush=True)


def do_timed(task: Task, *, folder: Path) -> Answer | Generator[int, None, Answer]:
    """Do a task and note what this process has spent when it begins and when it ends."""
    _note(folder)
    answer = do_task(task, max_pages=_MOST_PAGES, ocr=OcrPlan(OcrChoice.OFF))
    if isinstance(answer, Generator):
        return _follow(answer, folder)
    _note(folder)
    return answer


def _follow(steps: Generator[int, None, Answer], folder: Path) -> Generator[int, None, Answer]:
    answer = yield from steps
    _note(folder)
    return answer


def _note(folder: Path) -> None:
    (folder / str(os.getpid())).write_text(str(time.process_time()))


def _read(paths: Sequence[Path]) -> tuple[int, float]:
    """Return how many pages two workers read, all stages, and the CPU seconds of all processes."""
    start, count = time.process_time(), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = _Reading(paths, folder)
        read = functools.partial(do_timed, folder=folder)
        for task, answer in read_in_workers(run.tasks(), read, WorkerLimits(workers=2)):
            count += run.take(task, answer)
        workers_s = sum(float(noted.read_text()) for noted in folder.iterdir() if noted.name.isdigit())
    return count, time.process_time() - start + workers_s


class _Reading:
    """What the pipeline does with a folder of PDFs, but for the database."""

    def __init__(self, paths: Sequence[Path], folder: Path) -> None:
        self._waiting: deque[Task] = deque(SourceFile(path, path.name, path.name, 1, FileKind.PDF) for path in paths)
        self._folder, self._under_way = folder, 0
        self._long: dict[str, LongReading] = {}

    def tasks(self) -> Iterator[Task | None]:
        while self._waiting or self._under_way:
            self._under_way += bool(self._waiting)
            yield self._waiting.popleft() if self._waiting else None

    def take(self, task: Task, answer: Answer) -> int:
        """Return how many pages are read whole with this answer."""
        self._under_way -= 1
        if isinstance(task, PageRange) and isinstance(answer, PagesRead):
            long = self._long[task.file.path]
            long.take(answer)
            if long.is_whole:
                self._waiting.append(long.whole())
        elif isinstance(task, SourceFile) and isinstance(answer, PagesRead):
            self._long[task.path] = LongReading(task, answer, self._folder, shown_as=None)
            self._waiting.extend(self._long[task.path].ranges())
        return 0 if isinstance(answer, PagesRead) else len(answer.pages)


def _plain(path: Path) -> float:
    """Return the CPU seconds of plain pdfplumber on a whole file."""
    start = time.process_time()
    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_text()
            page.close()
    return time.process_time() - start


@dataclass(slots=True)
class _Watched:
    """What a program and the processes that it started have taken so far."""

    peak_mb: dict[int, int] = field(default_factory=dict)
    cpu_s: dict[int, float] = field(default_factory=dict)

    def look(self, pid: int) -> None:
        for each in _family(pid):
            try:
                status = Path(f"/proc/{each}/status").read_text()
                ticks = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
                self.peak_mb[each] = int(status.split("VmHWM:")[1].split()[0]) // 1024
                self.cpu_s[each] = sum(map(int, ticks)) / _TICKS
            except (OSError, IndexError):
                continue


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for child in " ".join(lists).split():
        yield from _family(int(child))


def _ingest_long(folder: Path, pages: int) -> str:
    """Ingest a PDF of so many pages with two workers and tell what it took."""
    path, home = _repeat(folder / f"{pages}.pdf", pages), folder / f"home-{pages}"
    program = str(Path(sys.executable).with_name("readingroom"))
    environment = {**os.environ, "READINGROOM_HOME": str(home), "READINGROOM_WORKERS": "2", "READINGROOM_OCR": "off"}
    start, first_s, watched = time.monotonic(), 0.0, _Watched()
    with subprocess.Popen(
        [program, "ingest", str(path), "--release", "bench", "--title", "Bench"],
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as running:
        while running.poll() is None:
            watched.look(running.pid)
            if not first_s and _is_shown(home / "archive.sqlite3"):
                first_s = time.monotonic() - start
            time.sleep(0.2)
    if running.returncode:
        return f"{pages} pages: the ingest failed"
    wall_s, cpu_s = time.monotonic() - start, sum(watched.cpu_s.values())
    peak = max(watched.peak_mb.values())
    busiest = sorted(watched.cpu_s.values(), reverse=True)[:3]
    return (
        f"{pages} pages: peak of any process {peak} MB (limit {_LIMIT_MB}), CPU {cpu_s:.0f} s = "
        f"{1000 * cpu_s / pages:.1f} ms a page with the database and the index, busiest processes "
        f"{', '.join(f'{each:.0f} s' for each in busiest)}; first page shown after {first_s:.0f} of {wall_s:.0f} s"
    )


def _is_shown(database: Path) -> bool:
    if not database.is_file():
        return False
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return bool(connection.execute("select 1 from pages limit 1").fetchall())
    except sqlite3.OperationalError:
        return False


def _repeat(path: Path, pages: int) -> Path:
    with PdfDocument(_BUNDLE) as bundle, PdfDocument.new() as document:
        while len(document) < pages:
            document.import_pages(bundle, list(range(min(len(bundle), pages - len(document)))))
        document.save(path)
    return path


if __name__ == "__main__":
    main()
