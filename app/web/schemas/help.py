"""How to search, with examples from the archive."""

from app.web.schemas.base import Schema


class HelpExample(Schema):
    """A query and what it finds."""

    query: str
    finds: str
    url: str
    count: int  # results that it has in this archive now


class HelpTopic(Schema):
    """A part of the query language."""

    title: str
    text: str
    examples: list[HelpExample]


class SearchHelp(Schema):
    """The query language."""

    topics: list[HelpTopic]
    mistakes: str  # what happens to a query that is not well formed
