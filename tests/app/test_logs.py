"""The log goes to stderr, whatever becomes of that."""

import subprocess
import sys
from pathlib import Path

import pytest

_FULL = Path("/dev/full")  # takes nothing: no space left on device
_PROGRAM = (
    "import logging; from app.logs import set_up_logging; set_up_logging('INFO');"
    "logging.getLogger('a').info('file=%s', {arguments}); print('went on')"
)


@pytest.mark.skipif(not _FULL.exists(), reason="this system has no disk that is always full")
def test_a_line_that_cannot_be_written_ends_nothing() -> None:
    with _FULL.open("w") as full:
        command = [sys.executable, "-c", _PROGRAM.format(arguments="'b'")]
        assert subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=True).stdout == b"went on\n"


def test_of_a_full_disk_no_traceback_is_told() -> None:
    """The stream has room again when the traceback would come."""
    lines = (
        "import errno, io, sys\n"
        "class Full(io.StringIO):\n"
        "    def write(self, text):\n"
        "        sys.stderr = sys.__stderr__; raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "sys.stderr = Full()\n"
    )
    command = [sys.executable, "-c", lines + _PROGRAM.format(arguments="'b'")]
    ran = subprocess.run(command, capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"went on\n", b"")


def test_a_line_that_makes_no_sense_is_told() -> None:
    command = [sys.executable, "-c", _PROGRAM.format(arguments="1, 2")]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "not all arguments converted" in ran.stderr
