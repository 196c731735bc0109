"""Read the dates that a search names: a day, or the whole of a month or a year."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from app.errors import BadRequestError

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends inclusive; None: open."""

    first: date | None
    last: date | None


def parse_days(text: str) -> Days | None:
    """Return the days that "2012", "2012-09" or "2012-09-11" stands for; None: it is no such date."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return Days(first, _last_day(first, month, day))


def parse_date_filter(name: str, text: str) -> Days | None:
    """Return the days of the search parameter `name`; None where it is empty.

    Raises:
        BadRequestError: it is not a date in one of the accepted forms.
    """
    if not text.strip():
        return None
    days = parse_days(text)
    if days is None:
        raise BadRequestError(f"{name}={text!r} is not a date; write 2012, 2012-09 or 2012-09-11.")
    return days


def _last_day(first: date, month: int | None, day: int | None) -> date:
    if month is None:
        return first.replace(month=12, day=31)
    if day is None:
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first
