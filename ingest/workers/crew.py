"""Keep workers busy with files, and live on when a file kills one.

Every worker has its own pipe: one that is killed while it writes harms no other.
"""

import logging
import multiprocessing
import sys
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess

from ingest.records import Reading, SourceFile
from ingest.workers.answers import died, timed_out, unpack_answer, unusable
from ingest.workers.limits import WorkerLimits
from ingest.workers.worker import Read, work

log = logging.getLogger(__name__)

_MIB = 1 << 20
_START_S = 60.0  # a worker may take this long to begin, on a busy machine


def read_in_workers(
    files: Iterable[SourceFile], read: Read, limits: WorkerLimits
) -> Generator[tuple[SourceFile, Reading], None, None]:
    """Yield each file with its reading, as they finish; a file after the zip or mail it lies in.

    `read` is a function of a module, not a lambda: workers import it. At most `limits.workers`
    readings are under way or waiting; `files` is drawn from only as workers become free. Whatever
    a file does to its worker, its reading says so and the others are read. Closing the iterator
    ends the workers.
    """
    crew = _Crew(read, limits)
    try:
        finished: list[tuple[SourceFile, Reading]] = []
        for file in files:
            while crew.is_full or crew.is_reading(file.parent_sha256):
                finished += crew.collect()
            crew.give(file)  # before the yield: the worker reads while the caller keeps what was read
            yield from finished
            finished.clear()
        while crew.is_busy:
            yield from crew.collect()
    finally:
        crew.stop()


@dataclass(slots=True)
class _Worker:
    """A worker process as its parent sees it."""

    process: ForkServerProcess
    pipe: Connection
    file: SourceFile | None = None
    deadline: float = 0.0
    files_read: int = 0

    def stop(self) -> None:
        """End the process now; a worker holds nothing that is worth an orderly end."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class _Crew:
    """The workers of one run."""

    def __init__(self, read: Read, limits: WorkerLimits) -> None:
        self._read = read
        self._limits = limits
        self._context = _open_context()
        self._workers: list[_Worker] = []

    @property
    def is_full(self) -> bool:
        """Whether every worker reads."""
        return len(self._busy) >= self._limits.workers

    @property
    def is_busy(self) -> bool:
        """Whether any worker reads."""
        return bool(self._busy)

    def is_reading(self, sha256: str | None) -> bool:
        """Whether a file with this hash is being read."""
        return sha256 is not None and any(worker.file.sha256 == sha256 for worker in self._busy if worker.file)

    def give(self, file: SourceFile, *, fresh: bool = False) -> None:
        """Let an idle worker read the file, or a new one."""
        idle = next((worker for worker in self._workers if worker.file is None), None)
        if idle and (fresh or idle.files_read >= self._limits.files_per_worker):
            self._dismiss(idle)
            idle = None
        worker = idle or self._hire()
        worker.file = file
        worker.deadline = time.monotonic() + _START_S + self._limits.timeout_s
        try:
            worker.pipe.send(file)
        except OSError:  # it died while idle; collect() finds that and reads the file again
            log.warning("worker died while idle file=%s", file.name)

    def collect(self) -> list[tuple[SourceFile, Reading]]:
        """Wait until at least one worker has something to say; return what was finished."""
        busy = self._busy
        nearest = min(worker.deadline for worker in busy)
        ready = wait([worker.pipe for worker in busy], max(0.0, nearest - time.monotonic()))
        finished = []
        for worker in busy:
            if worker.pipe in ready:
                finished.append(self._hear(worker))
            elif worker.deadline <= time.monotonic():
                finished.append(self._give_up(worker, timed_out(self._limits)))
        return [result for result in finished if result]

    def stop(self) -> None:
        """End all workers."""
        for worker in list(self._workers):
            self._dismiss(worker)

    @property
    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.file]

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs, self._read, self._limits), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.stop()

    def _hear(self, worker: _Worker) -> tuple[SourceFile, Reading] | None:
        """Take what a worker sent: nothing, at the start of a file, and then its reading."""
        file = worker.file
        assert file is not None
        try:
            sent = worker.pipe.recv_bytes(self._limits.reading_mb * _MIB)
            if not sent:
                worker.deadline = time.monotonic() + self._limits.timeout_s
                return None
            reading, trace = unpack_answer(sent)
        except EOFError:
            return self._bury(worker)
        except (OSError, ValueError):
            return self._give_up(worker, unusable(self._limits))
        if trace:
            log.warning("unreadable file=%s\n%s", file.path, trace)
        if any(problem.code == "out_of_memory" for problem in reading.problems):
            return self._give_up(worker, reading)
        worker.file = None
        worker.files_read += 1
        return file, reading

    def _bury(self, worker: _Worker) -> tuple[SourceFile, Reading] | None:
        worker.process.join(_START_S)
        return self._give_up(worker, died(worker.process.exitcode))

    def _give_up(self, worker: _Worker, reading: Reading) -> tuple[SourceFile, Reading] | None:
        """Dismiss the worker; its file fails only if it was the worker's first.

        What the files before it left behind may be what broke an older one.
        """
        file, was_fresh = worker.file, worker.files_read == 0
        assert file is not None
        self._dismiss(worker)
        code = reading.problems[0].code
        if was_fresh or code == "worker_timeout":
            log.warning("worker lost file=%s problem=%s", file.path, code)
            return file, reading
        self.give(file, fresh=True)
        return None


def _open_context() -> ForkServerContext:
    """Return the way that workers start: forked from a server without threads or open files.

    The server imports once what this program has imported, so that a worker starts in milliseconds.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([name for name in sys.modules if name.partition(".")[0] in {"app", "ingest"}])
    return context
