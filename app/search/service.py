"""Search an archive: the index answers which, the record says what."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy import select

from app.config import Settings
from app.database.connection import Sessions
from app.database.models import Release
from app.database.readers import ReaderSessions, Sight
from app.database.rereading import note_look
from app.errors import BadRequestError, IndexUnavailableError, IndexUnreachableError
from app.search.counts import make_facets, make_histogram
from app.search.cursor import read_cursor, write_cursor
from app.search.explain import count_terms, propose
from app.search.filters import facet_value, make_choices, make_filters, split_excluded
from app.search.hits import HitLoader
from app.search.home import IndexHome
from app.search.index import Search, Searchable
from app.search.lanes import Deadline, Lanes
from app.search.marks import Marker
from app.search.mending import Mender
from app.search.query import MAX_COST, Field, Parsed, all_of, find_cost, parse
from app.search.results import Hit, Results, SearchRequest
from app.search.scope import ScopedIndex
from app.search.sync import Closed, Synchroniser, open_homes

log = logging.getLogger(__name__)

MOST_PER_PAGE = 100

_IN_PASSAGES = frozenset({None, Field.BODY, Field.OWN, Field.QUOTED})
# On a page's image headers, numbers and codes are words too.
_ON_PAGES = frozenset({None, *Field} - {Field.AGENCY, Field.RELEASE})


class SearchService:
    """The search of one archive; safe to use from several threads."""

    def __init__(
        self,
        home: IndexHome,
        sessions: Sessions,
        *,
        lanes: Lanes | None = None,
        closed: Closed | None = None,
        sight: Sight | None = None,
    ) -> None:
        self.lanes = lanes or Lanes.of_one()
        self._home = home
        self._sessions = sight.sessions if sight else sessions
        self._record = sessions
        self._closed = closed
        self._sight = sight
        self._mender: Mender | None = None
        self._synchroniser = Synchroniser(home, sessions, closed)

    def seen_by(self, sight: Sight) -> "SearchService":
        """Return the search of the same archive for a reader who may see this."""
        seen = SearchService(self._home, self._record, lanes=self.lanes, closed=self._closed, sight=sight)
        seen._mender = self._mender
        return seen

    def search(self, request: SearchRequest) -> Results:
        """Answer a search.

        Raises:
            BadRequestError: a date, the cursor or the length of a page makes no sense.
            BusyError: others ask for too much, or this does.
            IndexUnavailableError: there is no index that can be read.
        """
        if not 1 <= request.per_page <= MOST_PER_PAGE:
            raise BadRequestError(f"per_page={request.per_page} is not between 1 and {MOST_PER_PAGE}.")
        with self._mending():
            return self._search(self._by_representatives(request))

    def _search(self, request: SearchRequest) -> Results:
        parsed = parse(request.q)
        wanted = _wanted(request, parsed)
        with self.lanes.search(find_cost(wanted.query)) as deadline:
            return self._answer(request, parsed, wanted, deadline)

    def _answer(self, request: SearchRequest, parsed: Parsed, wanted: Search, deadline: Deadline) -> Results:
        index = self._live()
        hits: list[Hit] = []

        def load(keys: tuple[str, ...]) -> None:
            with self._sessions() as session:
                hits.extend(HitLoader(session).load_hits(keys, Marker(parsed.tree, _IN_PASSAGES)))

        matches = index.search(wanted, load)
        terms = () if matches.total else count_terms(index, parsed.tree)

        with self._sessions() as session:
            loader = HitLoader(session)
            return Results(
                count=matches.total,
                hits=tuple(hits),
                entries=matches.entries,
                facets=make_facets(matches, request, loader, partial(_count_value, index, wanted, deadline)),
                histogram=make_histogram(matches),
                undated=matches.undated,
                next_cursor=write_cursor(request, matches.after) if matches.after else None,
                terms=terms,
                did_you_mean=propose(parsed.tree, terms),
                query_parsed=parsed.readable,
                ignored=(*parsed.ignored, *_find_unknown(loader, request)),
                unsearchable_pages=loader.count_unsearchable_pages(request.release),
            )

    def count(self, q: str) -> int:
        """Return the number of hits of a query, copies of an email counted once.

        Raises:
            IndexUnavailableError: there is no index that can be read.
        """
        wanted = Search(parse(q).tree, limit=0, counted=False, collapse=True)
        with self._mending():
            return self._live().search(wanted).total

    def _live(self) -> Searchable:
        """Return the index that answers the reader."""
        sight = self._sight
        if sight is None or sight.is_public or self._closed is None:
            index = self._home.live()
            note_look(self._home.look)
            return index
        with self._sessions() as session:
            slugs = session.scalars(select(Release.slug).order_by(Release.slug)).all()
        return ScopedIndex(self._closed.home.live(), None if sight.sees_all else sight.worlds, slugs)

    def mend_with(self, mender: Mender) -> None:
        """From now on have the index made anew when it cannot be read; searches fail until it is."""
        self._mender = mender

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Call for a new index where this one cannot be read."""
        try:
            yield
        except IndexUnreachableError:  # it may be sound
            raise
        except IndexUnavailableError as error:
            if self._mender is None:
                raise
            self._mender.call()
            raise IndexUnavailableError(f"The index is being made anew; search again in a minute. ({error})") from error

    def _by_representatives(self, request: SearchRequest) -> SearchRequest:
        """Return the request with the keys of merged people replaced by who stands for them now."""
        excluded = [text.partition(":") for text in request.exclude]
        values = {value for name, _, value in excluded if name in ("from", "to")}
        values.update(request.sender, request.to, request.participant)
        if not values:
            return request
        keys = self.find_representatives(values)

        def standing(some: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(keys.get(value, value) for value in some))

        return replace(
            request,
            sender=standing(request.sender),
            to=standing(request.to),
            participant=standing(request.participant),
            exclude=tuple(f"{name}{colon}{keys.get(value, value)}" for name, colon, value in excluded),
        )

    def find_representatives(self, values: Collection[str]) -> dict[str, str]:
        """Map each of these values that is a person's key to the key of who stands for that person now."""
        with self._sessions() as session:
            return HitLoader(session).find_representatives(values)

    def sync(self) -> int:
        """Bring everything that waits into the index and return the number of entries written.

        Where another process is writing for more than ten seconds the queue is left to the next call.
        """
        return self._synchroniser.sync()

    def forget(self) -> None:
        """Let cursors that lead to earlier states of the index go on in the newest: something was taken back."""
        self._synchroniser.forget()

    def rebuild(self) -> int:
        """Make the index anew beside the live one, swap them, and return the number of entries written.

        Raises:
            IndexUnavailableError: another process is writing.
        """
        return self._synchroniser.rebuild()

    def marked_words(self, q: str, text: str) -> list[int]:
        """Return the indexes into `text.split()` of the words that the query marks, in order."""
        return Marker(parse(q).tree, _ON_PAGES).find_words(text)


def _wanted(request: SearchRequest, parsed: Parsed) -> Search:
    filters, choices = make_filters(request), make_choices(request)
    if sum(map(find_cost, (filters, *choices.values()))) > MAX_COST:
        raise BadRequestError("The filters have too many words; give fewer.")
    return Search(
        query=parsed.tree,
        filters=filters,
        choices=choices,
        preferred=parsed.preferred,
        collapse=request.collapse,
        order=request.order_by,
        limit=request.per_page,
        after=read_cursor(request),
    )


def _count_value(index: Searchable, wanted: Search, deadline: Deadline, facet: str, value: str) -> int:
    """Return the number of matches that have a value of a facet, whatever else is chosen in it."""
    deadline.check()
    choices = {name: tree for name, tree in wanted.choices.items() if name != facet}
    filters = all_of([wanted.filters, facet_value(facet, value)])
    return index.search(replace(wanted, filters=filters, choices=choices, after=None, limit=0, counted=False)).total


def _find_unknown(loader: HitLoader, request: SearchRequest) -> list[str]:
    """Return a sentence for each release or agency asked for that the archive does not have."""
    excluded = split_excluded(request)
    asked = {
        "release": {*request.release, *excluded.get("release", ())},
        "agency": {*request.agency, *excluded.get("agency", ())},
    }
    known = loader.load_labels(asked)
    return [
        f"There is no {name} {value!r} in this archive, so nothing can match it."
        for name, values in asked.items()
        for value in sorted(values - known[name].keys())
    ]


@contextmanager
def open_search(
    settings: Settings, sessions: Sessions, readers: ReaderSessions | None = None
) -> Iterator[SearchService]:
    """Open the search of an archive; an index that is missing, damaged or out of date is made anew.

    What a run that was broken off left in the queue is brought in, unless another process is at it.
    Where that fails the archive is open all the same: what needs no index works. Without `readers` all is public.
    """
    with open_homes(settings, readers) as (home, closed):
        try:
            Synchroniser(home, sessions, closed).sync(wait_s=0)
        except IndexUnavailableError as error:
            log.warning("index not brought up to date: %s", error)
        yield SearchService(home, sessions, closed=closed)


def sync_if_quick(settings: Settings, sessions: Sessions, readers: ReaderSessions) -> None:
    """Bring what waits into the index, unless a large index would have to be made anew."""
    with open_homes(settings, readers) as (home, closed):
        synchroniser = Synchroniser(home, sessions, closed)
        try:
            if synchroniser.is_quick():
                synchroniser.sync()
        except IndexUnavailableError as error:
            log.warning("index not brought up to date: %s", error)
