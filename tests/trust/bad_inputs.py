"""Hostile and broken files through the program: no crash, nothing stuck, every state told, every byte kept.

python -m tests.trust.bad_inputs [--full]
"""

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Document, Problem, ReleasedFile
from app.store import hash_file
from tests.trust.inputs import Ingested, gather, ingest, make_mutants, seeds, spread, unpack_bombs, working_folder

_STATES = {"published", "partial", "locked", "unreadable", "refused"}
_SMALL, _LARGEST = 20_000, 100_000  # bytes of the bombs and seeds of the floor
_SEED = 20260101
_SHARES = {"pdf": 0.7, "mail": 0.2, "msg": 0.05, "zip": 0.05}  # of the mutants


def measure(*, full: bool) -> tuple[str, list[str]]:
    """Return the line of figures, and what is below the floor."""
    with working_folder() as folder:
        paths = list(_inputs(folder, full=full))
        placed = gather(paths, folder / "in")
        run = ingest(folder / "in", folder / "home", timeout_s=3600 if full else 900)
        faults = [*_faults_of_run(run, placed), *_faults_of_archive(folder, run)]
    states = Counter(outcome["state"] for outcome in run.outcomes)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    line = (
        f"bad inputs: {len(placed)} files in {run.seconds:.0f} s (load {os.getloadavg()[0]:.1f}), "
        f"{len(run.outcomes)} with what lay in them ({told}); exit {run.exit_code}, {run.left_running} stuck, "
        f"{len(faults)} faults"
    )
    return line, faults


def _inputs(folder: Path, *, full: bool) -> Iterator[Path]:
    """Yield the files: all of them, or 300 small ones and 100 mutants."""
    bombs = unpack_bombs(folder / "bombs")
    if not full:
        bombs = [path for path in bombs if path.stat().st_size <= _SMALL][::3]
    yield from bombs
    found = seeds()
    yield from (seed.path for seed in (found if full else spread(found, 300 - len(bombs), most_bytes=_LARGEST)))
    for kind, share in _SHARES.items():
        yield from make_mutants(folder / f"mutants-{kind}", kind, int((5000 if full else 100) * share), _SEED)


def _faults_of_run(run: Ingested, placed: dict[str, Path]) -> Iterator[str]:
    if run.exit_code:
        yield f"the program ended with {run.exit_code}: {run.errors[-2000:]}"
    if run.left_running:
        yield f"{run.left_running} processes are left"
    outermost = Counter(outcome["path"] for outcome in run.outcomes if outcome["path"] in placed)
    yield from (f"{placed[name]} has {outermost[name]} outcomes" for name in placed if outermost[name] != 1)
    for outcome in run.outcomes:
        origin = placed.get(outcome["path"].split("/")[0])
        if outcome["state"] not in _STATES or outcome["key"] is None:
            yield f"{outcome['path']} of {origin} has no state in the record: {outcome}"
        elif outcome["state"] != "published" and not all(len(each["detail"]) > 20 for each in outcome["problems"]):
            yield f"{outcome['path']} of {origin} is {outcome['state']} without a reason"
        elif any(each["code"] == "not_kept" for each in outcome["problems"]):
            yield f"{outcome['path']} of {origin} was read and could not be written: {run.errors[-2000:]}"


def _faults_of_archive(folder: Path, run: Ingested) -> Iterator[str]:
    with open_archive(Settings(home=folder / "home")) as archive, archive.sessions() as session:
        states = dict(session.execute(select(Document.sha256, Document.state)).all())
        explained = set(session.scalars(select(Document.sha256).join(Problem, Problem.document_id == Document.id)))
        linked = set(session.scalars(select(Document.sha256).join(ReleasedFile)))
        yield from _faults_of_originals(archive, folder, set(states))
    yield from (f"{sha256} is {state.value}" for sha256, state in states.items() if state.value not in _STATES)
    yield from (
        f"{sha256} is {state.value} and nobody says why"
        for sha256, state in states.items()
        if state.value != "published" and sha256 not in explained
    )
    if linked != set(states):
        yield f"{len(set(states) - linked)} documents belong to no release"
    told = {outcome["key"] for outcome in run.outcomes}
    if told != {sha256[:16] for sha256 in states}:
        yield f"{len(states)} documents and {len(told)} outcomes do not add up"


def _faults_of_originals(archive: Archive, folder: Path, recorded: set[str]) -> Iterator[str]:
    for path in sorted((folder / "in").iterdir()):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256 not in recorded:
            yield f"{path.name} is in no record"
    for sha256 in sorted(recorded):
        kept = archive.store.path(sha256)
        if not kept.is_file() or hash_file(kept) != sha256:
            yield f"the original {sha256} is not as it was"


if __name__ == "__main__":
    figures, below = measure(full="--full" in sys.argv)
    print(figures)
    for fault in below[:50]:
        print(fault, file=sys.stderr)
    sys.exit(bool(below))
