"""What a process that serves asks of its system."""

import subprocess
import sys

import pytest

# Threads that hold what they took, all at once: each would get a place of its own.
_PROGRAM = """
import ctypes, threading
from app.cli.serving import share_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.fdopen.restype = ctypes.c_void_p, ctypes.c_void_p
if SHARING:
    share_memory()
meeting = threading.Barrier(12)
def take():
    libc.malloc(10_000)
    meeting.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has places of its own for threads")
def test_threads_take_memory_from_two_places() -> None:
    assert _count_places(sharing=False) > 2
    assert _count_places(sharing=True) == 2


def _count_places(*, sharing: bool) -> int:
    program = _PROGRAM.replace("SHARING", str(sharing))
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return told.count("<heap nr=")
