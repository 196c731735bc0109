"""Find header blocks among the lines of a document: where each begins, ends, and which lines are values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.dates import parse_date
from ingest.headers.draft import Draft, read_lines
from ingest.headers.labels import LabelMatch, languages_of, match_label
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot
from ingest.records import DatePrecision, ReadingMethod

_OPENING = (Label.SENDER, Label.FROM, Label.DATE, Label.TO, Label.SUBJECT)
_ALIGNED_PT = 8


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The lines from a first label to the last header value."""

    start: int  # index of the first line among the spots
    end: int  # index of the first line after it
    values: dict[Label, str]
    labels: tuple[Label, ...]  # as printed from top to bottom
    language: str
    tab_stop: bool  # values stand at a tab stop, apart from their labels
    kind: str = "labels"  # or "heading" (a web print's line), "attribution", "columns", "marked"
    lines: Mapping[Label, Sequence[int]] = field(default_factory=dict)  # of each value: indexes of its spots
    methods: Mapping[Label, ReadingMethod] = field(default_factory=dict)  # where it is not LABEL
    rest: str = ""  # what stands behind the last value on its line: the first words of the text


def find_header_blocks(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return the header blocks in order; they do not overlap."""
    blocks: list[HeaderBlock] = []
    index = 0
    while index < len(spots):
        block = _read_block(spots, index)
        if block is None:
            index += 1
        else:
            blocks.append(block)
            index = block.end
    return blocks


def _read_block(spots: Sequence[Spot], start: int) -> HeaderBlock | None:
    for language in languages_of(spots[start].line):
        match = match_label(spots[start].line, language)
        if match is None or match.label not in _OPENING:
            continue
        if not match.has_colon and not _begins_without_colon(spots, start, match, language):
            continue
        draft = Draft(language)
        end = read_lines(spots, start, draft)
        block = _finish(draft, start, end)
        if is_email_header(block):
            return block
    return None


def _begins_without_colon(spots: Sequence[Spot], start: int, match: LabelMatch, language: str) -> bool:
    """A colon that OCR lost is believed where a label with one stands right below at the same place."""
    if match.label is not Label.FROM or start + 1 >= len(spots):
        return False
    below = match_label(spots[start + 1].line, language)
    return below is not None and below.has_colon and abs(below.label_x - match.label_x) < _ALIGNED_PT


def _finish(draft: Draft, start: int, end: int) -> HeaderBlock:
    if Label.FROM not in draft.values and Label.SENDER in draft.values:
        draft.values[Label.FROM] = draft.values[Label.SENDER]
        draft.lines[Label.FROM] = draft.lines[Label.SENDER]
    return HeaderBlock(
        start,
        end,
        dict(draft.values),
        tuple(draft.labels),
        draft.language,
        draft.tab_stops * 2 > len(draft.labels),
        lines=draft.lines,
        methods=dict.fromkeys(draft.glued, ReadingMethod.GLUED),
    )


def is_email_header(block: HeaderBlock) -> bool:
    """Tell an email's header from a memo's, a letter's and from prose that begins with "To:"."""
    values = block.values
    date = parse_date(values[Label.DATE]) if values.get(Label.DATE) else None
    if date is not None and date.wall is None and not re.search(r"\d", date.text):
        return False
    to_first = Label.TO in values and Label.FROM in values and block.labels.index(Label.TO) == 0
    timeless = date is None or date.precision in (DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)
    addressed = "@" in values.get(Label.FROM, "")
    if timeless and (to_first or date is not None) and not addressed:
        return False
    has_date = Label.DATE in values
    if Label.FROM in values and has_date:
        return Label.TO in values or Label.SUBJECT in values
    if Label.FROM in values and Label.TO in values and Label.SUBJECT in values:
        return bool(values[Label.FROM])
    return has_date and Label.TO in values and Label.SUBJECT in values
