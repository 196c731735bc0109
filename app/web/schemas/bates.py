"""Bates numbers: the pages that bear one, and what a release leaves out of a series."""

from app.database.bates import BatesStretch
from app.database.models import BatesNumber, Document, Page
from app.web.schemas.base import Schema
from app.web.schemas.documents import DocumentSummary, document_summary

_GAPS_SHOWN = 100


class BatesPlace(Schema):
    """A page that bears a number."""

    number: str  # as printed
    page: int
    url: str  # of the page
    document: DocumentSummary


class BatesPage(Schema):
    """The pages that bear a number, however it was written; the same page may be in several files."""

    number: str  # as asked for
    count: int
    places: list[BatesPlace]  # the first hundred


class BatesGapSummary(Schema):
    """Numbers that no page of a release bears, both inclusive."""

    first: str
    last: str
    count: int


class BatesSeriesSummary(Schema):
    """Pages of a release that are numbered on, and the numbers between them that it leaves out."""

    first: str
    last: str
    pages: int
    missing: int
    gaps: list[BatesGapSummary]  # the first hundred
    gaps_left_out: int


def bates_place(number: BatesNumber, page: Page, document: Document) -> BatesPlace:
    """Return a page that bears a number."""
    summary = document_summary(document)
    return BatesPlace(
        number=number.number, page=page.number, url=f"{summary.url}/pages/{page.number}", document=summary
    )


def bates_series(stretch: BatesStretch) -> BatesSeriesSummary:
    """Return what a reader sees of a numbered stretch of a release."""
    return BatesSeriesSummary(
        first=stretch.first,
        last=stretch.last,
        pages=stretch.pages,
        missing=stretch.missing,
        gaps=[BatesGapSummary(first=gap.first, last=gap.last, count=gap.count) for gap in stretch.gaps[:_GAPS_SHOWN]],
        gaps_left_out=len(stretch.gaps[_GAPS_SHOWN:]),
    )
