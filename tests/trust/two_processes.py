"""Let several processes fill one archive at once: it ends as if one had.

python -m tests.trust.two_processes [--full]
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.trust.forked_program import fork_program, warm_up
from tests.trust.small_release import write_release
from tests.trust.struck_archives import Rig

_TIMES, _FULL_TIMES = 6, 100
_SEED = 20180901
_INDEX_IS_WRITTEN = 5  # exit code of a reindex that finds another process at it


def run_together(*, full: bool) -> tuple[str, bool]:
    """Run processes at once, and return the line of figures with whether the floor was held."""
    started = time.monotonic()
    warm_up()
    chance = random.Random(_SEED)
    times = _FULL_TIMES if full else _TIMES
    with tempfile.TemporaryDirectory(prefix="rr-together-") as name:
        rig = Rig(Path(name), write_release(Path(name) / "release"))
        for number in range(times):
            others = (["reindex"], ["retry"]) if number % 2 else ()
            _fill_together(rig, [rig.arguments, rig.arguments, *others], chance, is_new=number % 3 == 0)
        faults = len(rig.faults)
    line = (
        f"two processes: {times} archives filled by two at once, {times // 2} of them with reindex and retry beside "
        f"(seed {_SEED}); {faults} doubled, lost or disagreeing, in {time.monotonic() - started:.0f} s, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return "\n".join([*rig.faults[:20], line]), not faults


def _fill_together(rig: Rig, commands: list[list[str]], chance: random.Random, *, is_new: bool) -> None:
    home = rig.new_home(is_new=is_new)
    running = [
        fork_program(command, rig.settings(home), rig.folder / f"talk-{number}")
        for number, command in enumerate(commands)
    ]
    for each in running:
        each.go()
        time.sleep(chance.choice((0, 0, rig.took_s / 4)))
    all_ended = [each.wait() for each in running]
    for command, ended in zip(commands, all_ended, strict=True):
        if ended.code and not (command[0] == "reindex" and ended.code == _INDEX_IS_WRITTEN):
            rig.faults.append(f"archive {rig.homes}: {command[0]} ends with {ended.code}: {ended.said[-2000:]}")
    rig.check_ended(home, all_ended[0], f"archive {rig.homes}")


if __name__ == "__main__":
    told, is_held = run_together(full="--full" in sys.argv)
    print(told)
    sys.exit(not is_held)
