"""What every search engine must do: the entries it keeps and the answers it gives."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from app.search.query import Everything, Node, Trait
from app.search.results import EntryKind, Order

SCHEMA_VERSION = 5  # raise it with every change of `Entry` or of the tokens: the index is then made anew

MOST_DAY_MONTHS = 12  # a result that spans no more months is also counted by day
PREFERENCE = 100.0  # added to the score of what matches `Search.preferred`: more than most scores differ


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
    recipient_keys: tuple[str, ...]  # of who stands for the persons, those withheld or unknown left out
    to: str  # all recipients, one a line
    cc: str
    participants: str  # everyone in any role, also of quoted messages
    participant_keys: tuple[str, ...]
    subject: str
    text: str  # the sender's own words, or the page's text
    quoted_text: str
    attachments: str  # file names, one a line
    traits: tuple[Trait, ...]
    first_page: int | None  # of its document; None for a mail, which has no pages
    last_page: int | None
    copies: int  # a number that the printed copies of one email share, if their subjects are alike; 0 if it has none
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
    offset: int  # matches on the pages so far, copies that were left out included
    shown: int  # keys on the pages so far
    rank: int  # of the last match in an order by date; 0 in an order by score, unless the engine needs it
    score: float = 0.0  # of the last match in an order by score, where the engine needs it


@dataclass(frozen=True, slots=True)
class Search:
    """What an engine is asked."""

    query: Node
    filters: Node = field(default_factory=Everything)  # must match, but does not count for relevance
    choices: Mapping[str, Node] = field(default_factory=dict)  # by facet: a filter that its own counts leave out
    preferred: Node | None = None  # what matches this too stands above what does not, in an order by relevance
    collapse: bool = False  # of copies of one email only the first in order is a match
    counted: bool = True  # whether facets, months and days are wanted
    order: Order = Order.RELEVANCE
    limit: int = 20
    after: Place | None = None  # of an earlier answer to the same search

    def narrowing(self, without: str | None) -> list[Node]:
        """Return the filters and choices that take something away, but for the choice in one facet (None: all)."""
        choices = [tree for name, tree in self.choices.items() if name != without]
        return [tree for tree in (self.filters, *choices) if not isinstance(tree, Everything)]


@dataclass(frozen=True, slots=True)
class Matches:
    """What an engine answers: one page of keys, and counts of the whole result."""

    keys: tuple[str, ...]
    total: int  # exact; copies that were left out do not count, nor do they below
    entries: int  # exact, with those copies
    after: Place | None  # where the next page begins; None: this is the last
    facets: Mapping[str, Mapping[str, int]]  # matches by facet and value: see `app.search.columns.FACETS`
    undated: int  # matches without a date
    months: Mapping[date, int]  # by the first day of the month in which the entry's date begins
    days: Mapping[date, int]  # by that day; empty if the months span more than MOST_DAY_MONTHS


class Held(NamedTuple):
    """What an index says of one of its entries, so that it can be held against the record."""

    key: str
    digest: int  # see `app.search.columns.digest`


OnKeys = Callable[[tuple[str, ...]], None]


class Searchable(Protocol):
    """What answers searches."""

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it: see `SearchIndex`."""
        ...

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words that are two letters or less from this one, with the number of entries that have them."""
        ...


class SearchIndex(Searchable, Protocol):
    """The entries that one engine keeps; `app.search.engines` makes and opens it.

    The engines find the same entries, count the same and sort alike by date. Scores differ in their
    values, and so may the order by relevance; equal scores stand newest first, then by key. Which of
    several copies of an email leads the others in an order by relevance may differ with the scores.

    One process and thread writes at a time (the caller sees to that); any number of threads and
    processes read meanwhile, and see what is written once `update` returns. While pages of a result
    are read, the state of the index that answered the first is kept for ten minutes, so that no
    match is skipped or repeated whatever is added or removed. After that, or after a restart, pages
    by date still neither skip nor repeat what was not written anew meanwhile; pages by relevance go on by
    count among the entries that were there at the first page, and may shift where scores have changed.
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

    def fill(self, batches: Iterable[Sequence[Entry]]) -> int:
        """Add entries to an index that is empty, in as few steps as the engine can, and return their number.

        No key comes twice. It is not searched before this returns; if this fails it is of no use.
        """
        ...

    def search(self, search: Search, on_keys: OnKeys | None = None) -> Matches:
        """Return one page of what matches, with the counts of all of it.

        `on_keys` is called with the keys of the page as soon as these are known: counting may take longer.

        Raises:
            IndexUnavailableError: the index is damaged, or its server does not answer.
        """
        ...

    def find_similar(self, word: str) -> Mapping[str, int]:
        """Return words of subjects, participants and texts that are two letters or less from this one.

        Only those that begin with the same letter, each with about the number of entries that have it.
        """
        ...

    def find_held(self, keys: Sequence[str]) -> Sequence[Held]:
        """Return what is held under these keys, in any order; twice where an entry is there twice."""
        ...

    def every_held(self) -> Iterator[Sequence[Held]]:
        """Yield all that is held, in batches; what is written meanwhile may be left out."""
        ...

    def forget(self) -> None:
        """Look at no earlier state any more: pages of a result go on in the newest."""
        ...

    def close(self) -> None:
        """Let go of all files."""
        ...


class CheckedIndex(SearchIndex, Protocol):
    """An index that can tell whether it is what was written."""

    def check(self, *, thorough: bool = False) -> None:
        """See that nothing has damaged the index; with `thorough` every byte that lies on this machine is read.

        Raises:
            IndexUnavailableError: it is damaged.
        """
        ...

    def look(self) -> object:
        """Return what the index looks like from outside: while it is the same it answers the same; None: unknown."""
        ...
