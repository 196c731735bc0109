"""Cut an mbox into its messages (RFC 4155) while it is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.files.kinds import is_from_line, is_header_line

MOST_MESSAGE_BYTES = 128 << 20
_MOST_LINE = 1 << 20


def every_message(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield of each message the line on which it begins, from 1, its bytes and whether they are all.

    A message begins at a From_ line with a date before a header, or before an empty line at the
    file's start: prose lines that begin with "From " stay in the text.
    """
    with path.open("rb") as file:
        start, kept, size = 1, list[bytes](), 0
        for number, line, begins in _every_line(file):
            if begins and number > 1:
                yield start, b"".join(kept), size <= MOST_MESSAGE_BYTES
                start, kept, size = number, [], 0
            size += len(line)
            if size <= MOST_MESSAGE_BYTES:
                kept.append(line)
        yield start, b"".join(kept), size <= MOST_MESSAGE_BYTES


def _every_line(file: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each line, or piece of a very long one, its number and whether a message begins there."""
    number, is_whole = 1, True
    line = file.readline(_MOST_LINE)
    while line:
        following = file.readline(_MOST_LINE)
        begins = is_whole and is_from_line(line) and (is_header_line(following) or number == 1)
        yield number, line, begins
        is_whole = line.endswith(b"\n")
        number += is_whole
        line = following
