"""Kill the ingest at any moment and at every write: run again, it ends as if nothing had been.

    python -m tests.trust.kills [--full]

An archive is killed five times and then left alone. After each kill all that was told as kept is there, each document
is whole or says that it is being read, and its original is in the store. Where the run is left alone, the record, the
index and the folders are those of an archive that was never disturbed.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.program import PROGRAM
from tests.trust.forked_program import WRITES, Ended, fork_program, warm_up
from tests.trust.small_release import write_release
from tests.trust.struck_archives import Rig

_KILLS, _FULL_KILLS = 50, 1_000  # at random moments and at sampled writes; every write comes on top of the thousand
_OF_PROCESSES = 2  # kills of a program that was started as a person starts it
_A_HOME = 5  # kills before an archive is left alone
_SEED = 20180901

Strike = tuple[str, int]  # "moment" and 0, or a group of writes and the number of one in it


def run_kills(*, full: bool) -> tuple[str, bool]:
    """Kill, and return the line of figures with whether the floor was held."""
    started = time.monotonic()
    warm_up()
    chance = random.Random(_SEED)
    killed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="rr-kills-") as name:
        rig = Rig(Path(name), write_release(Path(name) / "release"))
        strikes = _plan(rig, chance, full=full)
        wanted = len(strikes) if full else _KILLS
        home, in_home, number = rig.new_home(is_new=True), 0, 0
        while killed.total() < wanted and number < 4 * wanted:
            strike = strikes[number % len(strikes)]
            number += 1
            ended = _strike(rig, home, strike, chance)
            rig.check_struck(home, ended, f"{strike}")
            killed[strike[0]] += ended.was_killed
            in_home += ended.was_killed
            if not ended.was_killed:  # it had come to its end
                rig.check_ended(home, ended, f"archive {rig.homes}")
            elif in_home == _A_HOME or killed.total() == wanted:
                _leave_alone(rig, home)
            else:
                continue
            home, in_home = rig.new_home(is_new=rig.homes % 4 == 0), 0
        for together in (True, False)[:_OF_PROCESSES]:
            killed["process"] += _kill_process(rig, chance, together=together)
        lost = len(rig.faults)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(killed.items()))
    line = (
        f"kills: {killed.total()} ({kinds}; seed {_SEED}), {rig.homes} archives, {lost} lost, half-visible, doubled or "
        f"disagreeing, in {time.monotonic() - started:.0f} s "
        f"({used.ru_utime + used.ru_stime:.0f} s CPU), load {os.getloadavg()[0]:.1f}"
    )
    return "\n".join([*rig.faults[:20], line]), lost == 0 and killed.total() >= wanted


def _plan(rig: Rig, chance: random.Random, *, full: bool) -> list[Strike]:
    """Return half of the kills at moments and half at writes; in full at every write, and the rest at moments."""
    every = [(group, number) for group, numbers in rig.writes.items() for number in numbers]
    if full:
        strikes = [*every, *[("moment", 0)] * max(_FULL_KILLS - len(every), _FULL_KILLS // 2)]
    else:
        groups = [[one for one in every if one[0] == group] for group in WRITES]
        strikes = [chance.choice(group) for group in groups for _ in range(_KILLS // 8)] + [("moment", 0)] * (
            _KILLS // 2
        )
    chance.shuffle(strikes)
    return strikes


def _strike(rig: Rig, home: Path, strike: Strike, chance: random.Random) -> Ended:
    group, number = strike
    running = fork_program(rig.arguments, rig.settings(home), rig.folder / "talk")
    if group == "moment":
        running.go()
        running.kill_after(chance.uniform(0, rig.took_s * 0.8))
    else:
        calls = ",".join(WRITES[group])
        inject = f"inject={calls}:signal=SIGKILL:when={number}"
        running.trace("-o", "/dev/null", "-e", f"trace={calls}", "-e", inject)
        running.go()
    return running.wait()


def _leave_alone(rig: Rig, home: Path) -> None:
    what = f"archive {rig.homes}"
    if rig.homes % 5 == 0:
        rig.check_retried(home, what)
    rig.check_ended(home, rig.run(home), what)


def _kill_process(rig: Rig, chance: random.Random, *, together: bool) -> bool:
    """Kill a program that was started as a person does: it alone, or with all of its group."""
    home = rig.new_home(is_new=True)
    program = subprocess.Popen(
        [*PROGRAM, *rig.arguments],
        env={**os.environ, **rig.settings(home)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (home / "scratch").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, rig.took_s))
    (os.killpg if together else os.kill)(program.pid, signal.SIGKILL)
    killed = program.wait() == -signal.SIGKILL
    rig.check_struck(home, Ended(-signal.SIGKILL, "", "", 0), "process")
    rig.check_ended(home, rig.run(home), "process")
    return killed


if __name__ == "__main__":
    told, is_held = run_kills(full="--full" in sys.argv)
    print(told)
    sys.exit(not is_held)
