"""PDFs that are not read in one go: which of their pages are read together, and how they wait for the others.

They are long, or one of their pages killed its worker.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.reading import RANGE_PAGES
from ingest.records import (
    Answer,
    LongDocument,
    PageRange,
    PageRecord,
    PagesRead,
    Problem,
    Reading,
    SourceFile,
    State,
)
from ingest.workers import keep_pages, kept_pages

_FIRST_PAGES = 50  # a reader waits for the first range
PATIENCE = 10  # times the usual time, when what was slow is tried once more
_MOST_LOST = 100  # pages that may kill their worker before what is left of a failing range is given up
_MOST_SLOW = 20  # pages that are waited for so long: each may take five minutes, and its range is read again
# Failures of one page, or of all together, which leave the other pages to be read.
_OF_A_PAGE = {"worker_died", "worker_timeout", "out_of_memory", "answer_unusable", "unreadable"}
_PAGE_PT = 612, 792  # of a page that cannot be read


@dataclass(frozen=True, slots=True)
class _Kept:
    first: int
    count: int
    path: Path


class LongReading:
    """The pages of one long PDF, as workers bring them in any order.

    They wait in files of the scratch folder: no process holds more than it works on.
    """

    def __init__(self, file: SourceFile, told: PagesRead, folder: Path, *, shown_as: str | None) -> None:
        self.file = file
        self.page_count = told.page_count
        self.shown_as = shown_as  # key of the document that shows its pages as they come; None: an older reading does
        self.others: list[SourceFile] = []  # the same bytes in other places: linked when it is read
        self._folder = folder
        self._kept = [self._keep(replace(told, pages=()), 0)]  # what was told of the whole document
        self._lost = self._slow = 0

    @property
    def pages_read(self) -> int:
        """How many pages are there already."""
        return sum(kept.count for kept in self._kept)

    @property
    def is_whole(self) -> bool:
        """Whether all pages are there."""
        return self.pages_read == self.page_count

    def ranges(self) -> Iterator[PageRange]:
        """Yield the ranges in which the document is to be read, a short one first."""
        first, length = 1, _FIRST_PAGES
        while first <= self.page_count:
            last = min(first + length - 1, self.page_count)
            yield PageRange(self.file, first, last)
            first, length = last + 1, RANGE_PAGES

    def take(self, pages: PagesRead) -> None:
        """Keep the pages of a range."""
        self._kept.append(self._keep(pages, pages.pages[0].number))

    def retry(self, task: PageRange, problem: Problem) -> list[PageRange]:
        """Return the ranges to read in place of one that failed; none where it is given up.

        The page that was being read is tried alone, so that it fails alone; one that is slow with ten times
        the time, which its range marks by its patience.
        """
        is_slow = problem.code == "worker_timeout" and task.patience == 1
        if self._lost >= _MOST_LOST or (is_slow and self._slow >= _MOST_SLOW):
            return []
        if task.first == task.last:
            return [self._slowly(task)] if is_slow else []
        suspect = problem.page if problem.page and task.first <= problem.page <= task.last else None
        if suspect is None:
            middle = (task.first + task.last) // 2
            return [replace(task, last=middle), replace(task, first=middle + 1)]
        alone = replace(task, first=suspect, last=suspect)
        pieces = [
            replace(task, last=suspect - 1),
            self._slowly(alone) if is_slow else alone,
            replace(task, first=suspect + 1),
        ]
        return [piece for piece in pieces if piece.first <= piece.last]

    def lose(self, task: PageRange, problem: Problem) -> PagesRead:
        """Return the pages of a range that cannot be read, each with its problem."""
        numbers = range(task.first, task.last + 1)
        self._lost += len(numbers)
        pages = tuple(PageRecord(number, *_PAGE_PT, ()) for number in numbers)
        # A crash is of the file; what ran out of time or memory is read again when it is ingested again.
        code = "unreadable_page" if problem.code in {"worker_died", "unreadable"} else problem.code
        problems = tuple(Problem(code, f"Page {number}: {problem.detail}", number) for number in numbers)
        return PagesRead(self.page_count, pages, problems)

    def nothing_read(self, problem: Problem) -> Reading | None:
        """Return the reading of a document of which every page was lost; None if any was read."""
        if self._lost < self.page_count:
            return None
        return Reading(State.UNREADABLE, problems=(replace(problem, page=None),))

    def whole(self) -> LongDocument:
        """Return what is still to be done when all pages are there."""
        return LongDocument(self.file, tuple(kept.path for kept in self._in_order()))

    def pages_alone(self, problem: Problem) -> Reading:
        """Return the pages without emails, for a document whose emails cannot be told."""
        parts = [kept_pages(kept.path) for kept in self._in_order()]
        detail = f"Its pages were read, its emails were not told apart: {problem.detail}"
        problems = [*(each for part in parts for each in part.problems), replace(problem, detail=detail)]
        return Reading(State.PARTIAL, tuple(page for part in parts for page in part.pages), problems=tuple(problems))

    def forget(self) -> None:
        """Remove what waits."""
        for kept in self._kept:
            kept.path.unlink(missing_ok=True)

    def _slowly(self, task: PageRange) -> PageRange:
        self._slow += 1
        return replace(task, patience=PATIENCE)

    def _keep(self, pages: PagesRead, first: int) -> _Kept:
        return _Kept(first, len(pages.pages), keep_pages(self._folder, pages))

    def _in_order(self) -> list[_Kept]:
        return sorted(self._kept, key=lambda kept: kept.first)


def failure(answer: Answer) -> Problem | None:
    """Return why a worker could not do its task; None: it did."""
    if isinstance(answer, Reading) and answer.state is not State.PUBLISHED and not answer.pages:
        return answer.problems[0]
    return None


def may_be_read_in_pieces(problem: Problem) -> bool:
    """Tell whether pages of a PDF may be read although the whole could not: it was open when it failed."""
    return problem.page is not None and problem.code in _OF_A_PAGE
