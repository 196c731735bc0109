"""The life of a worker process: limits first, then file after file."""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection

from app.errors import ArchiveError, LockedFileError, RefusedFileError
from ingest.records import Answer, State, Task
from ingest.workers.answers import failed, pack_answer
from ingest.workers.limits import WorkerLimits

if sys.platform != "win32":
    import resource

Steps = Generator[int, None, Answer]  # yields the number of each page before it is looked at
Read = Callable[[Task], Answer | Steps]

PAGE_BYTES = 4  # a message of this length is the number of the page that is being read
_MIB = 1 << 20
_OPEN_FILES = 256
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def work(pipe: Connection, read: Read, limits: WorkerLimits) -> None:
    """Do the tasks that come through the pipe until it is closed: the worker's life."""
    _confine(limits)
    try:
        while True:
            task = pipe.recv()
            pipe.send_bytes(b"")
            pipe.send_bytes(_read_one(task, read, pipe))
    except (EOFError, BrokenPipeError):
        return


def _confine(limits: WorkerLimits) -> None:
    """Set the limits of this process; it also ends with its parent and not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())  # what matters goes back to the parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _limit(resource.RLIMIT_AS, limits.memory_mb * _MIB)
    if sys.platform != "win32":
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, limits.written_mb * _MIB)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _end_with_parent() -> None:
    """End this process when the one that gave it work is gone, whatever it is busy with.

    The signal of prctl comes when the fork server ends, and that one waits for its last worker.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    lowered = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowered, lowered))


def _read_one(task: Task, read: Read, pipe: Connection) -> bytes:
    """Return the answer, or what became of it, as bytes."""
    trace = ""
    try:
        answer = read(task)
        return pack_answer(_follow(answer, pipe) if isinstance(answer, Generator) else answer)
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


def _follow(steps: Steps, pipe: Connection) -> Answer:
    """Tell the parent of each page that is begun, so that it knows the one that ends this process."""
    while True:
        try:
            number = next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        pipe.send_bytes(number.to_bytes(PAGE_BYTES, "little"))
