"""Values as a reader reads them."""

from datetime import datetime

_SHAPES = {4: ("%Y", "%Y"), 7: ("%Y-%m", "%b %Y"), 10: ("%Y-%m-%d", "%-d %b %Y")}
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def date_words(iso: str | None) -> str:
    """Return an ISO 8601 date as words, at most to the minute: "Sep 2012", "11 Sep 2012, 08:30"; "" for None."""
    if not iso:
        return ""
    day, _, time = iso.partition("T")
    shape, words = _SHAPES[len(day)]
    written = datetime.strptime(day, shape).strftime(words)
    return f"{written}, {time[:5]}" if time else written


def size_words(size_bytes: int) -> str:
    """Return a size in the unit that fits: "512 bytes", "1.4 MB"."""
    size, unit = float(size_bytes), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit < 2 or size >= 100 else f"{size:.1f} {_UNITS[unit]}"


def number_words(number: int) -> str:
    """Return a number with its thousands apart: "12,345"."""
    return f"{number:,}"


def zone_words(utc_offset_min: int) -> str:
    """Return an offset as "UTC−04:00"."""
    sign = "−" if utc_offset_min < 0 else "+"
    hours, minutes = divmod(abs(utc_offset_min), 60)
    return f"UTC{sign}{hours:02d}:{minutes:02d}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return the number with its noun: "1 page", "2 pages"."""
    return f"{number_words(count)} {noun if count == 1 else many or noun + 's'}"
