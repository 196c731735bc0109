"""Join lines into text: blank lines where the print has them, form feeds where the page turns."""

from collections.abc import Sequence

from ingest.headers import Spot

_BLANK = 0.75  # of the line height: a wider gap between two lines is a blank line


def join_lines(spots: Sequence[Spot], page: int) -> str:
    """Return the lines as text; a form feed for each page turned since `page`."""
    parts: list[str] = []
    before: Spot | None = None
    for spot in spots:
        if spot.page != page:
            parts.append("\f" * (spot.page - page))
            page = spot.page
        elif before is not None and _is_apart(before, spot):
            parts.append("")
        parts.append(spot.line.text)
        before = spot
    return "\n".join(parts).strip(" \n")


def _is_apart(before: Spot, spot: Spot) -> bool:
    above, below = before.line.box, spot.line.box
    return below.top - above.bottom > _BLANK * min(above.bottom - above.top, below.bottom - below.top)
