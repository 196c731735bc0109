"""Outlive files that become shorter while they are mapped.

Reading a mapped page that the file no longer has kills a process by SIGBUS, with all that it serves.
Here that page reads as zeros instead, if it is one of an index: who looks at the file's size
afterwards learns that the answer is none.
"""

import ctypes
import mmap
import platform
import signal
import sys
from pathlib import Path
from typing import Any

_SA_SIGINFO, _SA_NODEFER = 0x4, 0x40000000  # of Linux, on all machines below
_MAP_PRIVATE_FIXED_ANONYMOUS = 0x32
_ADDRESS_AT = 16  # of `si_addr` in `siginfo_t` where pointers have 64 bits
_MACHINES = ("x86_64", "aarch64")

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class _Action(ctypes.Structure):
    _fields_ = (  # struct sigaction of glibc and musl
        ("handler", _Handler),
        ("mask", ctypes.c_ulong * 16),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


_folders: set[str] = set()
_zeroed: set[int] = set()  # addresses of pages that read as zeros
_kept: list[Any] = []  # what C calls must not be collected


def survive_bus_errors(folder: Path) -> None:
    """Let mapped files below this folder read as zeros where they have become shorter; elsewhere than Linux nothing."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return
    _folders.add(str(folder.resolve()))
    if not _kept:
        handler = _Handler(_map_zeros)
        library = ctypes.CDLL(None)
        library.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
        _kept.extend([handler, _make_mmap(library), library.signal])
        action = _Action(handler, (ctypes.c_ulong * 16)(), _SA_SIGINFO | _SA_NODEFER, None)
        library.sigaction(int(signal.SIGBUS), ctypes.byref(action), None)


def _map_zeros(_signal: int, told: int, _context: int) -> None:
    """Map a page of zeros where the fault was; a fault elsewhere happens again and ends the process, as ever."""
    address = ctypes.c_size_t.from_address(told + _ADDRESS_AT).value
    page = address & ~(mmap.PAGESIZE - 1)
    region = _find_region(address)
    if page in _zeroed and "/" not in region:
        return  # another thread met the same page and was first; what is read there is read again
    if not any(folder in region for folder in _folders):
        _kept[2](int(signal.SIGBUS), None)  # Python's own may be called in the main thread alone
        return
    _zeroed.add(page)
    _kept[1](page, mmap.PAGESIZE, mmap.PROT_READ, _MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0)


def _find_region(address: int) -> str:
    """Return the line of the system's table of what is mapped there, with the path of its file; "" if nothing is."""
    with Path("/proc/self/maps").open() as maps:
        for line in maps:
            low, _, high = line.partition(" ")[0].partition("-")
            if int(low, 16) <= address < int(high, 16):
                return line
    return ""


def _make_mmap(library: ctypes.CDLL) -> Any:
    function = library.mmap
    function.restype = ctypes.c_void_p
    size, number = ctypes.c_size_t, ctypes.c_int
    function.argtypes = [ctypes.c_void_p, size, number, number, number, ctypes.c_long]
    return function
