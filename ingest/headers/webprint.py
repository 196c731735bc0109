"""Find the headers of web prints: sender and date on one line, the subject once as a heading above."""

import re
from collections.abc import Sequence

from ingest.headers.block import HeaderBlock
from ingest.headers.labels import match_label
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot, blank_above, is_wrapped_list
from ingest.redactions import is_withheld

_SENDER_AND_DATE = re.compile(
    r"^(?P<sender>.*?)\s+(?P<date>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [A-Z][a-z]{2,8} \d{1,2}, (?:19|20)\d\d"
    r" at \d{1,2}:\d\d\s?[AP]M)$"
)
_DATE_ALONE = re.compile(
    r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [A-Z][a-z]{2} \d{1,2}, (?:19|20)\d\d at \d{1,2}:\d\d\s?[AP]M$"
)
_COUNT = re.compile(r"^\d+ messages?$")
_BELOW = (Label.TO, Label.CC, Label.BCC, Label.OTHER)
_LARGER = 1.15  # a heading's height against that of the line that counts the messages
_HEADING_LINES = 4


def find_web_headers(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return the headers of a web mail's print; all messages below one heading have its subject."""
    blocks: list[HeaderBlock] = []
    subject: str | None = None
    heading_start: int | None = None
    for index, spot in enumerate(spots):
        if _COUNT.match(spot.line.text):
            heading_start, subject = _read_heading(spots, index)
            continue
        match = _SENDER_AND_DATE.match(spot.line.text)
        if match is None or not _is_sender(match["sender"], spots, index):
            continue
        if subject is None and heading_start is None:  # a single message is not always counted
            heading_start, subject = _read_heading(spots, index)
        values = {Label.FROM: match["sender"], Label.DATE: match["date"]}
        lines = {Label.FROM: [index], Label.DATE: [index]}
        end = _read_below(spots, index + 1, values, lines)
        if subject is not None:
            values[Label.SUBJECT] = subject
        start = index if heading_start is None else heading_start
        heading_start = None
        blocks.append(HeaderBlock(start, end, values, tuple(values), "en", tab_stop=True, kind="heading", lines=lines))
    return blocks


def is_web_date(text: str) -> bool:
    """Tell whether a line is a web print's date alone: its sender stood before it."""
    return bool(_DATE_ALONE.match(text))


def _is_sender(text: str, spots: Sequence[Spot], index: int) -> bool:
    """An address stands there, or what a redaction left of it, or "To:" stands below."""
    if text.lower().startswith("on "):
        return False
    if "@" in text or text.endswith(">") or is_withheld(text):
        return True
    below = match_label(spots[index + 1].line, "en") if index + 1 < len(spots) else None
    return below is not None and below.label in _BELOW and below.has_colon


def _read_heading(spots: Sequence[Spot], index: int) -> tuple[int, str | None]:
    """Return where the heading above the count of messages begins, and its text."""
    height = _height(spots[index])
    start = index
    while start > max(0, index - _HEADING_LINES) and spots[start - 1].page == spots[index].page:
        above = spots[start - 1]
        if _height(above) < _LARGER * height or "@" in above.line.text:  # the account's line names its address
            break
        start -= 1
    text = " ".join(spot.line.text for spot in spots[start:index])
    return start, text or None


def _read_below(spots: Sequence[Spot], index: int, values: dict[Label, str], lines: dict[Label, list[int]]) -> int:
    """Read the recipients below the sender's line into `values` and return where the text begins."""
    current: Label | None = None
    while index < len(spots):
        match = match_label(spots[index].line, "en")
        if match is not None and match.has_colon and match.label in _BELOW and match.label not in values:
            values[match.label] = match.value
            current = match.label
            lines[current] = [index]
        elif current is not None and not blank_above(spots, index) and _runs_on(values[current], spots, index):
            values[current] += " " + spots[index].line.text
            lines[current].append(index)
        else:
            break
        index += 1
    return index


def _runs_on(value: str, spots: Sequence[Spot], index: int) -> bool:
    return value.endswith(",") or is_wrapped_list(spots, index)


def _height(spot: Spot) -> float:
    return spot.line.box.bottom - spot.line.box.top
