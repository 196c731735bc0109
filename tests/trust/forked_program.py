"""The program `readingroom` in processes that are forked when everything is loaded, with strace at their side.

Starting Python costs four times what a small ingest does; a fork costs nothing. Only a process without threads and
without an open archive may do this: the rigs run as programs of their own.
"""

import json
import multiprocessing
import os
import re
import select
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path
from types import ModuleType

from ingest.cli import main

# What changes a disk, in groups that are counted apart, so that each call can be struck by its number.
WRITES = {
    "database": ("pwrite64",),
    "files": ("write",),
    "durable": ("fsync", "fdatasync"),
    "names": ("rename", "mkdir", "unlink", "rmdir", "chmod", "ftruncate"),
}
_DEADLINE_S = 120.0
_CALL = re.compile(r"^(\d+) +(\w+)\(")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    code: int  # of its exit; negative: the signal that killed it
    told: str  # on stdout
    said: str  # on stderr
    took_s: float

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -signal.SIGKILL


@dataclass(slots=True)
class Running:
    """A process that was forked and waits to be let go."""

    pid: int
    talk: Path
    tracer: subprocess.Popen[str] | None = None
    started: float = field(default_factory=time.monotonic)

    def trace(self, *options: str) -> None:
        """Have strace watch all threads of the process, from its first call on."""
        command = ["strace", "-f", "-qq", "-p", str(self.pid), *options]
        self.tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + _DEADLINE_S
        while not re.search(r"TracerPid:\t[1-9]", Path(f"/proc/{self.pid}/status").read_text()):
            if self.tracer.poll() is not None or time.monotonic() > deadline:
                said = self.tracer.stderr.read() if self.tracer.stderr else ""
                raise RuntimeError(f"strace could not watch the program: {said}")
            time.sleep(0.002)

    def go(self) -> None:
        """Let it run."""
        self.started = time.monotonic()
        self.resume()

    def kill_after(self, seconds: float) -> None:
        """Kill it, and nothing but it, unless it ends before."""
        self._is_over(wait_s=seconds)
        os.kill(self.pid, signal.SIGKILL)  # it is not reaped yet: the number is still its own

    def resume(self) -> None:
        """Let it go on where it was stopped."""
        os.kill(self.pid, signal.SIGCONT)

    def wait_stopped(self, trace: Path) -> bool:
        """Wait until strace tells in this file that it stopped it, and return whether it did: it may end before."""
        while not self._is_over(wait_s=0.005):
            if "--- SIGSTOP {" in trace.read_text(errors="replace"):  # a process that is traced often looks stopped
                return True
        return False

    def wait(self, *, resuming: bool = False) -> Ended:
        """Wait for its end, and for that of strace; with `resuming` let it go on wherever it is stopped."""
        while not self._is_over(wait_s=0.1 if resuming else 0.5):
            if resuming:
                self.resume()
            if time.monotonic() > self.started + _DEADLINE_S:
                os.kill(self.pid, signal.SIGKILL)
        took_s = time.monotonic() - self.started
        _, status = os.waitpid(self.pid, 0)
        if self.tracer:
            self.tracer.communicate(timeout=_DEADLINE_S)
        told, said = (self.talk.with_suffix(end).read_text() for end in (".out", ".err"))
        return Ended(os.waitstatus_to_exitcode(status), told, said, took_s)

    def _is_over(self, *, wait_s: float) -> bool:
        descriptor = os.pidfd_open(self.pid)
        try:
            return bool(select.select([descriptor], [], [], wait_s)[0])
        finally:
            os.close(descriptor)


def warm_up() -> None:
    """Start the server of the readers, which all forks share as the program's own would do."""
    context = multiprocessing.get_context("forkserver")
    own = [name for name in sys.modules if name.partition(".")[0] in {"app", "ingest"}]
    context.set_forkserver_preload([*own, "tests.trust.lasting_server", "ingest.workers.template"])
    forkserver.ensure_running()


def fork_program(arguments: Sequence[str], settings: Mapping[str, str], talk: Path) -> Running:
    """Fork a process that runs the program with these arguments when it is let go; `talk` names its output."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
            code = _run(arguments, settings, talk)
        finally:
            os._exit(code)  # nothing of the process that forked is unwound here
    os.waitid(os.P_PID, pid, os.WSTOPPED)
    return Running(pid, talk)


def ask_apart(ask: Callable[[], object]) -> object:
    """Return what a function answers in a process of its own, as JSON keeps it: it may start threads."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(writing, "w") as answer:
            try:
                json.dump(ask(), answer)
            except BaseException:
                answer.write(json.dumps(traceback.format_exc()))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told: object = json.load(answer)
    os.waitpid(pid, 0)
    return told


def number_writes(trace: Path, home: Path) -> dict[str, list[int]]:
    """Return the numbers of the calls of each group, counted for each thread as strace does, that change the home.

    Left out are those by which a thread writes to a pipe: a number strikes all threads.
    """
    counts: Counter[tuple[str, str]] = Counter()
    numbers: dict[str, set[int]] = defaultdict(set)
    others: dict[str, set[int]] = defaultdict(set)
    groups = {call: group for group, calls in WRITES.items() for call in calls}
    for line in trace.read_text(errors="replace").splitlines():
        if (call := _CALL.match(line)) and (group := groups.get(call[2])):
            counts[call[1], group] += 1
            (numbers if str(home) in line else others)[group].add(counts[call[1], group])
    return {group: sorted(some - others[group]) for group, some in numbers.items()}


def _run(arguments: Sequence[str], settings: Mapping[str, str], talk: Path) -> int:
    # The server is not this process's child, which asks it for its end; it lives as long as the one that forks.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    # The program that a person starts is no module that the readers would load.
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(settings)
    for number, end in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(talk.with_suffix(end), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    try:
        main(list(arguments), standalone_mode=False)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = 99
    with suppress(OSError):  # a fault may strike here too
        sys.stdout.flush()
        sys.stderr.flush()
    return code
