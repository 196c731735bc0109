"""What the reading of one file may cost."""

from dataclasses import dataclass

from ingest.records import FileKind, LongDocument, SourceFile, Task

_PAGE_SHARE = 0.1  # of the whole's time: for one page, or one email
_MOST_BUDGETS = 50  # in all, of the whole's time: 150 pages looked at twice take 32 where none is over its own
_OF_MANY = (FileKind.MBOX, FileKind.PST)


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What the reading of one file may cost, and how many are read at the same time."""

    workers: int = 1
    timeout_s: float = 300  # for what concerns a whole file; one page, or one email, has a tenth
    memory_mb: int = 2048  # address space
    written_mb: int = 256  # size of any file that a worker writes
    reading_mb: int = 1024  # size of what it sends back

    def begin_s(self, task: Task) -> float:
        """Return how long a worker may be silent after it has begun a task."""
        of_many = isinstance(task, LongDocument) or (isinstance(task, SourceFile) and task.kind in _OF_MANY)
        return self.timeout_s * task.patience * (1 if of_many else _PAGE_SHARE)

    def step_s(self, task: Task, page: int) -> float:
        """Return how long it may be silent after it has begun a page, or with 0 what concerns all of them."""
        return self.timeout_s * task.patience * (_PAGE_SHARE if page else 1)

    def total_s(self, task: Task) -> float:
        """Return how long it may take in all, whatever it says meanwhile."""
        return self.timeout_s * task.patience * _MOST_BUDGETS
