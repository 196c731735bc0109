"""Every way in which a print writes a moment down, with what a reader can know from it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.support.forge.languages import LANGUAGES, print_local

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _clock(moment: datetime, *, seconds: bool = False) -> str:
    minutes = f"{moment:%M:%S}" if seconds else f"{moment:%M}"
    return f"{moment.hour % 12 or 12}:{minutes} {'AM' if moment.hour < 12 else 'PM'}"


def _zone(offset_min: int) -> str:
    return {-240: "EDT", -300: "EST"}.get(offset_min, "UTC")


def _offset(offset_min: int, colon: str = "") -> str:
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{'-' if offset_min < 0 else '+'}{hours:02}{colon}{minutes:02}"


def _outlook(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()]}, {_MONTHS[m.month - 1]} {m.day}, {m.year} {_clock(m)}"


def _padded(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()]}, {_MONTHS[m.month - 1]} {m.day:02}, {m.year} {_clock(m)}"


def _rfc(m: datetime, offset: int) -> str:
    return f"{_DAYS[m.weekday()][:3]}, {m.day} {_MONTHS[m.month - 1][:3]} {m:%Y %H:%M:%S} {_offset(offset)}"


def _us_seconds(m: datetime, _: int) -> str:
    return f"{m.month}/{m.day}/{m.year} {_clock(m, seconds=True)}"


def _iso_z(m: datetime, _: int) -> str:
    return f"{m:%Y-%m-%d %H:%M:%S}Z"


def _ctime(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()][:3]} {_MONTHS[m.month - 1][:3]} {m:%d %H:%M:%S %Y}"


def _apple(m: datetime, offset: int) -> str:
    return f"{_MONTHS[m.month - 1]} {m.day}, {m.year} at {_clock(m, seconds=True)} {_zone(offset)}"


def _apple_wrote(m: datetime, _: int) -> str:
    return f"{_MONTHS[m.month - 1][:3]} {m.day}, {m.year}, at {_clock(m)}"


def _mac(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()]}, {_MONTHS[m.month - 1]} {m.day}, {m.year} at {_clock(m)}"


def _mac_wrote(m: datetime, _: int) -> str:
    return f"{m.month}/{m.day}/{m:%y}, {_clock(m)}"


def _gmail(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()][:3]}, {_MONTHS[m.month - 1][:3]} {m.day}, {m.year} at {_clock(m)}"


def _lotus(m: datetime, _: int) -> str:
    return f"{m:%m/%d/%Y %I:%M %p}"


def _groupwise(m: datetime, _: int) -> str:
    return f"{m.month}/{m.day}/{m.year} {_clock(m)}"


def _bloomberg(m: datetime, _: int) -> str:
    return f"{m:%m/%d/%y %H:%M:%S}"


def _short_day(m: datetime, _: int) -> str:
    return f"{_DAYS[m.weekday()][:3]} {m.month}/{m.day}/{m.year} {_clock(m)}"


def _day_first(m: datetime, _: int) -> str:
    return f"{m:%d/%m/%Y %I:%M:%S %p}"


def _aol(m: datetime, offset: int) -> str:
    words = "Daylight" if offset == -240 else "Standard"
    clock = _clock(m, seconds=True).replace("AM", "A.M.").replace("PM", "P.M.")
    return f"{m.month}/{m.day}/{m.year} {clock} Eastern {words} Time"


def _day_month(m: datetime, _: int) -> str:
    return f"{m.day} {_MONTHS[m.month - 1]} {m.year} {m:%H:%M}"


def _gmt(m: datetime, offset: int) -> str:
    return f"{_DAYS[m.weekday()][:3]}, {_MONTHS[m.month - 1][:3]} {m.day}, {m:%Y %H:%M:%S} GMT{_offset(offset, ':')}"


def _zone_words(m: datetime, offset: int) -> str:
    words = "Daylight" if offset == -240 else "Standard"
    return f"{_DAYS[m.weekday()]}, {_MONTHS[m.month - 1]} {m.day}, {m.year} {m:%I:%M %p} Eastern {words} Time"


_MINUTE, _SECOND = "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"
_FORMS: dict[str, tuple[Callable[[datetime, int], str], str, bool]] = {
    "outlook": (_outlook, _MINUTE, False),
    "padded": (_padded, _MINUTE, False),
    "rfc": (_rfc, _SECOND, True),
    "us_seconds": (_us_seconds, _SECOND, False),
    "iso_z": (_iso_z, _SECOND, True),
    "ctime": (_ctime, _SECOND, False),
    "apple": (_apple, _SECOND, True),
    "apple_wrote": (_apple_wrote, _MINUTE, False),
    "mac": (_mac, _MINUTE, False),
    "mac_wrote": (_mac_wrote, _MINUTE, False),
    "gmail": (_gmail, _MINUTE, False),
    "lotus": (_lotus, _MINUTE, False),
    "groupwise": (_groupwise, _MINUTE, False),
    "bloomberg": (_bloomberg, _SECOND, False),
    "short_day": (_short_day, _MINUTE, False),
    "day_first": (_day_first, _SECOND, False),
    "aol": (_aol, _SECOND, True),
    "day_month": (_day_month, _MINUTE, False),
    "gmt": (_gmt, _SECOND, True),
    "zone_words": (_zone_words, _MINUTE, True),
}


def print_date(form: str, moment: datetime, offset_min: int) -> tuple[str, str]:
    """Return a moment as this form, or this language, prints it, and in ISO 8601 as far as the print tells it."""
    if form in LANGUAGES:
        return print_local(form, moment), f"{moment:{_MINUTE}}"
    write, iso, has_offset = _FORMS[form]
    if form == "iso_z":
        utc = (moment - timedelta(minutes=offset_min)).replace(tzinfo=UTC)
        return write(utc, 0), f"{utc:{iso}}+00:00"
    return write(moment, offset_min), f"{moment:{iso}}{_offset(offset_min, ':') if has_offset else ''}"
