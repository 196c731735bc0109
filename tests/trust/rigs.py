"""Run a rig as the program that it is: one that forks itself must have no threads, as a test's process does."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def hold_floor(rig: str) -> None:
    """Run a rig in its small size and fail with what it printed where it is below its floor."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not on this machine")
    command = [sys.executable, "-m", f"tests.trust.{rig}"]
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
