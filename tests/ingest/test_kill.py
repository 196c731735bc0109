"""An ingest that is killed at any moment, and started again, ends as if nothing had been."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_READINGROOM = str(Path(sys.executable).with_name("readingroom"))
_RELEASE = Path(__file__).parents[2] / "data" / "sample" / "release"
_KILLS = 4


def _start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [_READINGROOM, "ingest", str(_RELEASE)],
        env=_environment(home),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _environment(home: Path) -> Mapping[str, str]:
    return {**os.environ, "READINGROOM_HOME": str(home), "READINGROOM_WORKERS": "1"}


def _status(home: Path) -> dict[str, object]:
    told = subprocess.run(
        [_READINGROOM, "status", "--json"], env=_environment(home), check=True, capture_output=True
    ).stdout
    status: dict[str, object] = json.loads(told)
    del status["last_ingested_at"]
    return status


def _found(home: Path, query: str) -> int:
    told = subprocess.run(
        [_READINGROOM, "search", query, "--json"], env=_environment(home), check=True, capture_output=True
    ).stdout
    return int(json.loads(told)["count"])


def test_killed_and_started_again_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    calm, torn = tmp_path / "calm", tmp_path / "torn"
    assert _start(calm).wait() == 0
    chance = random.Random(20180901)
    killed = 0
    for _ in range(_KILLS):
        running = _start(torn)
        try:
            running.wait(timeout=chance.uniform(0.3, 2.5))
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            killed += 1
    assert killed
    assert _start(torn).wait() == 0
    assert _status(torn) == _status(calm)
    assert _found(torn, "pilot") == _found(calm, "pilot") > 0
