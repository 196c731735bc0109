"""What is asked of a search and what comes back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.database.models import DatePrecision


class Order(StrEnum):
    """How hits are sorted; undated hits come last in both orders by date."""

    RELEVANCE = "relevance"
    DATE = "date"  # oldest first
    NEWEST = "-date"


class EntryKind(StrEnum):
    """What an entry of the index stands for."""

    MESSAGE = "message"  # a printed email with all that it quotes
    PAGE = "page"  # a page that belongs to no email


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as a page's address or a program's call states it; all filters must hold."""

    q: str = ""
    sender: tuple[str, ...] = ()  # text within the sender's name or address; one of them must match
    to: tuple[str, ...] = ()  # a person's key, or text within any recipient
    participant: tuple[str, ...] = ()  # a person's key, or text within any participant
    subject: str = ""
    agency: tuple[str, ...] = ()  # slugs; an agency includes its components
    release: tuple[str, ...] = ()  # slugs
    exemption: tuple[str, ...] = ()  # codes in any writing: "b6", "(b)(7)(E)"
    has: tuple[str, ...] = ()  # what a `Trait` is called; one of them must hold
    year: tuple[str, ...] = ()  # "2012"
    exclude: tuple[str, ...] = ()  # values of facets that no hit may have: "release:clinton", "year:2012"
    date_after: str = ""  # "2012", "2012-09" or "2012-09-11", inclusive
    date_before: str = ""
    include_undated: bool = False  # keep hits without a date although a date range is asked for
    has_attachment: bool | None = None  # None: either
    collapse: bool = True  # of several copies of an email only the first in order is a hit
    order_by: Order = Order.RELEVANCE
    per_page: int = 20
    cursor: str = ""  # of an earlier answer to the same request


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage around marked terms: parts in order, each with whether it is marked."""

    page: int | None  # None for a mail, which has no pages
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message or a page that matched."""

    key: str  # of the message; for a page, of its document
    kind: EntryKind
    document_key: str
    document_name: str
    title: str  # the subject as printed, "" if none; for a page the document's name
    sender: str | None  # as shown; None: none printed, or a page
    sender_key: str | None  # the person's key; None if withheld or unknown
    sender_withheld: bool
    recipients: tuple[str, ...]
    sent_at: datetime | None  # wall time as printed
    date_precision: DatePrecision | None
    page: int | None  # the page to open: of the best passage, else the first; None for a mail
    snippets: tuple[Snippet, ...]
    releases: tuple[str, ...]  # slugs
    has_attachment: bool
    copies: "Copies"


@dataclass(frozen=True, slots=True)
class Copy:
    """Another place where a hit's email is printed."""

    key: str  # of the message there
    document_name: str
    page: int | None  # on which it begins; None for a mail
    releases: tuple[str, ...]  # slugs


@dataclass(frozen=True, slots=True)
class Copies:
    """Where else a hit's email stands, in this archive."""

    printed: int = 0  # times, the hit left out
    releases: int = 0  # that have those
    quoted: int = 0  # times within other emails
    first: tuple[Copy, ...] = ()  # some of the printed ones


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and the number of hits that have it.

    It is counted as if no value of this facet were chosen, so that another can be added.
    """

    value: str  # what the filter takes: a slug, a person's key, a code, a year
    label: str  # what a reader sees
    count: int
    chosen: bool
    excluded: bool = False  # no hit has it, for the request says so
    parent: str | None = None  # of an agency: the value of the one that it belongs to, if that is among the values


@dataclass(frozen=True, slots=True)
class Facet:
    """A property of the whole result."""

    name: str  # the search parameter that it fills: release, agency, from, to, exemption, has, year
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """The hits of a stretch of time; days are inclusive."""

    first_day: date
    last_day: date
    label: str  # "2012", "Sep 2012", "week of 10 Sep 2012" or "11 Sep 2012"
    count: int


@dataclass(frozen=True, slots=True)
class TermCount:
    """What one term of a query finds by itself, whatever the filters."""

    term: str  # as understood, in our language
    count: int
    similar: tuple[str, ...]  # words of the archive that are like it, where it finds nothing


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a search."""

    count: int  # exact, of the whole result
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    histogram: tuple[HistogramBar, ...]  # by year, month or day, as the span of the result asks for
    undated: int  # hits of the result that have no date
    next_cursor: str | None  # None: this is the last page
    entries: int  # exact, with the copies that are not hits
    terms: tuple[TermCount, ...]  # where nothing was found: what each term of the query finds alone
    did_you_mean: str | None  # a query of words that the archive has; None: nothing to propose
    query_parsed: str  # the query as it was understood, in our language
    ignored: tuple[str, ...]  # what was ignored and why, for a person
    unsearchable_pages: int  # pages of the searched releases that have no text
