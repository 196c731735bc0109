"""The answer to a search."""

from datetime import date

from app.database.models import DatePrecision
from app.search.results import EntryKind, Facet, Hit, Results, Snippet
from app.web.schemas.base import Schema, iso_date


class SnippetPart(Schema):
    """A piece of a snippet."""

    text: str
    marked: bool


class SnippetSummary(Schema):
    """A passage around the words that were found."""

    page: int | None  # None for a mail, which has no pages
    parts: list[SnippetPart]


class SearchResult(Schema):
    """A message, or a page that belongs to no message, that was found."""

    key: str  # of the message; for a page, of its document
    kind: EntryKind
    url: str
    title: str  # the subject as printed, "" if none; for a page the document's name
    sender: str | None  # None: none is printed, or a page
    sender_url: str | None  # None if withheld or unknown
    sender_withheld: bool
    recipients: list[str]
    sent_at: str | None  # ISO 8601, wall time, as precise as printed: "2012-09"
    date_precision: DatePrecision | None
    page: int | None  # the page of the best passage; None for a mail
    document_key: str
    document_name: str
    document_url: str
    releases: list[str]  # slugs
    has_attachment: bool
    snippets: list[SnippetSummary]


class FacetChoice(Schema):
    """One value of a facet."""

    value: str  # what the parameter takes
    label: str
    count: int
    chosen: bool


class FacetSummary(Schema):
    """A property of the whole result: `name` is the parameter that filters by it, or "year"."""

    name: str
    values: list[FacetChoice]


class HistogramStep(Schema):
    """The number of hits in a stretch of time; days are inclusive."""

    first_day: date
    last_day: date
    label: str
    count: int


class SearchPage(Schema):
    """One page of what a search found."""

    count: int  # exact, of the whole result
    results: list[SearchResult]
    facets: list[FacetSummary]
    histogram: list[HistogramStep]
    undated: int  # results without a date
    next_cursor: str | None  # None: this is the last page
    query_parsed: str  # the query as it was understood
    ignored: list[str]  # what was ignored and why
    unsearchable_pages: int  # pages of the searched releases that have no text


def search_page(results: Results) -> SearchPage:
    """Return the answer as a reader sees it; `.model_dump(mode="json")` is the JSON of the API."""
    return SearchPage(
        count=results.count,
        results=[_result(hit) for hit in results.hits],
        facets=[_facet(facet) for facet in results.facets],
        histogram=[
            HistogramStep(first_day=bar.first_day, last_day=bar.last_day, label=bar.label, count=bar.count)
            for bar in results.histogram
        ],
        undated=results.undated,
        next_cursor=results.next_cursor,
        query_parsed=results.query_parsed,
        ignored=list(results.ignored),
        unsearchable_pages=results.unsearchable_pages,
    )


def _result(hit: Hit) -> SearchResult:
    document_url = f"/documents/{hit.document_key}"
    is_page = hit.kind is EntryKind.PAGE
    return SearchResult(
        key=hit.key,
        kind=hit.kind,
        url=f"{document_url}/pages/{hit.page}" if is_page else f"/messages/{hit.key}",
        title=hit.title,
        sender=hit.sender,
        sender_url=f"/people/{hit.sender_key}" if hit.sender_key else None,
        sender_withheld=hit.sender_withheld,
        recipients=list(hit.recipients),
        sent_at=iso_date(hit.sent_at, hit.date_precision),
        date_precision=hit.date_precision,
        page=hit.page,
        document_key=hit.document_key,
        document_name=hit.document_name,
        document_url=document_url,
        releases=list(hit.releases),
        has_attachment=hit.has_attachment,
        snippets=[_snippet(snippet) for snippet in hit.snippets],
    )


def _snippet(snippet: Snippet) -> SnippetSummary:
    parts = [SnippetPart(text=text, marked=marked) for text, marked in snippet.parts]
    return SnippetSummary(page=snippet.page, parts=parts)


def _facet(facet: Facet) -> FacetSummary:
    values = [FacetChoice(value=one.value, label=one.label, count=one.count, chosen=one.chosen) for one in facet.values]
    return FacetSummary(name=facet.name, values=values)
