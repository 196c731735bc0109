"""Workers: whatever a file does to its reader, it is accounted for and the others are read."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.errors import LockedFileError, RefusedFileError, UnreadableFileError
from ingest.records import (
    Box,
    DatePrecision,
    FileKind,
    Headers,
    Level,
    Line,
    MessageRecord,
    PageRecord,
    PrintedDate,
    Problem,
    Reading,
    SourceFile,
    State,
    Word,
)
from ingest.workers import WorkerLimits, read_in_workers

LIMITS = WorkerLimits(workers=2, timeout_s=1, memory_mb=1024, reading_mb=1)
LONG = replace(LIMITS, timeout_s=600)
DATE = PrintedDate("1 Jan 2018", datetime(2018, 1, 1), DatePrecision.DAY)
MESSAGE = MessageRecord(Level.PRINTED, None, 1, 1, 1, 1, Headers("From: a", date=DATE), "text", "")
PAGE = PageRecord(1, 612, 792, (Line((Word("word", Box(1, 2, 3, 4)),)),), frozenset({0}))
RAISED = {
    "locked": LockedFileError("It opens only with a password."),
    "refused": RefusedFileError("It has too many pages."),
    "unreadable": UnreadableFileError("It is cut off."),
    "raise": KeyError("surprise"),
}


def read(file: SourceFile) -> Reading:
    """Do what the file is named after; a reader in the place of PDFium."""
    match file.name:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "hang":
            while True:
                pass
        case "swallow":
            bytearray(2 << 30)
        case "chatter":
            return Reading(State.PUBLISHED, problems=(Problem("long", "x" * (2 << 20)),))
        case name if name in RAISED:
            raise RAISED[name]
        case "path":
            return Reading(State.PUBLISHED, problems=(Path("/"),))  # type: ignore[arg-type]
        case "slow":
            time.sleep(0.3)  # longer than a good file takes
    return Reading(State.PUBLISHED, (PAGE,), (MESSAGE,), (Problem("pid", str(os.getpid())),))


def files(*names: str) -> Iterator[SourceFile]:
    return (SourceFile(Path(name), name, name, 1, FileKind.PDF) for name in names)


def readings(*names: str, limits: WorkerLimits = LIMITS) -> dict[str, Reading]:
    return {file.name: reading for file, reading in read_in_workers(files(*names), read, limits)}


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("kill", State.UNREADABLE, "worker_died"),
        ("abort", State.UNREADABLE, "worker_died"),
        ("exit", State.UNREADABLE, "worker_died"),
        ("hang", State.UNREADABLE, "worker_timeout"),
        ("swallow", State.UNREADABLE, "out_of_memory"),
        ("chatter", State.UNREADABLE, "answer_unusable"),
        ("path", State.UNREADABLE, "answer_unusable"),
        ("locked", State.LOCKED, "locked"),
        ("refused", State.REFUSED, "refused"),
        ("unreadable", State.UNREADABLE, "unreadable"),
        ("raise", State.UNREADABLE, "unreadable"),
    ],
)
def test_a_bad_file_is_accounted_for_and_the_next_is_read(name: str, state: State, code: str) -> None:
    found = readings("first", name, "last", limits=replace(LIMITS, workers=1))
    assert (found[name].state, found[name].problems[0].code) == (state, code)
    assert found["first"].state is found["last"].state is State.PUBLISHED


def test_a_reading_comes_back_whole() -> None:
    reading = readings("good")["good"]
    assert (reading.pages, reading.messages) == ((PAGE,), (MESSAGE,))


def test_a_crash_is_told_with_its_signal() -> None:
    assert "SIGKILL" in readings("kill")["kill"].problems[0].detail


def test_a_surprise_leaves_its_traceback_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        readings("raise")
    assert "KeyError: 'surprise'" in caplog.text


def test_a_worker_reads_many_files_and_is_then_replaced() -> None:
    limits = replace(LIMITS, workers=1, files_per_worker=2)
    pids = [reading.problems[0].detail for reading in readings("a", "b", "c", "d", "e", limits=limits).values()]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def test_three_hundred_small_files_take_seconds() -> None:
    start = time.monotonic()
    assert len(readings(*map(str, range(300)))) == 300
    assert time.monotonic() - start < 15  # about 1 s when nothing else runs


def test_a_file_comes_after_the_zip_it_lay_in() -> None:
    outer, inner = files("slow", "inner")
    found = [file.name for file, _ in read_in_workers([outer, replace(inner, parent_sha256="slow")], read, LIMITS)]
    assert found == ["slow", "inner"]


def test_files_are_drawn_only_as_workers_become_free() -> None:
    drawn: list[str] = []

    def every() -> Iterator[SourceFile]:
        for file in files(*map(str, range(50))):
            drawn.append(file.name)
            yield file

    run = read_in_workers(every(), read, LIMITS)
    next(run)
    assert len(drawn) < 8
    run.close()


def test_closing_ends_the_workers() -> None:
    run = read_in_workers(files("a", "hang", "b", "c"), read, LONG)
    pid = int(next(run)[1].problems[0].detail)
    run.close()
    assert not is_running(pid)


def test_an_error_of_the_caller_ends_the_workers() -> None:
    run = read_in_workers(files("a", "b"), read, LIMITS)
    next(run)
    with pytest.raises(KeyboardInterrupt):
        run.throw(KeyboardInterrupt)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_workers_die_with_a_parent_that_is_killed() -> None:
    program = (
        "import tests.ingest.test_workers as t; run = t.read_in_workers(t.files('a', 'hang'), t.read, t.LONG);"
        "print(next(run)[1].problems[0].detail, flush=True); next(run)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        pass
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Return whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
