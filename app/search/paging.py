"""Collect a page of matches, of copies of one email only the first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from app.search.index import Place, Search


class Found(NamedTuple):
    """An entry that matched, in its place in the order."""

    key: str
    copies: int  # as in `Entry`
    rank: int  # in an order by date; 0 in an order by score


Fetch = Callable[[int, int | None, int], Sequence[Found]]
FirstOf = Callable[[Collection[int]], Mapping[int, str]]


class Page(NamedTuple):
    """The keys of a page, and where it ended."""

    keys: tuple[str, ...]
    offset: int
    rank: int

    def place(self, search: Search, total: int, generation: str, bound: int) -> Place | None:
        """Return where the next page begins; None: there is none."""
        shown = (search.after.shown if search.after else 0) + len(self.keys)
        if not self.keys or shown >= total:
            return None
        return Place(generation, bound, self.offset, shown, self.rank)


def collect_page(search: Search, fetch: Fetch, first_of: FirstOf) -> Page:
    """Return the page that a search asks for.

    `fetch` returns up to so many matches (its third argument) behind an offset and, in an order by
    date, behind a rank (None: from the first). `first_of` returns which entry of each of these
    groups of copies comes first among all matches.
    """
    keys: list[str] = []
    offset, rank = (search.after.offset, search.after.rank) if search.after else (0, None)
    while len(keys) < search.limit:
        found = fetch(offset, rank, search.limit - len(keys))
        if not found:
            break
        copies = {one.copies for one in found if one.copies} if search.collapse else set()
        first = first_of(copies) if copies else {}
        keys += [one.key for one in found if first.get(one.copies, one.key) == one.key]
        offset, rank = offset + len(found), found[-1].rank
    return Page(tuple(keys), offset, rank or 0)
