"""Let the disk be full, fail or be read-only, and the database be locked, at every write of an ingest.

    python -m tests.trust.disk_faults [--full]

The program ends with a message that says which folder or database it is, or goes on and tells the file that is not
kept; what it told as kept is there, each document is whole or says that it is being read, and the same again without
the fault ends as if nothing had been.
"""

import logging
import os
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from itertools import cycle
from pathlib import Path

from tests.trust.forked_program import WRITES, Ended, Running, fork_program, warm_up
from tests.trust.small_release import write_release
from tests.trust.struck_archives import Rig

log = logging.getLogger(__name__)

_EVERY = 10  # write that one of the faults meets in `make test`
_SEED = 20180901
_LOCKED = "locked"
# A disk that is full or read-only stays so; one that fails may do so once.
_ERRORS = {"ENOSPC": "+", "EIO": "", "EROFS": "+"}
_WAIT_S = 0.3  # of the program for a locked database: 60 by default
_LOOK_S, _HAD_S = 0.05, 60.0  # of the rig for it

_TRACE = "struck.trace"
_OUTPUT = re.compile(r" write\([12], .*\(INJECTED\)")  # what a person is told, where the fault struck that

Fault = tuple[str, str, int]  # the error, the group of writes and the number of one in it


def run_faults(*, full: bool) -> tuple[str, bool]:
    """Let each fault strike, and return the lines of what was found with whether the floor was held."""
    started = time.monotonic()
    warm_up()
    met: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="rr-faults-") as name:
        release = write_release(Path(name) / "release", alone=not full)
        rig = Rig(Path(name), release)
        for fault in _plan(rig, full=full):
            home = rig.new_home(is_new=fault[0] != _LOCKED and not met.total() % _EVERY)
            ended = _strike(rig, home, fault)
            met[fault[0]] += 1
            log.info("%s: %d %s", fault, ended.code, ended.said.strip()[-300:])
            ends["whole" if ended.code == 0 else "told"] += 1
            _check_message(rig, fault, ended)
            rig.check_struck(home, ended, f"{fault}")
            rig.check_ended(home, rig.run(home), f"{fault}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(met.items()))
    line = (
        f"disk faults: {met.total()} ({kinds}), {ends['told']} ended with a message, {ends['whole']} went on; "
        f"{len(rig.faults)} lost, half-visible, unclear or not completed, in {time.monotonic() - started:.0f} s "
        f"({used.ru_utime + used.ru_stime:.0f} s CPU), load {os.getloadavg()[0]:.1f}"
    )
    return "\n".join([*rig.faults[:20], line]), not rig.faults and all(met[kind] for kind in (*_ERRORS, _LOCKED))


def _plan(rig: Rig, *, full: bool) -> list[Fault]:
    """Return the faults: each kind meets every write in full; else every tenth write meets one, in turn."""
    writes = [(group, number) for group, numbers in rig.writes.items() for number in numbers]
    every = [(kind, *write) for write in writes for kind in _ERRORS]
    every += [(_LOCKED, *write) for write in writes if write[0] == "database"]
    if full:
        return every
    start = random.Random(_SEED).randrange(_EVERY)
    kinds = cycle(_ERRORS)
    met = [(next(kinds), *write) for write in writes[start::_EVERY]]
    return met + [each for each in every if each[0] == _LOCKED][start :: _EVERY * (len(_ERRORS) + 1)]


def _strike(rig: Rig, home: Path, fault: Fault) -> Ended:
    error, group, number = fault
    calls = ",".join(WRITES[group])
    settings = rig.settings(home)
    if error == _LOCKED:
        settings["READINGROOM_DATABASE"] = f"sqlite:///{home / 'archive.sqlite3'}?timeout={_WAIT_S}"
    running = fork_program(rig.arguments, settings, rig.folder / "talk")
    lasting = "" if group == "files" else _ERRORS.get(error)  # what is told goes through the same call as files
    what = f"signal=SIGSTOP:when={number}" if error == _LOCKED else f"error={error}:when={number}{lasting}"
    trace = rig.folder / _TRACE
    running.trace("-o", str(trace), "-e", f"trace={calls}", "-e", f"inject={calls}:{what}")
    running.go()
    return _hold_database(home, running, trace) if error == _LOCKED else running.wait()


def _hold_database(home: Path, running: Running, trace: Path) -> Ended:
    """Take the database when the program has stopped at its write, as soon as it can be had, and keep it."""
    if running.wait_stopped(trace):
        with closing(sqlite3.connect(home / "archive.sqlite3", timeout=_LOOK_S, isolation_level=None)) as other:
            given_up = time.monotonic() + _HAD_S
            while not _is_taken(other):
                running.resume()  # each of its threads stops at its own write of this number
                if time.monotonic() > given_up:
                    raise TimeoutError("the program gives its database to nobody")
            return running.wait(resuming=True)
    return running.wait()


def _is_taken(other: sqlite3.Connection) -> bool:
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def _check_message(rig: Rig, fault: Fault, ended: Ended) -> None:
    if ended.code < 0 or "Traceback" in ended.said:
        rig.faults.append(f"{fault}: ends with {ended.code} and no word for a person: {ended.said[-2000:]}")
    elif _OUTPUT.search((rig.folder / _TRACE).read_text(errors="replace")):
        return  # who cannot be told, or can read no more of it, has the exit code
    elif ended.code and str(rig.folder) not in "".join(ended.said.rpartition("Error: ")[2].split()):
        rig.faults.append(f"{fault}: the message does not say where: {ended.said[-500:]}")


if __name__ == "__main__":
    told, is_held = run_faults(full="--full" in sys.argv)
    print(told)
    sys.exit(not is_held)
