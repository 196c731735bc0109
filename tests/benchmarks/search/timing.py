"""Time searches in turns, so that what else the machine does falls on all engines alike."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Times:
    """The times of one search, in milliseconds."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def take(self, do: Callable[[], object]) -> None:
        """Do it once and keep what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        do()
        cpu_ms, wall_ms = 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)
        self.wall_ms.append(wall_ms)
        self.cpu_ms.append(cpu_ms)

    @property
    def median_ms(self) -> float:
        """The median on the clock."""
        return statistics.median(self.wall_ms)


def time_in_turns(actions: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """Do each once to warm up, then all of them in turn so many times, a different one first in each round."""
    times = {name: Times() for name in actions}
    for do in actions.values():
        do()
    names = list(actions)
    for number in range(repeats):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].take(actions[name])
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of all lies, as the next one measured."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
