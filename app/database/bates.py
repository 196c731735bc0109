"""Look up pages by their Bates numbers, and which numbers a release leaves out."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.bates_key import bates_key
from app.database.models import BatesNumber, Document, Page, ReleasedFile

_FARTHEST = 1_000  # numbers between two pages of one stretch: beyond, an agency has begun another volume


@dataclass(frozen=True, slots=True)
class BatesGap:
    """Numbers of a series that no page of the release bears, both inclusive."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class BatesStretch:
    """Pages of a release that are numbered on, with what is left out between them."""

    first: str  # as most pages print it, "STATE-SCB0045247"
    last: str
    pages: int  # that bear a number of it
    missing: int
    gaps: tuple[BatesGap, ...]


class BatesRepository:
    """Bates numbers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def any_number(self) -> str | None:
        """Return a number that some page bears, as printed; None if no page bears one."""
        return self._session.scalar(select(BatesNumber.number).order_by(BatesNumber.id).limit(1))

    def find(self, number: str, *, limit: int) -> Sequence[tuple[BatesNumber, Page, Document]]:
        """Return the pages that bear a number however it is written, by document and page.

        A number without a prefix is found in every series.
        """
        key = bates_key(number)
        if key.counter is None:
            return []
        wanted = select(BatesNumber, Page, Document).where(BatesNumber.counter == key.counter)
        if key.series:
            wanted = wanted.where(BatesNumber.series == key.series)
        rows = self._session.execute(
            wanted.join(Page, Page.id == BatesNumber.page_id)
            .join(Document, Document.id == Page.document_id)
            .order_by(Document.name, Document.id, Page.number)
            .limit(limit)
        )
        return [(number, page, document) for number, page, document in rows]

    def stretches(self, release_id: int) -> list[BatesStretch]:
        """Return how a release's pages are numbered, and the numbers that none of them bears."""
        rows = self._session.execute(
            select(BatesNumber.series, BatesNumber.counter, BatesNumber.number)
            .join(Page, Page.id == BatesNumber.page_id)
            .where(
                BatesNumber.counter.is_not(None),
                Page.document_id.in_(select(ReleasedFile.document_id).where(ReleasedFile.release_id == release_id)),
            )
            .order_by(BatesNumber.series, BatesNumber.counter)
        )
        counters: dict[str, list[int]] = defaultdict(list)
        prints: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
        for series, counter, number in rows:
            counters[series or ""].append(counter or 0)
            prints[series or ""][_print_of(number)] += 1
        return [
            _stretch(part, *prints[series].most_common(1)[0][0])
            for series, numbers in counters.items()
            for part in _parts(sorted(set(numbers)))
        ]


def _print_of(number: str) -> tuple[str, int]:
    """Return the prefix as printed and how many digits follow it."""
    prefix = number.rstrip("0123456789")
    return prefix, len(number) - len(prefix)


def _parts(counters: Sequence[int]) -> Iterator[list[int]]:
    part = [counters[0]]
    for before, counter in pairwise(counters):
        if counter - before > _FARTHEST:
            yield part
            part = []
        part.append(counter)
    yield part


def _stretch(counters: Sequence[int], prefix: str, width: int) -> BatesStretch:
    def printed(counter: int) -> str:
        return f"{prefix}{counter:0{width}}"

    gaps = tuple(
        BatesGap(printed(before + 1), printed(after - 1), after - before - 1)
        for before, after in pairwise(counters)
        if after - before > 1
    )
    missing = sum(gap.count for gap in gaps)
    return BatesStretch(printed(counters[0]), printed(counters[-1]), len(counters), missing, gaps)
