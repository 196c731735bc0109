"""An archive that is never disturbed, and others that are: what must be the same in the end."""

import json
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.trust.forked_program import WRITES, Ended, ask_apart, fork_program, number_writes
from tests.trust.record_state import RecordState, found_by_search, left_behind, missing_originals
from tests.trust.small_release import FIRST_FILE, WORDS


@dataclass
class Rig:
    """An undisturbed archive, others that are struck, and what is wrong with those."""

    folder: Path
    release: Path
    faults: list[str] = field(default_factory=list)
    homes: int = 0
    options: dict[str, str] = field(default_factory=dict)  # READINGROOM_*, for all archives

    def __post_init__(self) -> None:
        self.calm = self.folder / "calm"
        shutil.copytree(self.begun(), self.calm)
        running = fork_program(self.arguments, self.settings(self.calm), self.folder / "talk")
        calls = ",".join(call for group in WRITES.values() for call in group)
        running.trace("-o", str(self.folder / "trace"), "-e", f"trace={calls}", "-y", "-e", "signal=none")
        running.go()
        ended = running.wait()
        assert ended.code == 0, ended.said
        self.took_s, self.writes = ended.took_s, number_writes(self.folder / "trace", self.calm)
        state = RecordState(self.calm)
        self.inputs, self.whole, self.content = set(state.documents), state.whole(), state.content()
        self.found = ask_apart(partial(found_by_search, self.calm, WORDS))

    @property
    def arguments(self) -> list[str]:
        """How each archive is filled."""
        return ["ingest", str(self.release), "--release", "trust", "--title", "Trust", "--json"]

    def settings(self, home: Path) -> dict[str, str]:
        """The options of an archive."""
        return {"READINGROOM_HOME": str(home), "READINGROOM_WORKERS": "1", "READINGROOM_OCR": "off", **self.options}

    def begun(self) -> Path:
        """Return an archive with the first file in it; the first call makes it."""
        home = self.folder / "begun"
        if not home.exists():
            command, _, *options = self.arguments
            ended = self.run(home, command, str(self.release / FIRST_FILE), *options)
            assert ended.code == 0, ended.said
        return home

    def new_home(self, *, is_new: bool) -> Path:
        """Return an archive in which the first file is; one that is new does not even exist."""
        self.homes += 1
        home = self.folder / f"home-{self.homes}"
        if not is_new:
            shutil.copytree(self.begun(), home)
        return home

    def run(self, home: Path, *arguments: str) -> Ended:
        """Run the program without disturbing it."""
        running = fork_program(arguments or self.arguments, self.settings(home), self.folder / "talk")
        running.go()
        return running.wait()

    def check_struck(self, home: Path, ended: Ended, what: str) -> None:
        """Look at an archive whose ingest was broken off."""
        if not (home / "archive.sqlite3").exists():
            return
        state = RecordState(home)
        if lost := _told(ended) - {sha256[:16] for sha256 in state.documents}:
            self.faults.append(f"{what}: told as kept and lost: {sorted(lost)}")
        for sha256, rows in state.content().items():
            if rows != self.content.get(sha256):
                self.faults.append(f"{what}: half-visible: {sha256} {rows} instead of {self.content.get(sha256)}")
        if missing := missing_originals(home, state.documents):
            self.faults.append(f"{what}: rows without their original: {missing}")

    def check_retried(self, home: Path, what: str) -> None:
        """Let the archive finish what it has begun, without the source."""
        if not (home / "archive.sqlite3").exists():
            return
        ended = self.run(home, "retry")
        if ended.code or any(state.lower() == "reading" for state in RecordState(home).documents.values()):
            self.faults.append(f"{what}: retry leaves files unread: {ended.said}")

    def check_ended(self, home: Path, ended: Ended, what: str) -> None:
        """Compare an archive whose last run was not disturbed with the calm one."""
        if ended.code:
            self.faults.append(f"{what}: the undisturbed run ends with {ended.code}: {ended.said}")
            return
        state = RecordState(home)
        whole = state.whole()
        for table, rows in self.whole.items():
            if whole[table] != rows:
                self.faults.append(f"{what}: {table}: {whole[table] - rows} more, {rows - whole[table]} less")
        if state.waiting:
            self.faults.append(f"{what}: {state.waiting} rows wait for the index")
        if (found := ask_apart(partial(found_by_search, home, WORDS))) != self.found:
            self.faults.append(f"{what}: the index does not agree: {found} instead of {self.found}")
        if missing := missing_originals(home, state.documents):
            self.faults.append(f"{what}: lost originals: {missing}")
        if left := left_behind(home):
            self.faults.append(f"{what}: left behind: {left}")
        if not self.faults:
            shutil.rmtree(home)


def _told(ended: Ended) -> set[str]:
    """Return the keys of the documents that a run told of; the last line may be cut off."""
    keys = set()
    for line in ended.told.splitlines():
        try:
            keys.add(json.loads(line)["key"])
        except ValueError:
            continue
    return keys - {None}
