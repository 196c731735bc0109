"""A command whose output cannot be written says so, or at least ends with its exit code."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.program import PROGRAM

_FULL = Path("/dev/full")  # takes nothing: no space left on device

pytestmark = pytest.mark.skipif(not _FULL.exists(), reason="this system has no disk that is always full")


def test_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with _FULL.open("w") as full:
        ran = subprocess.run(
            [*PROGRAM, "status"], env=_home(tmp_path), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert b"Error: The output of this command cannot be written (No space left on device)" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_an_error_that_cannot_be_told_keeps_its_exit_code(tmp_path: Path) -> None:
    command = [*PROGRAM, "show", "nothing"]
    told = subprocess.run(command, env=_home(tmp_path), capture_output=True, check=False)
    with _FULL.open("w") as full:
        untold = subprocess.run(command, env=_home(tmp_path), stdout=full, stderr=full, check=False)
    assert untold.returncode == told.returncode != 0


def _home(folder: Path) -> dict[str, str]:
    return os.environ | {"READINGROOM_HOME": str(folder)}
