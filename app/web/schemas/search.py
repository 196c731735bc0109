"""The answer to a search."""

from datetime import date

from app.database.models import DatePrecision
from app.search.results import Copies, EntryKind, Facet, Hit, Results, Snippet
from app.web.schemas.base import Schema, iso_date


class SnippetPart(Schema):
    """A piece of a snippet."""

    text: str
    marked: bool


class SnippetSummary(Schema):
    """A passage around the words that were found."""

    page: int | None  # None for a mail, which has no pages
    parts: list[SnippetPart]


class CopySummary(Schema):
    """Another place where an email is printed."""

    url: str
    document_name: str
    page: int | None  # None for a mail
    releases: list[str]  # slugs


class CopiesSummary(Schema):
    """Where else an email stands in this archive."""

    printed: int  # times, this one left out
    releases: int  # that have those
    quoted: int  # times within other emails
    first: list[CopySummary]  # up to five of the printed ones


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
    copies: CopiesSummary
    snippets: list[SnippetSummary]


class FacetChoice(Schema):
    """One value of a facet."""

    value: str  # what the parameter takes
    label: str
    count: int  # results with it, whatever else is chosen in this facet
    chosen: bool
    excluded: bool
    parent: str | None  # of an agency: the value of the one that it is part of, if that is listed


class FacetSummary(Schema):
    """A property of the whole result: `name` is the parameter that filters by it."""

    name: str
    values: list[FacetChoice]


class HistogramStep(Schema):
    """The number of hits in a stretch of time; days are inclusive."""

    first_day: date
    last_day: date
    label: str
    count: int


class TermSummary(Schema):
    """What one term of a query finds by itself, whatever the filters."""

    term: str
    count: int
    similar: list[str]  # words of the archive that are like it, where it finds nothing


class SearchPage(Schema):
    """One page of what a search found."""

    count: int  # exact, of the whole result
    entries: int  # exact, with the copies that are not shown
    results: list[SearchResult]
    facets: list[FacetSummary]
    histogram: list[HistogramStep]
    undated: int  # results without a date
    next_cursor: str | None  # None: this is the last page
    terms: list[TermSummary]  # where nothing was found: what each term of the query finds alone
    did_you_mean: str | None  # a query of words that the archive has
    query_parsed: str  # the query as it was understood
    ignored: list[str]  # what was ignored and why
    unsearchable_pages: int  # pages of the searched releases that have no text


def search_page(results: Results) -> SearchPage:
    """Return the answer as a reader sees it; `.model_dump(mode="json")` is the JSON of the API."""
    return SearchPage(
        count=results.count,
        entries=results.entries,
        results=[_result(hit) for hit in results.hits],
        facets=[_facet(facet) for facet in results.facets],
        histogram=[
            HistogramStep(first_day=bar.first_day, last_day=bar.last_day, label=bar.label, count=bar.count)
            for bar in results.histogram
        ],
        undated=results.undated,
        next_cursor=results.next_cursor,
        terms=[TermSummary(term=one.term, count=one.count, similar=list(one.similar)) for one in results.terms],
        did_you_mean=results.did_you_mean,
        query_parsed=results.query_parsed,
        ignored=list(results.ignored),
        unsearchable_pages=results.unsearchable_pages,
    )


def nothing_found(reason: str) -> SearchPage:
    """Return the answer to a search that was not made, with the reason."""
    return SearchPage(
        count=0,
        entries=0,
        results=[],
        facets=[],
        histogram=[],
        undated=0,
        next_cursor=None,
        terms=[],
        did_you_mean=None,
        query_parsed="",
        ignored=[reason],
        unsearchable_pages=0,
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
        copies=_copies(hit.copies),
        snippets=[_snippet(snippet) for snippet in hit.snippets],
    )


def _snippet(snippet: Snippet) -> SnippetSummary:
    parts = [SnippetPart(text=text, marked=marked) for text, marked in snippet.parts]
    return SnippetSummary(page=snippet.page, parts=parts)


def _facet(facet: Facet) -> FacetSummary:
    values = [
        FacetChoice(
            value=one.value,
            label=one.label,
            count=one.count,
            chosen=one.chosen,
            excluded=one.excluded,
            parent=one.parent,
        )
        for one in facet.values
    ]
    return FacetSummary(name=facet.name, values=values)


def _copies(copies: Copies) -> CopiesSummary:
    return CopiesSummary(
        printed=copies.printed,
        releases=copies.releases,
        quoted=copies.quoted,
        first=[
            CopySummary(
                url=f"/messages/{one.key}",
                document_name=one.document_name,
                page=one.page,
                releases=list(one.releases),
            )
            for one in copies.first
        ],
    )
