"""Plant differences in a small archive made for it, and see that each is found and nothing else is."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.config import Settings
from app.database.models import Document
from app.keeping.differences import MENDABLE, Kind
from app.keeping.holdings import Holdings, open_holdings
from app.keeping.planting import PLANTS, Found, Ground, damage_database, damage_index, plant_work_in_progress
from app.keeping.specimen import make_specimen
from app.keeping.verify import mend, verify

_ROUND = 48  # differences planted at a time, each in a document of its own
_ALONE = (damage_index, damage_database)  # nothing beside them can be compared


@dataclass(slots=True)
class SelfTest:
    """What was planted and what came of it."""

    planted: int = 0
    found: int = 0
    mended: int = 0
    mendable: int = 0
    wrong: list[str] = field(default_factory=list)  # not found, or found and not planted, or not mended

    def line(self) -> str:
        """Return the figures as one line."""
        return (
            f"verify self-test: {self.found} of {self.planted} planted differences found, {len(self.wrong)} wrong; "
            f"{self.mended} of {self.mendable} mended that can be"
        )


def self_test(count: int, settings: Settings, *, seed: int = 1) -> SelfTest:
    """Plant so many differences, in the index's engine of these settings, and look for them; takes seconds a hundred.

    Nothing is done to the archive of the settings.
    """
    test, chance = SelfTest(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="readingroom-self-test-") as folder:
        whole = Path(folder) / "whole"
        make_specimen(_settings(whole, settings), _ROUND + 2)
        round_number = 0
        while test.planted < count:
            with _copy(whole, Path(folder) / "torn", settings) as holdings:
                if round_number == 0:
                    test.wrong += [f"found in a whole archive: {each.line}" for each in verify(holdings)]
                wanted = min(_ROUND, count - test.planted)
                _look(holdings, _plant(holdings, wanted, round_number, chance), test)
            round_number += 1
    return test


def _settings(home: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"home": home, "database": None})


@contextmanager
def _copy(whole: Path, torn: Path, settings: Settings) -> Iterator[Holdings]:
    shutil.copytree(whole, torn)
    try:
        with open_holdings(_settings(torn, settings)) as holdings:
            yield holdings
    finally:
        shutil.rmtree(torn)


def _plant(holdings: Holdings, count: int, round_number: int, chance: random.Random) -> set[Found]:
    if round_number % 4 in (1, 2):
        return {_ALONE[round_number % 4 - 1](holdings, chance)}
    with holdings.sessions() as session:
        documents = list(session.scalars(select(Document).order_by(Document.id)))
    chance.shuffle(documents)
    plant_work_in_progress(Ground(holdings, documents.pop(), chance))
    found = set()
    for number in range(count):
        found.add(PLANTS[number % len(PLANTS)](Ground(holdings, documents.pop(), chance)))
    return found


def _look(holdings: Holdings, planted: set[Found], test: SelfTest) -> None:
    differences = list(verify(holdings))
    found = {(each.kind, each.subject) for each in differences}
    test.planted += len(planted)
    test.found += len(found & planted)
    test.wrong += [f"not found: {kind}: {subject}" for kind, subject in sorted(planted - found)]
    test.wrong += [f"not planted: {kind}: {subject}" for kind, subject in sorted(found - planted)]
    if (Kind.DATABASE, "archive") in planted:
        return
    mendable = {one for one in planted if one[0] in MENDABLE}
    mend(holdings, differences)
    # A file that waits to be read again differs until `readingroom retry` has done so.
    waiting = set(_unread(holdings))
    left = {(each.kind, each.subject) for each in verify(holdings) if each.subject not in waiting}
    test.mendable += len(mendable)
    test.mended += len(mendable - left)
    test.wrong += [f"not mended: {kind}: {subject}" for kind, subject in sorted(left & mendable)]
    test.wrong += [f"new after mending: {kind}: {subject}" for kind, subject in sorted(left - planted)]


def _unread(holdings: Holdings) -> list[str]:
    with holdings.sessions() as session:
        return list(session.scalars(select(Document.sha256).where(Document.pipeline_version == 0)))
