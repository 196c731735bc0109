"""The stream between a worker and its parent, who takes what is there and never waits for the rest."""

import os
import struct
from collections.abc import Iterable, Iterator
from enum import Enum

_HEAD = struct.Struct(">cI")  # what it is, and how many bytes follow
_CHUNK = 1 << 20
_NUMBER = struct.Struct(">I")


class Frame(Enum):
    """What a worker says."""

    BEGUN = b"B"  # that it has begun its task: 1 if it is cut off from the network, else 0
    PAGE = b"P"  # the number of the page that it begins, 0 for what concerns all of them
    FILE = b"F"  # the bytes of an attachment, in the order of the answer that follows
    ANSWER = b"A"


def send_frames(descriptor: int, frames: Iterable[tuple[Frame, bytes]]) -> None:
    """Write frames until the parent has taken them."""
    for kind, body in frames:
        _send(descriptor, _HEAD.pack(kind.value, len(body)))
        _send(descriptor, body)


def send_number(descriptor: int, kind: Frame, number: int) -> None:
    """Write a frame that is a number."""
    send_frames(descriptor, [(kind, _NUMBER.pack(number))])


def number_of(body: bytes) -> int:
    """Return the number that a frame is.

    Raises:
        ValueError: it is none.
    """
    if len(body) != _NUMBER.size:
        raise ValueError("a number was expected")
    return int(_NUMBER.unpack(body)[0])


class FrameReader:
    """Takes in what one worker sends; in all no more than a limit."""

    def __init__(self, descriptor: int, *, most_bytes: int) -> None:
        self._descriptor = descriptor
        self._left = most_bytes
        self._waiting = bytearray()

    def take(self) -> Iterator[tuple[Frame, bytes]]:
        """Read once, and yield the frames that are whole now; the worker must have something to say.

        Raises:
            EOFError: the worker is gone.
            ValueError: it sends more than it may, or no frames.
        """
        chunk = os.read(self._descriptor, min(_CHUNK, self._left + 1))
        if not chunk:
            raise EOFError
        self._left -= len(chunk)
        if self._left < 0:
            raise ValueError("too much was sent")
        self._waiting += chunk
        while len(self._waiting) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._waiting)
            end = _HEAD.size + length
            if length > self._left + len(self._waiting):
                raise ValueError("more was announced than may be sent")
            if len(self._waiting) < end:
                return
            body = bytes(memoryview(self._waiting)[_HEAD.size : end])
            del self._waiting[:end]
            yield Frame(kind), body


def _send(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left[:_CHUNK]) :]
