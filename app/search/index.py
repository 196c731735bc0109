"""What every search engine must do: the entries it keeps and the answers it gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.search.query import Everything, Node
from app.search.results import EntryKind, Order

SCHEMA_VERSION = 1  # raise it with every change of `Entry` or of the tokens: the index is then made anew

MOST_DAY_MONTHS = 3  # a result that spans no more months is also counted by day


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a printed message, or of a page that belongs to no message."""

    key: str  # a message's key, or "DOCUMENTKEY/PAGENUMBER"
    kind: EntryKind
    sequence: int  # rises as entries are made; an entry that replaces another has a new one
    document_key: str
    releases: tuple[str, ...]  # slugs
    agencies: tuple[str, ...]  # slugs of the participants' and the releases' agencies and all their parents
    sender: str  # name and address as printed, "" if none
    sender_key: str  # of who stands for the person, "" if withheld or unknown
    to: str  # all recipients, one a line
    cc: str
    participants: str  # everyone in any role, also of quoted messages
    participant_keys: tuple[str, ...]
    subject: str
    text: str  # the sender's own words, or the page's text
    quoted_text: str
    attachments: str  # file names, one a line
    has_attachment: bool
    first_day: date | None  # the wall date; of "September 2012" its first and last day
    last_day: date | None
    sent_at: datetime | None  # for sorting; wall time as printed
    bates_numbers: tuple[str, ...]  # and the document and case numbers stamped on its pages
    exemptions: tuple[str, ...]  # normalised, "(b)(7)(E)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of matches ended, so that the next one goes on there."""

    generation: str  # of the index as it was when the first page was answered
    bound: int  # the highest sequence then: entries made later stay out
    offset: int  # matches on the pages so far
    rank: int  # of the last match in an order by date; 0 in an order by score, unless the engine needs it
    score: float = 0.0  # of the last match in an order by score, where the engine needs it


@dataclass(frozen=True, slots=True)
class Search:
    """What an engine is asked."""

    query: Node
    filters: Node = field(default_factory=Everything)  # must match, but does not count for relevance
    order: Order = Order.RELEVANCE
    limit: int = 20
    after: Place | None = None  # of an earlier answer to the same search


@dataclass(frozen=True, slots=True)
class Matches:
    """What an engine answers: one page of keys, and counts of the whole result."""

    keys: tuple[str, ...]
    total: int  # exact
    after: Place | None  # where the next page begins; None: this is the last
    releases: Mapping[str, int]  # entries by slug
    agencies: Mapping[str, int]
    senders: Mapping[str, int]  # by the person's key
    months: Mapping[date, int]  # by the first day of the month in which the entry's date begins
    days: Mapping[date, int]  # by that day; empty if the months span more than MOST_DAY_MONTHS

    @property
    def undated(self) -> int:
        """The number of entries without a date."""
        return self.total - sum(self.months.values())


class SearchIndex(Protocol):
    """The entries that one engine keeps; `app.search.engines` makes and opens it.

    The engines find the same entries, count the same and sort alike by date. Scores differ in their
    values, and so may the order by relevance; equal scores stand newest first, then by key.

    One process and thread writes at a time (the caller sees to that); any number of threads and
    processes read meanwhile, and see what is written once `update` returns. While pages of a result
    are read, the state of the index that answered the first is kept for ten minutes, so that no
    match is skipped or repeated whatever is added or removed. After that, or after a restart, pages
    by date still neither skip nor repeat; pages by relevance go on by count among the entries that
    were there at the first page, and may shift where scores have changed.
    """

    def newest_sequence(self) -> int:
        """Return the highest sequence of all entries, 0 if there is none."""
        ...

    def update(self, added: Sequence[Entry], removed: Iterable[str] = ()) -> None:
        """Remove the entries with these keys, then add entries; one with a key that is there replaces it.

        All of it is found by searches that start after this returns, and survives a crash. If this fails
        nothing has changed, or on a server some of it; doing it again makes it whole.
        """
        ...

    def search(self, search: Search) -> Matches:
        """Return one page of what matches, with the counts of all of it.

        Raises:
            IndexUnavailableError: the index is damaged, or its server does not answer.
        """
        ...

    def close(self) -> None:
        """Let go of all files."""
        ...
