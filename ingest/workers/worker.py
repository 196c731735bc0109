"""The life of a worker process: limits first, then one task."""

import gc
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from app.confinement import confine, limit_cpu
from app.errors import ArchiveError, LockedFileError, RefusedFileError
from ingest.records import Answer, State, Task
from ingest.workers.answers import failed, pack_answer
from ingest.workers.frames import Frame, send_frames, send_number
from ingest.workers.limits import WorkerLimits

_MIB = 1 << 20

Steps = Generator[int, None, Answer]  # yields the number of each page before it is looked at, 0 before all are
Read = Callable[[Task], Answer | Steps]


def work(pipe: Connection, read: Read, limits: WorkerLimits, folder: Path) -> None:
    """Do the one task that comes through the pipe, and wait to be ended: the worker's life."""
    gc.enable()  # the server that this process was forked from does not collect
    memory_bytes, written_bytes = limits.memory_mb * _MIB, limits.written_mb * _MIB
    is_offline = confine(folder, memory_bytes=memory_bytes, written_bytes=written_bytes, own_session=True)
    try:
        task = pipe.recv()
        limit_cpu(limits.total_s(task))
        send_number(pipe.fileno(), Frame.BEGUN, is_offline)
        send_frames(pipe.fileno(), _read_one(task, read, pipe.fileno()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    while True:  # while this process is there its number, by which it and all that it started are ended, is its own
        time.sleep(60)


def _read_one(task: Task, read: Read, descriptor: int) -> Iterator[tuple[Frame, bytes]]:
    """Return the answer, or what became of it, as frames."""
    trace = ""
    try:
        answer = read(task)
        return pack_answer(_follow(answer, descriptor) if isinstance(answer, Generator) else answer)
    except MemoryError:
        reading = failed(
            "out_of_memory", "The file needs more memory than a reader may have; raise the limit and retry."
        )
    except LockedFileError as error:
        reading = failed(error.code, str(error), State.LOCKED)
    except RefusedFileError as error:
        reading = failed(error.code, str(error), State.REFUSED)
    except ArchiveError as error:
        reading = failed(error.code, str(error))
    except Exception as error:
        trace = traceback.format_exc()
        reading = failed("unreadable", f"The file could not be read ({type(error).__name__}); ask for a sound copy.")
    return pack_answer(reading, trace)


def _follow(steps: Steps, descriptor: int) -> Answer:
    """Tell the parent of each page that is begun, so that it knows the one that ends this process."""
    while True:
        try:
            number = next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        send_number(descriptor, Frame.PAGE, number)
