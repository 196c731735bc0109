"""Workers: whatever a file does to its reader, it is accounted for and the others are read."""

import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.errors import LockedFileError, RefusedFileError, UnreadableFileError
from ingest.records import (
    Answer,
    Box,
    DatePrecision,
    FileKind,
    Headers,
    Level,
    Line,
    MessageRecord,
    PageRange,
    PageRecord,
    PagesRead,
    PrintedDate,
    Problem,
    Reading,
    SourceFile,
    State,
    Task,
    Word,
)
from ingest.workers import WorkerLimits, read_in_workers

LIMITS = WorkerLimits(workers=2, timeout_s=10, memory_mb=1024, reading_mb=1)
LONG = replace(LIMITS, timeout_s=600)
DATE = PrintedDate("1 Jan 2018", datetime(2018, 1, 1), DatePrecision.DAY)
MESSAGE = MessageRecord(Level.PRINTED, None, 1, 1, 1, 1, Headers("From: a", date=DATE), "text", "")
PAGE = PageRecord(1, 612, 792, (Line((Word("word", Box(1, 2, 3, 4)),)),), frozenset({0}))
AUTOGROUP = Path("/proc/self/autogroup")
RAISED = {
    "locked": LockedFileError("It opens only with a password."),
    "refused": RefusedFileError("It has too many pages."),
    "unreadable": UnreadableFileError("It is cut off."),
    "raise": KeyError("surprise"),
}


LIES = {
    "trickle": b"A",
    "announce": b"A\xff\xff\xff\xff",
    "garble": b"\x80\x05cos\nsystem\n",
    "misread": b"A\0\0\0\x1f" + b'r[{"state":"published","pages":7}]'[:31],
    "surrogate": b"A\0\0\0\x44" + b'r[{"state":"published","problems":[{"code":"\\ud800","detail":"x"}]},""]'[:68],
}


def read(task: Task) -> Answer | Iterator[int]:  # noqa: PLR0912 - one branch for each misdeed
    """Do what the file is named after; a reader in the place of PDFium."""
    file = task if isinstance(task, SourceFile) else task.file
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
        case "look":
            return Reading(State.PUBLISHED, problems=(Problem("look", look()),))
        case "breed":
            file.location.write_text(str(subprocess.Popen(["sleep", "600"]).pid))
            time.sleep(600)
        case "endless" | "slow pages":
            return turn_pages(file.name)
        case "other pages":
            return PagesRead(2, (PAGE,))
        case name if name in LIES:
            os.write(descriptor_of_parent(), LIES[name])
            time.sleep(600)
        case "slow":
            time.sleep(0.3)  # longer than a good file takes
    return Reading(State.PUBLISHED, (PAGE,), (MESSAGE,), (Problem("pid", str(os.getpid())),))


def look() -> str:
    """Say what a worker has."""
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
        network = "open"
    except OSError:
        network = str([name for _, name in socket.if_nameindex() if name != "lo"])
    told = {
        "leads": os.getsid(0) == os.getpid(),
        "folder": [path.name for path in Path().iterdir()],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "cpu": resource.getrlimit(resource.RLIMIT_CPU)[1] != resource.RLIM_INFINITY,
        "network": network,
        "nice": os.nice(0),
        "session": AUTOGROUP.read_text().split()[-1] if AUTOGROUP.exists() else "as its process",
    }
    return "\n".join(f"{name}={value}" for name, value in told.items())


def turn_pages(name: str) -> Iterator[int]:
    """Yield pages: without end, or three of which the second is slow."""
    number = 0
    while name == "endless" or number < 3:
        number += 1
        yield number
        if number == 2 and name == "slow pages":
            time.sleep(3)  # the limit is a second, or ten
    return Reading(State.PUBLISHED, (PAGE,))


def descriptor_of_parent() -> int:
    """Return the descriptor by which a worker speaks: the only socket that it has to its parent."""
    frame = sys._getframe()
    while "pipe" not in frame.f_locals:
        assert frame.f_back
        frame = frame.f_back
    return int(frame.f_locals["pipe"].fileno())


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline


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


def test_each_file_has_a_worker_of_its_own() -> None:
    pids = [
        reading.problems[0].detail for reading in readings("a", "b", "c", limits=replace(LIMITS, workers=1)).values()
    ]
    assert len(set(pids)) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_worker_has_neither_network_nor_files_nor_company() -> None:
    told = dict(line.split("=", 1) for line in readings("look")["look"].problems[0].detail.splitlines())
    del told["nice"], told["session"]
    assert told == {"leads": "True", "folder": "[]", "core": "0", "files": "256", "cpu": "True", "network": "[]"}


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system does not share processors among sessions")
def test_the_session_of_a_worker_is_as_nice_as_the_worker() -> None:
    code = "from tests.ingest.test_workers import readings; print(readings('look')['look'].problems[0].detail)"
    for _ in range(10):  # the system takes such a wish of who is not root once in a tenth of a second, of all together
        command = ["nice", "-n", "7", sys.executable, "-c", code]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        told = dict(line.split("=", 1) for line in ran.stdout.splitlines())
        if told["nice"] == told["session"]:
            break
    assert told["nice"] == told["session"] != "0"


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_what_a_worker_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "breed"
    limits = replace(LIMITS, timeout_s=30)
    found = [reading for _, reading in read_in_workers([replace(*files("breed"), location=note)], read, limits)]
    assert found[0].problems[0].code == "worker_timeout"
    wait_until(lambda: not is_running(int(note.read_text())))


@pytest.mark.parametrize("name", ["trickle", "announce", "garble", "misread", "surrogate"])
def test_a_worker_that_was_taken_over_can_neither_lie_nor_hold_up_the_run(name: str) -> None:
    found = readings(name, "good")
    assert found[name].problems[0].code in {"worker_timeout", "answer_unusable"}
    assert found["good"].state is State.PUBLISHED


def test_pages_without_end_are_ended() -> None:
    limits = replace(LIMITS, timeout_s=0.05)
    found = readings("endless", limits=limits)["endless"]
    assert found.problems[0].code in {"worker_timeout", "answer_unusable"}  # in time, or by the number of pages told


def test_a_page_has_a_tenth_of_the_time_and_ten_times_that_where_it_is_slow() -> None:
    hasty, patient = files("slow pages"), (replace(file, patience=10) for file in files("slow pages"))
    (_, first), (_, second) = read_in_workers([*hasty, *patient], read, replace(LIMITS, workers=1))
    assert (first.problems[0].code, first.problems[0].page) == ("worker_timeout", 2)
    assert second.state is State.PUBLISHED


def test_other_pages_than_were_asked_for_are_no_answer() -> None:
    (file,) = files("other pages")
    ((_, reading),) = read_in_workers([PageRange(file, 1, 2)], read, LIMITS)
    assert reading.problems[0].code == "answer_unusable"


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
    wait_until(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    """Return whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
