"""A mapped file that becomes shorter: of an index it reads as zeros, of anything else it ends the process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import mmap, os, sys, threading
from pathlib import Path
from app.search.bus_errors import survive_bus_errors
survive_bus_errors(Path(sys.argv[1]))
with open(sys.argv[2], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
os.truncate(sys.argv[2], 0)
read = lambda: print(mapped[5000], mapped[15000], flush=True)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere than Linux such a file ends the process")
@pytest.mark.parametrize(("name", "code"), [("index/file", 0), ("other", -signal.SIGBUS)])
def test_only_files_of_the_index_are_survived(tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / name).write_bytes(b"x" * 20_000)
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "index"), str(tmp_path / name)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False)
    assert ended.returncode == code
    assert ended.stdout == ("0 0\n" if code == 0 else "")
