"""Our service, plain tantivy and SQLite FTS5 on the same searches, in turns."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from app.config import IndexEngine
from tests.benchmarks.search.cases import Case
from tests.benchmarks.search.engines import OURS, Answer, OurSearch, has_index, open_others, open_ours
from tests.benchmarks.search.tables import print_table, spread, verdict
from tests.benchmarks.search.timing import Times, time_in_turns

_BARE, _PAGE, _FTS5 = "tantivy: page and counts", "tantivy: page", "FTS5"
_DEFAULT = f"ours on {IndexEngine.TANTIVY}"
_MOST_RATIO, _MOST_RATIO_SLOW, _SLOW_MS = 3.0, 2.0, 10.0
_LEAST_AGAINST_FTS5 = 10.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The times of one case by engine, and of our default engine's own part."""

    case: Case
    times: Mapping[str, Times]
    engine_ms: Sequence[float]
    total: int
    note: str  # what differs between ours and plain tantivy, "" if nothing

    def median(self, name: str) -> float | None:
        """Milliseconds on the clock; None: this engine has no such search."""
        return self.times[name].median_ms if name in self.times else None

    @property
    def ratio(self) -> float:
        """Our whole search against plain tantivy with the same counts."""
        return self.times[_DEFAULT].median_ms / self.times[_BARE].median_ms


def compare(
    folder: Path, copies: int, cases: Iterable[Case], engines: Sequence[IndexEngine], repeats: int
) -> list[Measured]:
    """Time all cases on all engines of an archive and print what must hold."""
    with ExitStack() as stack:
        ours = {
            engine: stack.enter_context(open_ours(folder, engine))
            for engine in engines
            if copies <= OURS[engine] and has_index(folder, engine)
        }
        others = stack.enter_context(open_others(folder))
        measured = []
        for case in cases:
            answers: dict[str, Answer] = {f"ours on {engine}": each.prepare(case) for engine, each in ours.items()}
            answers |= {other.name: answer for other in others if (answer := other.prepare(case))}
            measured.append(_measure(case, answers, ours[IndexEngine.TANTIVY], repeats))
    _print(measured, copies)
    return measured


def _measure(case: Case, answers: Mapping[str, Answer], default: OurSearch, repeats: int) -> Measured:
    mine, bare = answers[_DEFAULT](), answers[_BARE]()
    note = "" if mine.total == bare.total else f"{mine.total} and {bare.total} matches"
    default.take_engine_ms()
    times = time_in_turns(answers, repeats)
    return Measured(case, times, default.take_engine_ms(), mine.total or 0, note)


def _print(measured: Sequence[Measured], copies: int) -> None:
    names = list(dict.fromkeys(name for one in measured for name in one.times))
    head = ["class", "matches", *names, "engine's part", "ours: least–most", "ours CPU", "ours / tantivy"]
    rows = [_row(group, names) for group in group_cases(measured)]
    print_table(f"### Side by side, {copies} x 31k emails (median ms on the clock)", head, rows)
    for one in measured:
        if one.note:
            print(f"* ours and plain tantivy differ: {one.case.group}, {one.case.label}: {one.note}")
    _print_verdicts(measured)


def _row(group: Sequence[Measured], names: Sequence[str]) -> list[object]:
    medians = [[value for one in group if (value := one.median(name)) is not None] for name in names]
    ours = [value for one in group for value in one.times[_DEFAULT].wall_ms]
    cpu = [value for one in group for value in one.times[_DEFAULT].cpu_ms]
    return [
        group[0].case.group,
        spread([one.total for one in group]),
        *(statistics.median(values) if values else None for values in medians),
        statistics.median(value for one in group for value in one.engine_ms),
        spread(ours),
        statistics.median(cpu),
        statistics.median(one.ratio for one in group),
    ]


def _print_verdicts(measured: Sequence[Measured]) -> None:
    ratio = statistics.median(one.ratio for one in measured)
    rows: list[list[object]] = [
        ["ours / plain tantivy, median of all", ratio, f"<= {_MOST_RATIO}", verdict(ratio, _MOST_RATIO)]
    ]
    slow = [one for one in measured if (one.median(_DEFAULT) or 0) > _SLOW_MS]
    if slow:
        worst = max(slow, key=lambda one: one.ratio)
        held = sum(one.ratio <= _MOST_RATIO_SLOW for one in slow)
        name = f"the same, worst of {len(slow)} searches over 10 ms ({held} hold): {worst.case.group}"
        rows.append([name, worst.ratio, f"<= {_MOST_RATIO_SLOW}", verdict(worst.ratio, _MOST_RATIO_SLOW)])
    counted = [one for one in measured if one.case.group == "common term" and _FTS5 in one.times]
    if counted:
        faster = statistics.median(one.times[_FTS5].median_ms / one.times[_DEFAULT].median_ms for one in counted)
        name = "FTS5 / ours, common term ranked with facets"
        rows.append([name, faster, f">= {_LEAST_AGAINST_FTS5} at 495k", verdict(faster, 10.0, at_least=True)])
    print_table("What must hold", ["figure", "measured", "asked for", "verdict"], rows)


def group_cases(measured: Sequence[Measured]) -> list[list[Measured]]:
    """Return the cases class by class, in order."""
    groups: dict[str, list[Measured]] = {}
    for one in measured:
        groups.setdefault(one.case.group, []).append(one)
    return list(groups.values())
