"""A real `readingroom` over a real archive, for the rigs that damage what lies on the disk."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample" / "release"
_PROGRAM = [sys.executable, "-c", "from ingest.cli import main; main()"]
_START_S = 60.0
# Without these even root is held to the permissions of files.
_HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


class Answer(NamedTuple):
    """What the service answered; status 0: nothing, the connection failed."""

    status: int
    body: bytes
    retry_after: str | None


def run(home: Path, *arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end."""
    command = [*_PROGRAM, *arguments]
    return subprocess.run(
        command, env=_environment(home, options), cwd=ROOT, capture_output=True, text=True, check=False
    )


@contextmanager
def serving(home: Path, **options: str) -> Iterator[str]:
    """Serve an archive as a person would, held to the permissions of files, and give the service's address."""
    command = [*(_HELD if os.geteuid() == 0 else []), *_PROGRAM, "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=_environment(home, options), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as service:
        assert service.stderr is not None
        try:
            address = next(line for line in service.stderr if "Reading Room is at" in line).split()[4]
            # Its further words would fill the pipe and stop it.
            with subprocess.Popen(["cat"], stdin=service.stderr, stdout=subprocess.DEVNULL) as reader:
                _await(address)
                yield address
                service.terminate()
                service.wait(30)
                reader.terminate()
        finally:
            with suppress(ProcessLookupError):
                service.kill()


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


def _await(address: str) -> None:
    end = time.monotonic() + _START_S
    while get(f"{address}/api/v1/status").status != 200:
        if time.monotonic() > end:
            raise TimeoutError(f"{address} does not answer")
        time.sleep(0.05)
