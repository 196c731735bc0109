"""The program itself as the rigs run it: a service of several processes, started and ended."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.program import PROGRAM

_START_S = 60
_FIRST = 10  # steps that clients are before what they ask


@dataclass(frozen=True, slots=True)
class Service:
    """A service that runs."""

    port: int
    pid: int

    def processes(self) -> list[int]:
        """Return the ids of all its processes."""
        return _family(self.pid)

    def resident_mb(self) -> float:
        """Return the memory of all its processes that is theirs alone."""
        kb = 0
        for pid in self.processes():
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            kb += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")), 0)
        return kb / 1024


@contextmanager
def serve(home: Path, **options: object) -> Iterator[Service]:
    """Run `readingroom serve` on a free port while the context is open; options are settings without their prefix."""
    environment = program_environment(home, **options)
    told = home / "serve.log"
    with (
        told.open("wb") as stderr,
        subprocess.Popen([*PROGRAM, "serve", "--port", "0"], env=environment, stderr=stderr) as running,
    ):
        try:
            port = _find_port(told)
            _wait_until_up(port)
            yield Service(port, running.pid)
        finally:
            running.terminate()


@contextmanager
def going_first() -> Iterator[bool]:
    """Let this process measure how long answers take, not its own wait: readers have machines of their own."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):  # of who is not root: then both are measured
        os.setpriority(os.PRIO_PROCESS, 0, before - _FIRST)
    try:
        yield os.getpriority(os.PRIO_PROCESS, 0) < before
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)


@contextmanager
def ingesting(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `readingroom ingest` while the context is open."""
    command = [*PROGRAM, "ingest", *arguments]
    environment = program_environment(home, workers=1)
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            yield running
        finally:
            running.terminate()


def run_program(home: Path, *arguments: str) -> None:
    """Run a command of the program on an archive, to its end."""
    ran = subprocess.run([*PROGRAM, *arguments], env=program_environment(home), capture_output=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ends with {ran.returncode}: {ran.stderr.decode()[-2000:]}")


def program_environment(home: Path, **options: object) -> dict[str, str]:
    """Return the environment in which the program works on an archive."""
    settings = {"home": home, "log_level": "ERROR", **options}
    return os.environ | {f"READINGROOM_{name.upper()}": str(value) for name, value in settings.items()}


def _find_port(told: Path) -> int:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if match := re.search(r"at http://\S+:(\d+) ", told.read_text()):
            return int(match[1])
        time.sleep(0.05)
    raise RuntimeError(f"the service did not start: {told.read_text()}")


def _wait_until_up(port: int) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        with socket.create_connection(("127.0.0.1", port), timeout=_START_S) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if connection.recv(64).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.1)
    raise RuntimeError("the service did not start")


def _family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]
