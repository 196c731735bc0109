"""A real `readingroom` over a real archive, for the rigs that damage what lies on the disk."""

import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from tests.support.program import PROGRAM

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample" / "release"
_START_S = 60.0
_Seen = TypeVar("_Seen")
# Without these even root is held to the permissions of files.
_HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


class Answer(NamedTuple):
    """What the service answered; status 0: nothing, the connection failed."""

    status: int
    body: bytes
    retry_after: str | None


def run(home: Path, *arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end."""
    command = [*PROGRAM, *arguments]
    return subprocess.run(
        command, env=_environment(home, options), cwd=ROOT, capture_output=True, text=True, check=False
    )


def start(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command of the program in a session of its own, so that it can be killed with all that it starts."""
    quiet = subprocess.DEVNULL
    command = [*PROGRAM, *arguments]
    return subprocess.Popen(
        command, env=_environment(home, {}), cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True
    )


@contextmanager
def serving(home: Path, **options: str) -> Iterator[str]:
    """Serve an archive as a person would, held to the permissions of files, and give the service's address."""
    command = [*(_HELD if os.geteuid() == 0 else []), *PROGRAM, "serve", "--port", "0"]
    with (
        tempfile.TemporaryFile("a+") as told,
        subprocess.Popen(
            command, env=_environment(home, options), cwd=ROOT, stderr=told, start_new_session=True
        ) as service,
    ):
        try:
            address = _await(lambda: _address(told))
            _await(lambda: get(f"{address}/api/v1/status").status == 200)
            yield address
            service.terminate()
            service.wait(_START_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(service.pid, signal.SIGKILL)


def get(address: str, timeout_s: float = 30) -> Answer:
    """Ask for an address, and say so where nothing comes back."""
    try:
        with urllib.request.urlopen(address, timeout=timeout_s) as answer:
            return Answer(answer.status, answer.read(), None)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers.get("Retry-After"))
    except (OSError, urllib.error.URLError) as error:
        return Answer(0, str(error).encode(), None)


def _environment(home: Path, options: dict[str, str]) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"READINGROOM_HOME": str(home), "PYTHONPATH": paths} | options


def _address(told: IO[str]) -> str | None:
    told.seek(0)
    return next((line.split()[4] for line in told if "Reading Room is at" in line), None)


def _await(look: Callable[[], _Seen]) -> _Seen:
    end = time.monotonic() + _START_S
    while not (seen := look()):
        if time.monotonic() > end:
            raise TimeoutError("the service does not start")
        time.sleep(0.05)
    return seen
