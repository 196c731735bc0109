"""A page is drawn by a process that can do nothing else."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import UnreadableFileError
from app.web.drawing import draw_page, start_drawing
from tests.support.papers import print_slow_page


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_the_process_that_draws_can_write_nothing_reach_nobody_and_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_drawing()  # where temporary files are, before they are elsewhere
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = print_slow_page(tmp_path)
    with ThreadPoolExecutor(1) as readers:
        drawing = readers.submit(draw_page, path, 1, 300, timeout_s=30, memory_bytes=2 << 30)
        pid = _find_worker(tmp_path)
        limits = _limits(pid)
        is_alone = Path(f"/proc/{pid}/ns/net").stat().st_ino != Path("/proc/self/ns/net").stat().st_ino
        group = os.getpgid(pid)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(UnreadableFileError, match="too much"):
            drawing.result()
    named = ("Max file size", "Max core file size", "Max open files", "Max address space")
    assert [limits[name] for name in named] == ["0", "0", "256", str(2 << 30)]
    assert 0 < int(limits["Max cpu time"]) <= 30 * (os.cpu_count() or 1) + 1
    assert (is_alone, group) == (True, pid)
    assert not Path(f"/proc/{pid}").exists()


def test_a_page_that_is_drawn_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_drawing()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UnreadableFileError, match="too long"):
        draw_page(print_slow_page(tmp_path), 1, 300, timeout_s=0.2, memory_bytes=2 << 30)
    assert [path.name for path in tmp_path.iterdir()] == ["slow.pdf"]


def _find_worker(place: Path) -> int:
    """Return the process that works in a folder within this one, once all its limits are set."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                folder = (process / "cwd").readlink()
                if folder.parent == place and _limits(int(process.name))["Max cpu time"] != "unlimited":
                    return int(process.name)
            except (OSError, KeyError):
                continue
        time.sleep(0.02)
    raise AssertionError("no process draws")


def _limits(pid: int) -> dict[str, str]:
    """Return each soft limit by its name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[0] for line in lines}
