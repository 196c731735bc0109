"""Kill a reindex at random moments while the archive is served: the old index answers until the new one is whole.

python -m tests.trust.reindex_kill [--full]
"""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from app.config import Settings
from app.keeping.specimen import make_specimen
from tests.trust.service import get, run, serving, start

SMALL, FULL = 4, 100
_DOCUMENTS = 40
_BEGIN_S = 0.5  # the program loads meanwhile


def measure(home: Path, kills: int, seed: int = 3) -> tuple[int, int, list[str]]:
    """Return how often a reindex was killed, how many searches were answered meanwhile, and what went wrong."""
    make_specimen(Settings(home=home, database=None), _DOCUMENTS)
    chance = random.Random(seed)
    killed = answered = 0
    wrong: list[str] = []
    with serving(home, READINGROOM_WEB_WORKERS="1") as address:
        search = f"{address}/api/v1/search?q=water"
        right = get(search).body
        for _ in range(kills):
            reindex = start(home, "reindex")
            end = time.monotonic() + chance.uniform(_BEGIN_S, 4 * _BEGIN_S)
            while time.monotonic() < end:
                answer = get(search)
                answered += 1
                if answer.status != 200 or _count(answer.body) != _count(right):
                    wrong.append(f"{answer.status} {answer.body[:200]!r}")
            if reindex.poll() is None:
                os.killpg(reindex.pid, signal.SIGKILL)
                killed += 1
            reindex.wait()
        if run(home, "reindex").returncode or _count(get(search).body) != _count(right):
            wrong.append("the last reindex, left alone, failed")
    return killed, answered, wrong


def _count(body: bytes) -> bytes:
    return body.partition(b'"count":')[2].partition(b",")[0]


def main() -> None:
    """Print one line of figures, and end with 1 where an answer was wrong."""
    with tempfile.TemporaryDirectory(prefix="rr-reindex-") as folder:
        killed, answered, wrong = measure(Path(folder) / "home", FULL if "--full" in sys.argv else SMALL)
    print(f"reindex: {killed} killed, {answered} searches meanwhile, {len(wrong)} wrong; load {os.getloadavg()[0]:.1f}")
    for line in wrong[:10]:
        print(line, file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
