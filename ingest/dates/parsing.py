"""Read a date as a header prints it: wall time, precision and, only if printed, the offset.

A regular expression for each part, not one for each format: the prints of one release mix a dozen
formats, and OCR breaks them all (a lost blank in "20111:53 AM", "PIVI" for PM, "201Z").
"""

import difflib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from ingest.dates.names import MONTHS, WEEKDAYS, ZONES
from ingest.records import DatePrecision, PrintedDate

_LONGEST = 200  # letters of a date line that are looked at
_DIGITS = str.maketrans("OoUIlisSZ", "000111552")  # what OCR makes of digits, within a number
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # "Thurs", "Tues", "Wednes" and what OCR leaves
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_EAST_ASIAN_HALF = re.compile(
    r"(午前|午後|上午|下午|오전|오후)\s*(\d{1,2}\s*[:：時时시]\s*\d{1,2}(?:\s*[:：分분]\s*\d{1,2})?)[分분秒초]?"
)
_FRENCH_HOUR = re.compile(r"\b(\d{1,2})\s?[hH]\s?(\d\d)\b")
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NUMBER_LIKE = re.compile(r"(?<![^\W\d_])[\dOUIliSZ]*\d[\dOUIliSZ]*(?![^\W\d_])")
_GLUED_YEAR = re.compile(r"((?:19|20)\d\d)(\d{1,2}:\d\d)")
_GLUED_DAY = re.compile(r"\b(\d\d)(\d\d:\d\d:\d\d)\b")
_TIME = re.compile(
    r"(?<![\d/.:])(?P<hour>\d{1,2})\s?[:.]\s?(?P<minute>\d\d)(?:\s?[:.]\s?(?P<second>\d\d))?(?![\d/])"
    r"\s*(?P<half>[AP]\.?\s?(?:M\b\.?|IVI\b|N\b|Iv1\b))?",
    re.I,
)
_LOST_COLON = re.compile(r"(?<!\d)(?P<hour>\d{1,2})(?P<minute>[0-5]\d)\s*(?P<half>[AP]\.?M\.?)\b", re.I)
_ISO = re.compile(r"\b" + _YEAR + r"(?P<sign>[-/.])(?P<month>\d\d)(?P=sign)(?P<day>\d\d)(?!\d)")
_NUMERIC = re.compile(r"\b(?P<first>\d{1,2})(?P<sign>[/.-])(?P<second>\d{1,2})[/.-](?P<year>\d{4}|\d\d)\b")
_WORD = re.compile(r"[^\W\d_]{3,}")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)(?!\d)")
_ZONE_NAME = re.compile(r"\b(" + "|".join(sorted(map(re.escape, ZONES), key=len, reverse=True)) + r")\b", re.I)


def weekday_fits(date: PrintedDate) -> bool | None:
    """Tell whether the weekday printed with a date is that date's; None where none is printed or nothing was read."""
    if date.wall is None or date.precision in (DatePrecision.YEAR, DatePrecision.MONTH):
        return None
    weekday = _weekday(date.text[:_LONGEST])
    return None if weekday is None else weekday == date.wall.weekday()


def decide_day_first(texts: Iterable[str]) -> bool:
    """Tell whether dates of one hand print the day before the month: "13/04/2012" and none "04/13/2012"."""
    firsts, seconds = count_day_orders(texts)
    return firsts > seconds


def count_day_orders(texts: Iterable[str]) -> tuple[int, int]:
    """Return how many of the dates must print the day first, and how many the month first."""
    firsts, seconds = 0, 0
    for text in texts:
        match = _NUMERIC.search(_repair(text[:_LONGEST]))
        if match is None:
            continue
        first, second = int(match["first"]), int(match["second"])
        firsts += 12 < first <= 31 and second <= 12
        seconds += 12 < second <= 31 and first <= 12
    return firsts, seconds


@lru_cache(maxsize=4096)
def parse_date(text: str, *, day_first: bool = False) -> PrintedDate:
    """Return what a printed date says; `wall` is None where no day, month or year can be read.

    `day_first` decides "03/04/2012", which says nothing by itself; "13/04/2012" needs no telling.
    A weekday that is printed and does not fit makes the other order of day and month be tried.
    """
    repaired = _repair(text[:_LONGEST])
    day, rest = _find_day(repaired, day_first=day_first)
    if day is None:
        return PrintedDate(text, None, None)
    wall, precision = day
    if precision is not DatePrecision.DAY:
        return PrintedDate(text, wall, precision)
    time = _find_time(rest)
    if time is None:
        return PrintedDate(text, wall, DatePrecision.DAY)
    moment = wall + time[0]
    return PrintedDate(text, moment, time[1], _find_offset(rest[time[2] :]))


def _repair(text: str) -> str:
    """Undo what OCR does to digits and blanks."""
    text = re.sub(r"\s+", " ", text.replace("\u202f", " ")).strip()
    text = _EAST_ASIAN.sub(r"\1-\2-\3 ", text)
    text = re.sub(r"-(\d)(?=[-\s])", r"-0\1", text) if "-" in text[:12] else text
    text = _EAST_ASIAN_HALF.sub(_western_half, text)
    text = _FRENCH_HOUR.sub(r"\1:\2", text)
    text = _NUMBER_LIKE.sub(lambda match: _as_digits(match.group()), text)
    text = _GLUED_YEAR.sub(r"\1 \2", text)
    return _GLUED_DAY.sub(r"\1 \2", text)


def _western_half(match: re.Match[str]) -> str:
    time = re.sub(r"\s*[:：時时시分분]\s*", ":", match[2])
    return f"{time} {'PM' if match[1] in ('午後', '下午', '오후') else 'AM'}"


def _as_digits(number: str) -> str:
    if number.isdigit() or re.fullmatch(r"\d\dZ", number):  # "14:53:12Z": the Z is a zone
        return number.replace("Z", " Z")
    return number.translate(_DIGITS)


def _find_day(text: str, *, day_first: bool) -> tuple[tuple[datetime, DatePrecision] | None, str]:
    """Return the day with its precision, and the text without it."""
    if match := _ISO.search(text):
        day = _day(int(match["year"]), int(match["month"]), int(match["day"]))
        return _with_rest(day, text, match.start(), match.end())
    if found := _find_named_month(text):
        return found
    if match := _NUMERIC.search(text):
        day = _numeric_day(match, _weekday(text), day_first=day_first)
        return _with_rest(day, text, match.start(), match.end())
    if match := re.fullmatch(_YEAR, text.strip(" .,")):
        return (datetime(int(match["year"]), 1, 1), DatePrecision.YEAR), ""
    return None, text


def _with_rest(
    day: datetime | None, text: str, start: int, end: int
) -> tuple[tuple[datetime, DatePrecision] | None, str]:
    if day is None:
        return None, text
    return (day, DatePrecision.DAY), f"{text[:start]} {text[end:]}"


def _find_named_month(text: str) -> tuple[tuple[datetime, DatePrecision], str] | None:
    for word in _WORD.finditer(text):
        month = _month(word.group())
        if month is None:
            continue
        before, after = text[: word.start()], text[word.end() :]
        year = re.search(r"(?<![\d:])" + _YEAR + r"(?![\d:])", after) or re.search(_YEAR, before)
        if year is None:
            continue
        in_after = year.string is after
        number = int(year["year"])
        after_without_year = after[: year.start()] + " ; " + after[year.end() :] if in_after else after
        day_after = re.match(r"[\s.,]{0,3}(\d{1,2})(?:st|nd|rd|th)?(?![\d:])", after_without_year)
        day_before = re.search(r"(?<![\d:])(\d{1,2})[.,]?(?:st|nd|rd|th|\sde)?\s*$", before)
        chosen = day_after or day_before
        if chosen is None:
            return (datetime(number, month, 1), DatePrecision.MONTH), ""
        day = _day(number, month, int(chosen[1]))
        if day is None:
            continue
        rest = after_without_year[day_after.end() :] if day_after else after_without_year
        return (day, DatePrecision.DAY), rest if _TIME.search(rest) or _LOST_COLON.search(rest) else f"{before} {rest}"
    return None


@lru_cache(maxsize=512)
def _month(word: str) -> int | None:
    """Return the number of a month's name, also of one that OCR has damaged."""
    folded = word.casefold()
    if folded in MONTHS:
        return MONTHS[folded]
    if _weekday_of(word) is not None or len(folded) < 5:
        return None
    close = difflib.get_close_matches(folded, [name for name in MONTHS if len(name) > 4], n=1, cutoff=0.8)
    return MONTHS[close[0]] if close else None


def _numeric_day(match: re.Match[str], weekday: int | None, *, day_first: bool) -> datetime | None:
    year = int(match["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    first, second = int(match["first"]), int(match["second"])
    day_first = day_first or match["sign"] == "."  # "03.05.2011" is written in Europe, day first
    month_first = _day(year, first, second)
    other = _day(year, second, first)
    choices = [other, month_first] if day_first else [month_first, other]
    valid = [day for day in choices if day is not None]
    fitting = [day for day in valid if weekday is None or day.weekday() == weekday]
    return next(iter(fitting or valid), None)


def _weekday(text: str) -> int | None:
    """Return the weekday that a text names, Monday is 0."""
    return next((day for word in _WORD.finditer(text) if (day := _weekday_of(word.group())) is not None), None)


def _weekday_of(word: str) -> int | None:
    folded = word.casefold()
    if folded in WEEKDAYS:
        return WEEKDAYS[folded]
    return WEEKDAYS.get(folded[:3]) if folded[:3] in _ENGLISH_DAYS else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _find_time(text: str) -> tuple[timedelta, DatePrecision, int] | None:
    """Return the time of day, its precision and where it ends in `text`."""
    match = _TIME.search(text) or _LOST_COLON.search(text)
    if match is None:
        return None
    groups = match.groupdict()
    hour, minute, second = int(groups["hour"]), int(groups["minute"]), int(groups.get("second") or 0)
    half = (groups["half"] or " ")[0].upper()
    if half == "P" and hour < 12:  # "17:05 PM" is printed too: the 24 hours win
        hour += 12
    if half == "A" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    precision = DatePrecision.SECOND if groups.get("second") else DatePrecision.MINUTE
    return timedelta(hours=hour, minutes=minute, seconds=second), precision, match.end()


def _find_offset(text: str) -> int | None:
    if match := _OFFSET.search(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"])
        return minutes if match["sign"] == "+" else -minutes
    if match := _ZONE_NAME.search(text):
        return ZONES[match[1].casefold()]
    return None
