"""The life of a worker process: limits first, then file after file."""

import ctypes
import logging
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

from app.errors import ArchiveError, LockedFileError, RefusedFileError
from ingest.records import Reading, SourceFile, State
from ingest.workers.answers import failed, pack_answer
from ingest.workers.limits import WorkerLimits

if sys.platform != "win32":
    import resource

Read = Callable[[SourceFile], Reading]

_MIB = 1 << 20
_OPEN_FILES = 256
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def work(pipe: Connection, read: Read, limits: WorkerLimits) -> None:
    """Read the files that come through the pipe until it is closed: the worker's life."""
    _confine(limits)
    try:
        while True:
            file = pipe.recv()
            pipe.send_bytes(b"")
            pipe.send_bytes(_read_one(file, read))
    except (EOFError, BrokenPipeError):
        return


def _confine(limits: WorkerLimits) -> None:
    """Set the limits of this process; it also ends with its parent and not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())  # what matters goes back to the parent
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _limit(resource.RLIMIT_AS, limits.memory_mb * _MIB)
    if sys.platform != "win32":
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, limits.written_mb * _MIB)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    lowered = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowered, lowered))


def _read_one(file: SourceFile, read: Read) -> bytes:
    """Return the reading, or what became of it, as bytes."""
    trace = ""
    try:
        return pack_answer(read(file))
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
