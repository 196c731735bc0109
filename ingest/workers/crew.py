"""Keep workers busy with files, and live on when a file kills one.

Every worker has its own pipe: one that is killed while it writes harms no other.
"""

import logging
import multiprocessing
import sys
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess

from ingest.records import Answer, Reading, SourceFile, Task
from ingest.workers.answers import died, timed_out, unpack_answer, unusable
from ingest.workers.limits import WorkerLimits
from ingest.workers.worker import PAGE_BYTES, Read, work

log = logging.getLogger(__name__)

_MIB = 1 << 20
_START_S = 60.0  # a worker may take this long to begin, on a busy machine


def read_in_workers(
    tasks: Iterable[Task | None], read: Read, limits: WorkerLimits
) -> Generator[tuple[Task, Answer], None, None]:
    """Yield each task with its answer, as they finish; a file after the zip or mail it lies in.

    `read` is a function of a module, not a lambda: workers import it. At most `limits.workers`
    tasks are under way or waiting; `tasks` is drawn from only as workers become free. None among them
    says that there may be more when a worker has answered. Whatever a file does to its worker, its
    answer is a reading that says so, with the page if that is known, and the others are read. Closing
    the iterator ends the workers.
    """
    crew = _Crew(read, limits)
    try:
        finished: list[tuple[Task, Answer]] = []
        for task in tasks:
            if task is None:
                finished += crew.collect() if crew.is_busy else []
            else:
                while crew.is_full or crew.is_reading(_file_of(task).parent_sha256):
                    finished += crew.collect()
                crew.give(task)  # before the yield: the worker reads while the caller keeps what was read
            yield from finished
            finished.clear()
        while crew.is_busy:
            yield from crew.collect()
    finally:
        crew.stop()


def _file_of(task: Task) -> SourceFile:
    return task if isinstance(task, SourceFile) else task.file


@dataclass(slots=True)
class _Worker:
    """A worker process as its parent sees it."""

    process: ForkServerProcess
    pipe: Connection
    task: Task | None = None
    page: int | None = None  # that it reads now, as far as it told
    deadline: float = 0.0
    tasks_done: int = 0

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
        return sha256 is not None and any(
            _file_of(worker.task).sha256 == sha256 for worker in self._busy if worker.task
        )

    def give(self, task: Task, *, fresh: bool = False) -> None:
        """Let an idle worker do the task, or a new one."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle and (fresh or idle.tasks_done >= self._limits.files_per_worker):
            self._dismiss(idle)
            idle = None
        worker = idle or self._hire()
        worker.task, worker.page = task, None
        worker.deadline = time.monotonic() + _START_S + self._limits.timeout_s
        try:
            worker.pipe.send(task)
        except OSError:  # it died while idle; collect() finds that and gives the task again
            log.warning("worker died while idle file=%s", _file_of(task).name)

    def collect(self) -> list[tuple[Task, Answer]]:
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
        return [worker for worker in self._workers if worker.task]

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

    def _hear(self, worker: _Worker) -> tuple[Task, Answer] | None:
        """Take what a worker sent: nothing, at the start of a task, then the pages it begins, then its answer."""
        task = worker.task
        assert task is not None
        try:
            sent = worker.pipe.recv_bytes(self._limits.reading_mb * _MIB)
            if not sent:
                worker.deadline = time.monotonic() + self._limits.timeout_s
                return None
            if len(sent) == PAGE_BYTES:
                worker.page = int.from_bytes(sent, "little")
                return None
            answer, trace = unpack_answer(sent)
        except EOFError:
            return self._bury(worker)
        except (OSError, ValueError):
            return self._give_up(worker, unusable(self._limits))
        if trace:
            log.warning("unreadable file=%s\n%s", _file_of(task).path, trace)
        if isinstance(answer, Reading) and any(problem.code == "out_of_memory" for problem in answer.problems):
            return self._give_up(worker, answer)
        worker.task = None
        worker.tasks_done += 1
        return task, answer

    def _bury(self, worker: _Worker) -> tuple[Task, Answer] | None:
        worker.process.join(_START_S)
        return self._give_up(worker, died(worker.process.exitcode))

    def _give_up(self, worker: _Worker, reading: Reading) -> tuple[Task, Answer] | None:
        """Dismiss the worker; its task fails only if it was the worker's first.

        What the tasks before it left behind may be what broke an older one.
        """
        task, was_fresh = worker.task, worker.tasks_done == 0
        assert task is not None
        self._dismiss(worker)
        problem = reading.problems[0]
        if was_fresh or problem.code == "worker_timeout":
            log.warning("worker lost file=%s page=%s problem=%s", _file_of(task).path, worker.page, problem.code)
            return task, replace(reading, problems=(replace(problem, page=worker.page),))
        self.give(task, fresh=True)
        return None


def _open_context() -> ForkServerContext:
    """Return the way that workers start: forked from a server without threads or open files.

    The server imports once what this program has imported, so that a worker starts in milliseconds.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([name for name in sys.modules if name.partition(".")[0] in {"app", "ingest"}])
    return context
