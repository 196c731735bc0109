"""Give each task a worker of its own, and live on when a file kills one.

Every worker has its own pipe: one that is killed while it writes harms no other.
"""

import logging
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from app.confinement import end_confined
from ingest.records import Answer, LongDocument, Problem, Reading, SourceFile, State, Task
from ingest.workers.answers import died, fits, timed_out, unpack_answer, unusable
from ingest.workers.frames import Frame, FrameReader, number_of
from ingest.workers.limits import WorkerLimits
from ingest.workers.worker import Read, work

log = logging.getLogger(__name__)

_MIB = 1 << 20
_START_S = 60.0  # a worker may take this long to begin, on a busy machine
_MOST_STARTS = 3  # of a task whose workers end before they have begun it


def read_in_workers(
    tasks: Iterable[Task | None], read: Read, limits: WorkerLimits, folder: Path | None = None
) -> Generator[tuple[Task, Answer], None, None]:
    """Yield each task with its answer, as they finish; a file after the zip or mail it lies in.

    `read` is a function of a module, not a lambda: workers import it. Each task has a process of its own. At most
    `limits.workers` tasks are under way or waiting; `tasks` is drawn from only as workers become free. None among them
    says that there may be more when a worker has answered. Whatever a file does to its worker, its
    answer is a reading that says so, with the page if that is known (0: what concerns all pages), and the others are
    read. Workers have empty folders within `folder`, by default where the system has its temporary files. Closing
    the iterator ends the workers.
    """
    with tempfile.TemporaryDirectory(prefix="workers-", dir=folder) as own:
        crew = _Crew(read, limits, Path(own).absolute())
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
    said: FrameReader
    folder: Path
    task: Task | None = None
    starts: int = 1  # how many workers the task has had
    has_begun: bool = False
    page: int | None = None  # that it reads now, as far as it told
    files: list[bytes] = field(default_factory=list)  # attachments of the answer that it is to give
    deadline: float = 0.0  # to say something
    last_moment: float = 0.0  # to answer

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return min(self.deadline, self.last_moment) <= time.monotonic()

    def stop(self) -> None:
        """End the process and remove what it left."""
        end_confined(self.process)
        self.pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Crew:
    """The workers of one run."""

    def __init__(self, read: Read, limits: WorkerLimits, folder: Path) -> None:
        self._read, self._limits, self._folder = read, limits, folder
        self._context = _open_context()
        self._busy: list[_Worker] = []
        # The next worker is started ahead and beside: neither its task nor what is written meanwhile waits for it.
        self._starter = ThreadPoolExecutor(1, "starter")
        self._next = self._starter.submit(self._hire)
        self._told_of_network = False

    @property
    def is_full(self) -> bool:
        """Whether as many workers read as may."""
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

    def give(self, task: Task, *, starts: int = 1) -> None:
        """Let a new worker do the task."""
        worker = self._next.result()
        worker.task, worker.starts = _absolute(task), starts
        worker.deadline = time.monotonic() + _START_S
        worker.last_moment = worker.deadline + self._limits.total_s(task)
        self._busy.append(worker)
        with suppress(OSError):  # it died before its task came; collect() finds that
            worker.pipe.send(worker.task)
        self._next = self._starter.submit(self._hire)

    def collect(self) -> list[tuple[Task, Answer]]:
        """Wait until at least one worker has something to say; return what was finished."""
        nearest = min(min(worker.deadline, worker.last_moment) for worker in self._busy)
        ready = wait([worker.pipe for worker in self._busy], max(0.0, nearest - time.monotonic()))
        finished: list[tuple[Task, Answer]] = []
        for worker in list(self._busy):
            answer = self._hear(worker) if worker.pipe in ready else None
            if answer is None and worker in self._busy and worker.is_late:
                answer = timed_out(self._limits)
            if answer is not None:
                finished.append(self._finish(worker, answer))
        return finished

    def stop(self) -> None:
        """End all workers."""
        for worker in [*self._busy, self._next.result()]:
            worker.stop()
        self._busy.clear()
        self._starter.shutdown()

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        process = self._context.Process(target=work, args=(theirs, self._read, self._limits, folder), daemon=True)
        process.start()
        theirs.close()
        said = FrameReader(ours.fileno(), most_bytes=self._limits.reading_mb * _MIB)
        return _Worker(process, ours, said, folder)

    def _hear(self, worker: _Worker) -> Answer | None:
        """Take what a worker sent; return its answer, or what is to be said in place of it, if that is all."""
        try:
            for kind, body in worker.said.take():
                answer = self._heed(worker, kind, body)
                if answer is not None:
                    return answer
        except (EOFError, ConnectionResetError):
            return self._bury(worker)
        except (OSError, ValueError):
            return unusable(self._limits)
        return None

    def _heed(self, worker: _Worker, kind: Frame, body: bytes) -> Answer | None:
        assert worker.task is not None
        if kind is Frame.BEGUN:
            self._begin(worker, is_offline=bool(number_of(body)))
        elif kind is Frame.PAGE:
            worker.page = number_of(body)
            worker.deadline = time.monotonic() + self._limits.step_s(worker.task, worker.page)
        elif kind is Frame.FILE:
            worker.files.append(body)
        else:
            answer, trace = unpack_answer(body, worker.files)
            if trace:
                log.warning("unreadable file=%s\n%s", _file_of(worker.task).path, trace)
            return answer if fits(worker.task, answer) else unusable(self._limits)
        return None

    def _begin(self, worker: _Worker, *, is_offline: bool) -> None:
        assert worker.task is not None
        worker.has_begun = True
        worker.deadline = time.monotonic() + self._limits.begin_s(worker.task)
        if not self._told_of_network:
            self._told_of_network = True
            log.info("workers are %s", "cut off from the network" if is_offline else "left the network by this system")

    def _bury(self, worker: _Worker) -> Reading | None:
        """Say why a worker is gone; a task that it had not begun is another's."""
        worker.process.join(_START_S)
        if worker.has_begun or worker.starts >= _MOST_STARTS:
            return died(worker.process.exitcode, self._limits)
        assert worker.task is not None
        self._dismiss(worker)
        self.give(worker.task, starts=worker.starts + 1)
        return None

    def _finish(self, worker: _Worker, answer: Answer) -> tuple[Task, Answer]:
        task = worker.task
        assert task is not None
        self._dismiss(worker)
        if isinstance(answer, Reading) and (problem := _of_worker(answer)):
            log.warning("not read file=%s page=%s problem=%s", _file_of(task).path, worker.page, problem.code)
            answer = replace(answer, problems=(replace(problem, page=worker.page),))
        return task, answer

    def _dismiss(self, worker: _Worker) -> None:
        self._busy.remove(worker)
        worker.stop()


def _of_worker(reading: Reading) -> Problem | None:
    """Return why nothing was read; None if anything was."""
    is_failure = reading.state is State.UNREADABLE and not reading.messages and len(reading.problems) == 1
    return reading.problems[0] if is_failure and reading.problems[0].page is None else None


def _absolute(task: Task) -> Task:
    """Return the task with paths that hold in any folder."""
    if isinstance(task, SourceFile):
        return replace(task, location=task.location.absolute())
    file = replace(task.file, location=task.file.location.absolute())
    if isinstance(task, LongDocument):
        return replace(task, file=file, kept=tuple(path.absolute() for path in task.kept))
    return replace(task, file=file)


def _open_context() -> ForkServerContext:
    """Return the way that workers start: forked from a server without threads or open files.

    The server imports once what this program has imported, so that a worker starts in milliseconds.
    """
    context = multiprocessing.get_context("forkserver")
    own = [name for name in sys.modules if name.partition(".")[0] in {"app", "ingest"}]
    context.set_forkserver_preload([*own, "ingest.workers.template"])
    return context
