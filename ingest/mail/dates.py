"""Read the Date field of native mail: the wall time as written, the zone only if one is written."""

import re
from datetime import datetime

from ingest.dates import parse_date
from ingest.records import DatePrecision, PrintedDate

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d{1,2})\s?:\s?(?P<minute>\d\d)(?:\s?:\s?(?P<second>\d\d))?(?:\.\d+)?"
_ZONE = r"(?:\s*(?P<zone>[+-]\d\d:?\d\d|(?:GMT|UTC)[+-]\d{1,2}:?\d\d|[A-Za-z]{1,5})\b)?"
# RFC 5322, 3.3 with the blanks of 4.3.
_DATE = re.compile(
    rf"(?:[A-Za-z]{{3,9}}\.?,?\s*)?(?P<day>\d{{1,2}})[\s-]+(?P<month>[A-Za-z]{{3}})[a-z]*[\s,-]+(?P<year>\d{{2,4}})"
    rf"[\s,]+{_TIME}{_ZONE}"
)
_NUMERIC = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)", re.I)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
# RFC 5322, 4.3; other letters are known not to be known.
_ZONES = {
    **{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0},
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300},
    **{"MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKDAYS)})[a-z]*\b", re.I)
_REPAIRED, _NOT_READ = 0.7, 0.3
_MOST_TEXT = 200


def parse_mail_date(text: str) -> PrintedDate | None:
    """Return the date of a header field; `wall` is None if it cannot be read, None if the field is empty."""
    shown = " ".join(text.split())[:_MOST_TEXT]
    if not shown:
        return None
    plain = " ".join(_COMMENT.sub(" ", shown).split())
    match = _DATE.match(plain)
    if match is None:
        return parse_date(shown)
    try:
        wall = datetime(
            _year(match["year"]),
            _MONTHS.index(match["month"].lower()) + 1,
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            min(int(match["second"] or 0), 59),  # a leap second is written as 60
        )
    except ValueError:
        return PrintedDate(shown, None, None)
    precision = DatePrecision.SECOND if match["second"] else DatePrecision.MINUTE
    return PrintedDate(shown, wall, precision, _offset(match["zone"]))


def judge_date(text: str) -> float:
    """Return how sure the date of a header field is, 0 to 1: less if it had to be repaired or denies its weekday."""
    date = parse_mail_date(text)
    if date is None or date.wall is None:
        return _NOT_READ
    plain = " ".join(_COMMENT.sub(" ", date.text).split())
    if _DATE.match(plain) is None:
        return _REPAIRED
    weekday = _WEEKDAY.match(plain)
    fits = weekday is None or _WEEKDAYS.index(weekday[1].lower()) == date.wall.weekday()
    return 1.0 if fits else _REPAIRED


def _year(digits: str) -> int:
    """Return the year; those of two and three digits are read as RFC 5322, 4.3 says."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _offset(zone: str | None) -> int | None:
    """Return the minutes east of UTC; "-0000" says that the zone is not known."""
    if zone is None or zone == "-0000":
        return None
    match = _NUMERIC.fullmatch(zone)
    if match is None:
        return _ZONES.get(zone.upper())
    minutes = int(match[2]) * 60 + int(match[3])
    if int(match[3]) > 59 or minutes > 14 * 60:
        return None
    return -minutes if match[1] == "-" else minutes
