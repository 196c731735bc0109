"""Take from a process that opens a stranger's file what it does not need: network, time, memory, disk, company."""

import contextlib
import ctypes
import logging
import os
import signal
import sys
import tempfile
import threading
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

if sys.platform != "win32":
    import resource

_OPEN_FILES = 256
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38  # <sys/prctl.h>
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # <sched.h>


def confine(folder: Path, *, memory_bytes: int, written_bytes: int, own_session: bool) -> bool:
    """Limit this process's address space (on Linux) and each file that it writes, and let it work in an empty folder.

    It leads a group of its own, so that it is ended with all that it started, ends with its parent, and not by
    Ctrl-C. With `own_session` it is weighed against others as its niceness says; without it shares what its parent's
    session gets of the processors. Returns whether it is cut off from the network, which not every system allows.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())  # what matters goes back to the parent
    if sys.platform != "win32":
        if own_session:
            os.setsid()
            _weigh_session()
        else:
            os.setpgid(0, 0)
    is_offline = _leave_network()  # before the thread: only a process without any may leave
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.chdir(folder)
    tempfile.tempdir = str(folder)  # a repaired PDF goes with its worker
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _limit(resource.RLIMIT_AS, memory_bytes)
    if sys.platform != "win32":
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, written_bytes)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    return is_offline


def limit_cpu(total_s: float) -> None:
    """Let this process run as many seconds, should its parent not end it before."""
    if sys.platform != "win32":
        cores = os.cpu_count() or 1  # engines of OCR use all of them
        _limit(resource.RLIMIT_CPU, int(total_s * cores) + 1)


def end_confined(process: BaseProcess) -> None:
    """End a process with all that it started, and wait until it is gone; it holds nothing worth an orderly end."""
    if process.pid and sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it may not lead its group yet, or be gone
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    process.close()


def _weigh_session() -> None:
    """Let the session of this process be as nice as the process.

    Linux shares processors among sessions first: alone in a new one, a nice process gets as much as a whole service.
    """
    group = Path("/proc/self/autogroup")
    if (nice := os.nice(0)) > 0 and group.exists():
        with contextlib.suppress(OSError):  # the system takes one such change in a tenth of a second
            group.write_text(str(nice))


def _leave_network() -> bool:
    """Go to a network without any interface; a namespace of users of our own gives the right to it."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def _end_with_parent() -> None:
    """End this process when the one that gave it work is gone, whatever it is busy with.

    The signal of prctl comes when the fork server ends, and that one waits for its last worker.
    """
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    lowered = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowered, lowered))
