"""Find header blocks among the lines of a document: where each begins, ends, and which lines are values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.dates import parse_date
from ingest.headers.labels import LANGUAGES, Label, LabelMatch, match_label, match_labels_within
from ingest.records import DatePrecision, Line

_LOOK_AHEAD = 8  # lines within which another label makes what stands before it part of the block
_LISTS = (Label.TO, Label.CC, Label.BCC)
_MAIN = (Label.FROM, Label.DATE, Label.TO, Label.CC, Label.BCC, Label.SUBJECT)
_OPEN = re.compile(r"[;,(<\[\"]\s*$|[<\[(][^>\])]*$")
_BLANK = 1.2  # of the line height: a wider gap above a line is a blank line
_TAB_DEPTH_PT = 40  # how far right of its label a value at a tab stop stands
_WRAPPED = 0.78  # of the page width: a line that ends before has not been wrapped
_ALIGNED_PT = 8


class Spot(NamedTuple):
    """A line that is no furniture, and where it stands in the document."""

    page: int  # from 1
    row: int  # index among the page's lines
    line: Line
    page_width: float


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The lines from a first label to the last header value."""

    start: int  # index of the first line among the spots
    end: int  # index of the first line after it
    values: dict[Label, str]
    labels: tuple[Label, ...]  # as printed from top to bottom
    language: str
    tab_stop: bool  # values stand at a tab stop, apart from their labels
    kind: str = "labels"  # "labels", "heading" (a web print's sender and date line) or "attribution"


@dataclass(slots=True)
class _Draft:
    """A block while it is read."""

    language: str
    values: dict[Label, str] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    value_x: float | None = None
    label_x: float = 0.0
    tab_stops: int = 0
    is_glued: bool = False  # OCR put the last labels on one line: where the subject ends cannot be told

    @property
    def current(self) -> Label:
        return self.labels[-1]

    def add(self, match: LabelMatch) -> None:
        self._set(match.label, "")
        self.append(match.value)
        self.label_x = match.label_x
        if match.tab_stop and match.value_x is not None:
            self.tab_stops += 1
            self.value_x = match.value_x

    def append(self, text: str) -> None:
        """Add to the value of the last label; labels within the text begin values of their own."""
        within = [
            part
            for part in match_labels_within(text, self.language)
            if part[0].comes_after(self.current) and part[0] not in self.values
        ]
        if self.current in (Label.SUBJECT, Label.ATTACHMENTS, Label.OTHER):
            within = []
        first = text[: within[0][1]] if within else text
        self.values[self.current] = f"{self.values[self.current]} {first}".strip()
        for number, (label, _, value_start) in enumerate(within):
            end = within[number + 1][1] if number + 1 < len(within) else len(text)
            self._set(label, text[value_start:end])
        self.is_glued = bool(within)

    def _set(self, label: Label, value: str) -> None:
        self.values[label] = value.strip()
        self.labels.append(label)


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
    for language in LANGUAGES:
        match = match_label(spots[start].line, language)
        if match is None or match.label not in _MAIN or match.label in (Label.CC, Label.BCC):
            continue
        if not match.has_colon and not _begins_without_colon(spots, start, match, language):
            continue
        block = _read_lines(spots, start, _Draft(language))
        if _is_email_header(block):
            return block
    return None


def _begins_without_colon(spots: Sequence[Spot], start: int, match: LabelMatch, language: str) -> bool:
    """A colon that OCR lost is believed where a label with one stands right below at the same place."""
    if match.label is not Label.FROM or start + 1 >= len(spots):
        return False
    below = match_label(spots[start + 1].line, language)
    return below is not None and below.has_colon and abs(below.label_x - match.label_x) < _ALIGNED_PT


def _read_lines(spots: Sequence[Spot], start: int, draft: _Draft) -> HeaderBlock:
    index = start
    while index < len(spots):
        match = _next_label(spots, index, draft)
        if match is not None:
            if _belongs_to_next(spots, index, match, draft):
                break
            draft.add(match)
        elif not draft.labels:
            break
        elif _is_junk(spots, index, draft):
            pass  # what OCR makes of a redaction box between two labels
        elif _continues(spots, index, draft):
            draft.append(spots[index].line.text)
        else:
            break
        index += 1
    return HeaderBlock(
        start,
        index,
        dict(draft.values),
        tuple(draft.labels),
        draft.language,
        draft.tab_stops * 2 > len(draft.labels),
    )


def _next_label(spots: Sequence[Spot], index: int, draft: _Draft) -> LabelMatch | None:
    match = match_label(spots[index].line, draft.language, in_block=bool(draft.labels))
    if match is None or not draft.labels:
        return match
    if match.has_colon:
        return match
    # Without a colon: at the place of the labels, in their order, right below the line before.
    in_place = abs(match.label_x - draft.label_x) < _ALIGNED_PT
    rising = match.label.comes_after(draft.current) and match.label in _MAIN
    in_column = draft.tab_stops > 0 or match.label not in _LISTS or draft.current is Label.DATE
    return match if in_place and rising and in_column and not _blank_above(spots, index) else None


def _belongs_to_next(spots: Sequence[Spot], index: int, match: LabelMatch, draft: _Draft) -> bool:
    """A label that was there already begins the next header, as does a sender on the next page."""
    if match.label is Label.OTHER:
        return bool(draft.labels) and _blank_above(spots, index) and Label.SUBJECT in draft.values
    if match.label in draft.values:
        return True
    if not draft.labels:
        return False
    page_turns = spots[index].page != spots[index - 1].page
    if page_turns and (match.label is Label.FROM or spots[index].page - spots[index - 1].page > 1):
        return True
    done = Label.SUBJECT in draft.values and Label.FROM in draft.values and Label.DATE in draft.values
    return done and match.label is not Label.ATTACHMENTS and _blank_above(spots, index)


def _is_junk(spots: Sequence[Spot], index: int, draft: _Draft) -> bool:
    if draft.current not in (Label.FROM, Label.DATE) or not draft.values[draft.current]:
        return False
    if draft.values[draft.current].casefold().endswith("behalf of"):
        return False
    if draft.tab_stops and spots[index].line.box.x0 >= (draft.value_x or 0) - _ALIGNED_PT:
        return False
    return _label_ahead(spots, index, draft, 2)


def _continues(spots: Sequence[Spot], index: int, draft: _Draft) -> bool:
    """Tell whether a line without a label is part of the value before it."""
    spot, before = spots[index], spots[index - 1]
    turns = spot.page != before.page
    value = draft.values[draft.current]
    if draft.value_x is not None and draft.value_x - draft.label_x > _TAB_DEPTH_PT:
        at_value = spot.line.box.x0 >= draft.value_x - _ALIGNED_PT
        if at_value and not turns and not _blank_above(spots, index):
            return True
    if draft.current in _LISTS:
        open_list = bool(_OPEN.search(value))
        return _label_ahead(spots, index, draft, _LOOK_AHEAD) or (open_list and not _blank_above(spots, index))
    if turns:
        return False
    if draft.current in (Label.FROM, Label.DATE):
        return not value and _label_ahead(spots, index, draft, 2)
    if draft.current is Label.SUBJECT:
        return not draft.is_glued and (_label_ahead(spots, index, draft, 3) or _is_wrapped(spots, index))
    return draft.current is Label.ATTACHMENTS and (value.endswith((";", ",")) or _is_wrapped(spots, index))


def _is_wrapped(spots: Sequence[Spot], index: int) -> bool:
    """The line before runs to the right edge, this one follows close, and a blank line comes after it."""
    before = spots[index - 1]
    if before.line.box.x1 < _WRAPPED * before.page_width or _blank_above(spots, index):
        return False
    return index + 1 >= len(spots) or _blank_above(spots, index + 1) or _wider_gap_below(spots, index)


def _wider_gap_below(spots: Sequence[Spot], index: int) -> bool:
    above, line, below = (spots[number].line.box for number in (index - 1, index, index + 1))
    return below.top - line.bottom > line.top - above.bottom + 0.3 * (line.bottom - line.top)


def _blank_above(spots: Sequence[Spot], index: int) -> bool:
    if index == 0:
        return True
    spot, before = spots[index], spots[index - 1]
    if spot.page != before.page:
        return True
    height = min(spot.line.box.bottom - spot.line.box.top, before.line.box.bottom - before.line.box.top)
    return spot.line.box.top - before.line.box.bottom > _BLANK * height - height * 0.35


def _label_ahead(spots: Sequence[Spot], index: int, draft: _Draft, limit: int) -> bool:
    """Tell whether another label of the same block follows within `limit` lines."""
    if Label.SUBJECT in draft.values and draft.current is not Label.SUBJECT:
        return False
    for later in range(index + 1, min(index + 1 + limit, len(spots))):
        if spots[later].page - spots[index].page > 1:
            return False
        match = match_label(spots[later].line, draft.language, in_block=True)
        if match is None or not match.has_colon:
            continue
        if match.label in draft.values or match.label is Label.FROM:
            return False
        if draft.current is Label.SUBJECT:
            return match.label is Label.ATTACHMENTS
        return match.label.comes_after(draft.current) or match.label is Label.DATE
    return False


def _is_email_header(block: HeaderBlock) -> bool:
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
