"""Leave out emails that match for what they quote alone, where what they quote is found itself."""

from collections.abc import Callable

from app.search.index import Search
from app.search.query import All, Field, Node, Not, Original, Quotes, Unquoted, any_of, find_leaves

MOST_NUMBERS = 50_000  # emails quoted by those that may be left out; where they are more, all stay

Numbers = Callable[[Node, str], set[int]]


def may_requote(search: Search) -> bool:
    """Tell whether a search leaves out emails for what they quote: not if it asks for quoted text by name."""
    fields = {leaf.field for leaf in find_leaves(search.query)}
    return search.collapse and Field.QUOTED not in fields and bool(fields & {None, Field.BODY})


def found_apart(query: Node) -> Node:
    """Return what has a term of a query outside quoted text: such an email stays, whatever it quotes."""
    return Unquoted(any_of(find_leaves(query)))


def find_requoting(search: Search, numbers: Numbers) -> Node | None:
    """Return what is to be left out of the matches of a search; None: nothing.

    `numbers` returns the distinct numbers that the matches of the search and of a tree have in a column.
    """
    if not may_requote(search):
        return None
    quoted_alone = Not(found_apart(search.query))
    quoted = numbers(quoted_alone, "quotes")
    if not 0 < len(quoted) <= MOST_NUMBERS:
        return None
    found = numbers(Original(frozenset(quoted)), "original")
    return All((quoted_alone, Quotes(frozenset(found)))) if found else None
