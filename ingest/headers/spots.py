"""The lines of a document that are no furniture, and how they stand to each other."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.records import Line

_BLANK = 0.85  # of the line height: a wider gap above a line is a blank line
_WRAPPED = 0.78  # of the page width: a line that ends before has not been wrapped


class Spot(NamedTuple):
    """A line that is no furniture, and where it stands in the document."""

    page: int  # from 1
    row: int  # index among the page's lines
    line: Line
    page_width: float


def blank_above(spots: Sequence[Spot], index: int) -> bool:
    """Tell whether a blank line, or the page's edge, stands above a line."""
    if index == 0:
        return True
    spot, before = spots[index], spots[index - 1]
    if spot.page != before.page:
        return True
    height = min(spot.line.box.bottom - spot.line.box.top, before.line.box.bottom - before.line.box.top)
    return spot.line.box.top - before.line.box.bottom > _BLANK * height


def is_wrapped(spots: Sequence[Spot], index: int) -> bool:
    """The line before runs to the right edge, this one follows close, and a blank line comes after it."""
    before = spots[index - 1]
    if before.line.box.x1 < _WRAPPED * before.page_width or blank_above(spots, index):
        return False
    return index + 1 >= len(spots) or blank_above(spots, index + 1) or _wider_gap_below(spots, index)


def is_wrapped_list(spots: Sequence[Spot], index: int) -> bool:
    """Tell whether a line goes on with the mailboxes of the line before, which ran to the right edge."""
    before, line = spots[index - 1], spots[index].line
    ran_on = before.line.box.x1 + _word_width(line) > _WRAPPED * before.page_width
    return ran_on and before.page == spots[index].page and any("@" in word.text for word in line.words[:4])


def _word_width(line: Line) -> float:
    first = line.words[0].box
    return first.x1 - first.x0


def _wider_gap_below(spots: Sequence[Spot], index: int) -> bool:
    above, line, below = (spots[number].line.box for number in (index - 1, index, index + 1))
    return below.top - line.bottom > line.top - above.bottom + 0.3 * (line.bottom - line.top)
