"""What the reading of one file may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What the reading of one file may cost, and how many are read at the same time."""

    workers: int = 1
    timeout_s: float = 300
    memory_mb: int = 2048  # address space
    written_mb: int = 256  # size of any file that a worker writes
    reading_mb: int = 1024  # size of what it sends back
    files_per_worker: int = 100  # then a fresh one: leaks and damage do not add up
