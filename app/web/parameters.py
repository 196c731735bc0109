"""The parameters of a search as they stand in an address."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import BadRequestError
from app.search.query import Trait
from app.search.results import Order, SearchRequest

_DAYS = "2012, 2012-09 or 2012-09-11; the whole of it is included."

_MOST_VALUES = 20  # of one filter: every value is a link of the page
Value = Annotated[str, Field(max_length=200)]


class SearchParameters(BaseModel):
    """All filters must hold; of one that is repeated, one value must."""

    model_config = ConfigDict(frozen=True)

    q: str = Field(
        "",
        max_length=2000,
        description='Words, "phrases", "near words"~10, from:mills, after:2012-09, -not; /help/search has all.',
    )
    sender: list[Value] = Field(
        [], max_length=_MOST_VALUES, alias="from", description="Text in the sender's name or address, or a key."
    )
    to: list[Value] = Field([], max_length=_MOST_VALUES, description="Text in a recipient's name or address, or a key.")
    participant: list[Value] = Field(
        [], max_length=_MOST_VALUES, description="A person's key, or text in any participant."
    )
    subject: str = Field("", max_length=500, description="Words of the subject.")
    agency: list[Value] = Field(
        [], max_length=_MOST_VALUES, description="An agency's slug; its components are included."
    )
    release: list[Value] = Field([], max_length=_MOST_VALUES, description="A release's slug.")
    exemption: list[Value] = Field([], max_length=_MOST_VALUES, description="A code: b6, (b)(7)(E).")
    has: list[Value] = Field([], max_length=_MOST_VALUES, description=f"What an email has: {', '.join(Trait)}.")
    year: list[Value] = Field([], max_length=_MOST_VALUES, description="A year of the email's date: 2012.")
    exclude: list[Value] = Field(
        [],
        max_length=_MOST_VALUES,
        description="A facet and a value that no result may have: release:SLUG, agency:SLUG, from:KEY, to:KEY, "
        "exemption:b5, has:attachment, year:2012.",
    )
    date_after: str = Field("", max_length=10, description=f"From this day on: {_DAYS}")
    date_before: str = Field("", max_length=10, description=f"Up to this day: {_DAYS}")
    include_undated: bool = Field(False, description="Keep results without a date in a range of dates.")
    has_attachment: bool | None = Field(None, description="Only emails with, or without, attachments.")
    collapse: bool = Field(True, description="Of several copies of an email show one, which names the others.")
    order_by: Order = Field(Order.RELEVANCE, description="date is oldest first, -date newest first.")
    per_page: int = Field(20, ge=1, le=100, description="Results on one page.")
    cursor: str = Field("", max_length=1000, description="next_cursor of an earlier answer.")

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, given: Any) -> Any:
        """Forget fields that a form sent empty."""
        if not isinstance(given, dict):
            return given
        kept = {}
        for name, value in given.items():
            filled = [one for one in value if one.strip()] if isinstance(value, list) else value
            if filled not in ("", []):
                kept[name] = filled
        return kept

    def request(self) -> SearchRequest:
        """Return the search that these parameters ask for."""
        given = dict(self)
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return SearchRequest(**{**given, **lists})


SEARCH_NAMES = tuple(field.alias or name for name, field in SearchParameters.model_fields.items())


def only(*names: str) -> Callable[[Request], None]:
    """Return a dependency that refuses a request with any parameter but these.

    Raises:
        BadRequestError: by the dependency; its message names the nearest parameter.
    """

    def check(request: Request) -> None:
        unknown = find_unknown(request.query_params, names)
        if unknown:
            raise BadRequestError(unknown[0])

    return check


def find_unknown(given: Iterable[str], names: tuple[str, ...]) -> list[str]:
    """Return a sentence for each given name that is none of names, with the nearest that is."""
    return [_unknown(name, names) for name in given if name not in names]


def _unknown(name: str, names: tuple[str, ...]) -> str:
    if not names:
        return f"There is no parameter {name!r}; this address takes none."
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    if near:
        return f"There is no parameter {name!r}; did you mean {near[0]!r}?"
    return f"There is no parameter {name!r}; there are {', '.join(names)}."
