"""Explain the query language with words of the archive itself."""

from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlencode

from app.archive import Archive
from app.database.bates import BatesRepository
from app.database.models import DatePrecision
from app.search.help import MISTAKES, TOPICS, fill
from app.search.results import Facet, Hit, Order, Results, SearchRequest
from app.search.tokens import find_tokens
from app.web.schemas.help import HelpExample, HelpTopic, SearchHelp

_NEWEST = 30  # emails among whose words the examples are chosen
_SHORTEST = 5  # letters of a word that makes an example
_WHOLE_DAY = (DatePrecision.DAY, DatePrecision.MINUTE, DatePrecision.SECOND)


def load_search_help(archive: Archive) -> SearchHelp:
    """Return the help; each example is counted now."""
    newest = archive.search.search(SearchRequest(order_by=Order.NEWEST, per_page=_NEWEST))
    values = _words(newest.hits) | _facet_values(newest) | _days(newest.hits)
    with archive.sessions() as session:
        number = BatesRepository(session).any_number()
    if number:
        values["bates"] = number
    topics = []
    for topic in TOPICS:
        queries = [(fill(example.query, values), example.finds) for example in topic.examples]
        examples = [
            HelpExample(
                query=query,
                finds=finds,
                url=f"/search?{urlencode({'q': query})}",
                count=archive.search.count(query),
            )
            for query, finds in queries
        ]
        topics.append(HelpTopic(title=topic.title, text=topic.text, examples=examples))
    return SearchHelp(topics=topics, mistakes=MISTAKES)


def _words(hits: Sequence[Hit]) -> dict[str, str]:
    """Return two words that stand together in a subject."""
    for hit in hits:
        for one, other in pairwise(find_tokens(hit.title)):
            if min(len(one), len(other)) >= _SHORTEST and one.isalpha() and other.isalpha() and one != other:
                swapped = one[:2] + one[3] + one[2] + one[4:]
                return {"word": one, "other": other, "phrase": f"{one} {other}", "prefix": one[:4], "misspelt": swapped}
    return {}


def _facet_values(results: Results) -> dict[str, str]:
    facets = {facet.name: facet for facet in results.facets}
    names = {"release": "release", "agency": "agency", "code": "exemption", "year": "year"}
    values = {slot: top for slot, name in names.items() if (top := _most_frequent(facets.get(name)))}
    if "code" in values:
        values["code"] = "".join(find_tokens(values["code"]))
    senders = facets["from"].values if "from" in facets else ()
    surnames = [token for sender in senders for token in find_tokens(sender.label)[:1] if token.isalpha()]
    return values | ({"sender": surnames[0]} if surnames else {})


def _most_frequent(facet: Facet | None) -> str | None:
    values = facet.values if facet else ()
    return max(values, key=lambda one: one.count).value if values else None


def _days(hits: Sequence[Hit]) -> dict[str, str]:
    for hit in hits:
        if hit.sent_at and hit.date_precision in _WHOLE_DAY:
            day = hit.sent_at.date().isoformat()
            return {"year": day[:4], "month": day[:7], "day": day}
    return {}
