"""Find the lines that introduce a quoted email without a header: "On ... Jane Roe wrote:"."""

import re
from collections.abc import Sequence

from ingest.dates import parse_date
from ingest.headers.block import HeaderBlock
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot

# The word for "wrote" ends the line, or parts date and sender; the phrase before it begins with the language's "On".
_OPENINGS = r"On|Am|Le|El|Il|Op|Em|Den|W dniu|Dnia|Dne|Вт|Пн|Ср|Чт|Пт|Сб|Вс"
_WROTE = (
    r"wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisał\(?a?\)?|napsal\(?a?\)?"
    r"|kirjoitti|пишет|написал\(?а?\)?"
)
_ATTRIBUTION = re.compile(
    rf"^[>\s]*(?:{_OPENINGS})\s(?P<phrase>.{{6,200}}?),?\s*(?P<verb>{_WROTE})(?P<behind>\s[^:]{{1,80}}?)?\s*:?$", re.S
)
_BEGINS = re.compile(rf"^[>\s]*(?:{_OPENINGS})\s.*\d")
_DATE = re.compile(
    r"^(?P<date>.*?\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s+(?:[A-Z]{2,4}\b|[+-]\d{4}|\([A-Z]{2,4}\)))?)"
    r"(?:,|\s)\s*(?P<sender>.*)$",
    re.S,
)
_DAY = re.compile(r"^(?P<date>.*?(?:(?:19|20)\d\d|\d{1,2}/\d{1,2}/\d{2,4}))(?:,|\s)\s*(?P<sender>.*)$", re.S)
_GROUPWISE = re.compile(r"^\s*>>>\s*(?P<phrase>.{6,200}?)\s*>>>\s*$")
_TRAILING_DATE = re.compile(
    r"^(?P<sender>.+?)\s+(?P<date>\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d\d(?::\d\d)?\s?(?:[AP]M)?)$", re.I
)
_LINES = 3  # over which an attribution may be broken


def find_attributions(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return a block with sender and date for each attribution line; what it leaves out is absent."""
    blocks = []
    index = 0
    while index < len(spots):
        block = _read_attribution(spots, index)
        index = block.end if block else index + 1
        if block:
            blocks.append(block)
    return blocks


def _read_attribution(spots: Sequence[Spot], index: int) -> HeaderBlock | None:
    if match := _GROUPWISE.match(spots[index].line.text):
        return _read_groupwise(match["phrase"], index)
    if not _BEGINS.match(spots[index].line.text):
        return None
    text = ""
    for end in range(index, min(index + _LINES, len(spots))):
        text = f"{text} {spots[end].line.text.lstrip('> ')}".strip()
        match = _ATTRIBUTION.match(text)
        if match is None:
            continue
        phrase = f"{match['phrase']} {match['behind'] or ''}".strip()
        parts = _DATE.match(phrase) or _DAY.match(phrase)
        if parts is None or parse_date(parts["date"]).wall is None:
            return None
        values = {Label.DATE: parts["date"].strip(), Label.FROM: parts["sender"].strip(" ,")}
        return _attribution(values, index, end + 1)
    return None


def _read_groupwise(phrase: str, index: int) -> HeaderBlock | None:
    """Read ">>> Jane Roe 11/9/2012 4:05 PM >>>"."""
    parts = _TRAILING_DATE.match(phrase)
    if parts is None or parse_date(parts["date"]).wall is None:
        return None
    return _attribution({Label.DATE: parts["date"], Label.FROM: parts["sender"].strip(' ,"')}, index, index + 1)


def _attribution(values: dict[Label, str], start: int, end: int) -> HeaderBlock:
    lines = {label: range(start, end) for label in values}
    return HeaderBlock(start, end, values, tuple(values), "en", tab_stop=False, kind="attribution", lines=lines)
