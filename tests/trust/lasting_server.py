"""Loaded by the server of readers that the forks share: it outlives a program that is killed while it asks for one.

Python's server ends then. A program's own would not be missed, for nobody else asks it.
"""

import errno
from multiprocessing import reduction
from typing import Any

_receive = reduction.recvfds


def _receive_or_go_on(*arguments: Any) -> list[int]:
    try:
        return _receive(*arguments)
    except EOFError as error:
        raise OSError(errno.ECONNABORTED, "the program is gone") from error  # the one kind that the server passes over


reduction.recvfds = _receive_or_go_on
