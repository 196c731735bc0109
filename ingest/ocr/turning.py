"""Turn pages that were scanned lying on their side: upright to be read, and back to where their words stand."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.records import Box, Headers, Line, MessageRecord, PageRecord

_FULL = 360


def turned(page: PageRecord, degrees: int) -> PageRecord:
    """Return the page with its boxes turned by 0, 90, 180 or 270 degrees against the clock."""
    if degrees == 0:
        return page
    width, height = page.width_pt, page.height_pt

    def turn(box: Box) -> Box:
        return turn_box(box, width, height, degrees)

    return replace(
        page,
        width_pt=height if degrees != 180 else width,
        height_pt=width if degrees != 180 else height,
        lines=tuple(Line(tuple(word._replace(box=turn(word.box)) for word in line.words)) for line in page.lines),
        redactions=tuple(
            replace(redaction, box=turn(redaction.box)) if redaction.box else redaction for redaction in page.redactions
        ),
        leaks=tuple(replace(leak, box=turn(leak.box)) for leak in page.leaks),
        turned=(page.turned + degrees) % _FULL,
    )


def turn_back(
    pages: Sequence[PageRecord], messages: Sequence[MessageRecord]
) -> tuple[list[PageRecord], list[MessageRecord]]:
    """Return pages and messages with all boxes where they stand on the pages as the file shows them."""
    lying = {page.number: page for page in pages if page.turned}
    if not lying:
        return list(pages), list(messages)
    back = [turned(page, _FULL - page.turned) if page.turned else page for page in pages]
    return back, [replace(message, headers=_laid_back(message.headers, lying)) for message in messages]


def turn_box(box: Box, width: float, height: float, degrees: int) -> Box:
    """Return where a box of a page of this size stands when the page is turned against the clock."""
    if degrees == 90:
        return Box(box.top, width - box.x1, box.bottom, width - box.x0)
    if degrees == 180:
        return Box(width - box.x1, height - box.bottom, width - box.x0, height - box.top)
    return Box(height - box.bottom, box.x0, height - box.top, box.x1)


def _laid_back(headers: Headers, lying: dict[int, PageRecord]) -> Headers:
    readings = []
    for reading in headers.readings:
        page = lying.get(reading.page or 0)
        if page is not None and reading.box is not None:
            box = turn_box(reading.box, page.width_pt, page.height_pt, _FULL - page.turned)
            reading = replace(reading, box=box)  # noqa: PLW2901
        readings.append(reading)
    return replace(headers, readings=tuple(readings))
