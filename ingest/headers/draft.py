"""Read a header block line by line: what is a label, what goes on with the value before, where it ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.dates import parse_date
from ingest.headers.labels import LabelMatch, match_label, match_labels_within
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot, blank_above, is_wrapped, is_wrapped_list

_LOOK_AHEAD = 8  # lines within which another label makes what stands before it part of the block
_LISTS = (Label.TO, Label.CC, Label.BCC)
_MAIN = (Label.FROM, Label.DATE, Label.TO, Label.CC, Label.BCC, Label.SUBJECT)
_BELOW_SUBJECT = (Label.ATTACHMENTS, Label.IMPORTANCE, Label.OTHER)
_OPEN = re.compile(r"[;,(<\[\"]\s*$|[<\[(][^>\])]*$")
_NAME_ROW = re.compile(r"^[^,@<>\[\]]+, [^,@<>\[\]]+$")
_WHOLE_ROW = re.compile(r"@|/CN=|^[^,]+, [^,]+$|^\[redacted\]$", re.I)  # a line that can be a recipient by itself
_TAB_DEPTH_PT = 40  # how far right of its label a value at a tab stop stands
_ALIGNED_PT = 8
_DAMAGED_LABEL = re.compile(r"^\W{0,2}\w{1,4}\W?[:;]\s*(?P<value>.*)$")


@dataclass(slots=True)
class Draft:
    """A block while it is read."""

    language: str
    values: dict[Label, str] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    lines: dict[Label, list[int]] = field(default_factory=dict)  # indexes of the spots that a value stands on
    rows: dict[Label, list[str]] = field(default_factory=dict)  # what each of these lines adds to a value
    glued: set[Label] = field(default_factory=set)  # OCR put them on one line with the label before
    value_x: float | None = None
    label_x: float = 0.0
    tab_stops: int = 0

    @property
    def current(self) -> Label:
        """The label that was read last."""
        return self.labels[-1]

    @property
    def is_glued(self) -> bool:
        """Whether the last label shares its line: where a subject ends there cannot be told."""
        return bool(self.labels) and self.current in self.glued

    def add(self, match: LabelMatch, index: int) -> None:
        """Begin the value of a label on the line with this index."""
        self._set(match.label, "", index)
        self.append(match.value, index)
        self.label_x = match.label_x
        if match.tab_stop and match.value_x is not None:
            self.tab_stops += 1
            self.value_x = match.value_x

    def append(self, text: str, index: int) -> None:
        """Add to the value of the last label; labels within the text begin values of their own."""
        within = self.labels_within(text)
        first = text[: within[0][1]] if within else text
        self.rows.setdefault(self.current, []).append(first.strip())
        self.values[self.current] = join_rows(self.rows[self.current], self.current)
        if self.lines[self.current][-1:] != [index]:
            self.lines[self.current].append(index)
        for number, (label, _, value_start) in enumerate(within):
            end = within[number + 1][1] if number + 1 < len(within) else len(text)
            self._set(label, text[value_start:end], index)
            self.rows[label] = [self.values[label]]
            self.glued.add(label)

    def labels_within(self, text: str) -> list[tuple[Label, int, int]]:
        """Return the labels in a text that begin values of their own, each with its start and its value's."""
        return [
            part
            for part in match_labels_within(text, self.language)
            if part[0].comes_after(self.current) and part[0] not in self.values and self._may_hold(part[0])
        ]

    def _may_hold(self, label: Label) -> bool:
        """A subject may hold any word; what prints have below it is a label all the same."""
        if self.current is Label.SUBJECT:
            return label in _BELOW_SUBJECT
        if self.current is Label.ATTACHMENTS:
            return label is Label.IMPORTANCE
        return self.current not in _BELOW_SUBJECT

    def _set(self, label: Label, value: str, index: int) -> None:
        self.values[label] = value.strip()
        self.labels.append(label)
        self.lines[label] = [index]


def join_rows(rows: Sequence[str], label: Label) -> str:
    """Return the lines of a value as one; where each line is a recipient of its own, parted by ";"."""
    rows = [row for row in rows if row]
    if label not in _LISTS or any(";" in row or row.endswith(",") or row.count("@") > 1 for row in rows):
        return " ".join(rows)
    only_names = all(_NAME_ROW.match(row) for row in rows)
    joined = ""
    for row in rows:
        ended = joined.endswith((">", "]")) or (only_names and bool(joined))
        joined = f"{joined}; {row}" if ended and _WHOLE_ROW.search(row) else f"{joined} {row}".strip()
    return joined


def read_lines(spots: Sequence[Spot], start: int, draft: Draft) -> int:
    """Read the block that begins at spot `start` into the draft; return the index of the first spot after it."""
    index = start
    while index < len(spots):
        match = _next_label(spots, index, draft)
        if match is not None:
            if _belongs_to_next(spots, index, match, draft):
                break
            draft.add(match, index)
        elif not draft.labels:
            break
        elif _goes_on_glued(spots, index, draft):
            draft.append(spots[index].line.text, index)
        elif _is_junk(spots, index, draft):
            pass  # what OCR makes of a redaction box between two labels
        elif _continues(spots, index, draft):
            draft.append(spots[index].line.text, index)
        else:
            break
        index += 1
    return index


def _next_label(spots: Sequence[Spot], index: int, draft: Draft) -> LabelMatch | None:
    match = match_label(spots[index].line, draft.language, in_block=bool(draft.labels))
    if not draft.labels:
        return match
    if match is None:
        return _damaged_label(spots, index, draft)
    if match.has_colon:
        return match
    # Without a colon: at the place of the labels, in their order, right below the line before.
    in_place = abs(match.label_x - draft.label_x) < _ALIGNED_PT
    rising = match.label.comes_after(draft.current) and match.label in _MAIN
    if match.label is Label.DATE and draft.current in _LISTS and parse_date(match.value).wall is not None:
        rising = Label.DATE not in draft.values
    in_column = draft.tab_stops > 0 or match.label not in _LISTS or draft.current is Label.DATE
    return match if in_place and rising and in_column and not blank_above(spots, index) else None


def _damaged_label(spots: Sequence[Spot], index: int, draft: Draft) -> LabelMatch | None:
    """Between the date and a subject a line that begins with a short word and a colon is the recipients'."""
    if draft.current is not Label.DATE or Label.TO in draft.values or not draft.values[Label.DATE]:
        return None
    line = spots[index].line
    found = _DAMAGED_LABEL.match(line.text)
    if found is None or abs(line.box.x0 - draft.label_x) >= _ALIGNED_PT or blank_above(spots, index):
        return None
    below = spots[index + 1 : index + 2]
    following = match_label(below[0].line, draft.language, in_block=True) if below else None
    if following is None or following.label not in (Label.SUBJECT, Label.CC):
        return None
    return LabelMatch(Label.TO, has_colon=True, value=found["value"], label_x=line.box.x0, value_x=None, tab_stop=False)


def _belongs_to_next(spots: Sequence[Spot], index: int, match: LabelMatch, draft: Draft) -> bool:
    """A label that was there already begins the next header, as does a sender on the next page."""
    if match.label in (Label.OTHER, Label.IMPORTANCE):
        return bool(draft.labels) and blank_above(spots, index) and Label.SUBJECT in draft.values
    if match.label in draft.values:
        return True
    if not draft.labels:
        return False
    page_turns = spots[index].page != spots[index - 1].page
    if page_turns and (match.label is Label.FROM or spots[index].page - spots[index - 1].page > 1):
        return True
    done = Label.SUBJECT in draft.values and Label.FROM in draft.values and Label.DATE in draft.values
    return done and match.label is not Label.ATTACHMENTS and blank_above(spots, index)


def _is_junk(spots: Sequence[Spot], index: int, draft: Draft) -> bool:
    if draft.current not in (Label.FROM, Label.DATE) or not draft.values[draft.current]:
        return False
    if draft.values[draft.current].casefold().endswith("behalf of"):
        return False
    if draft.tab_stops and spots[index].line.box.x0 >= (draft.value_x or 0) - _ALIGNED_PT:
        return False
    return _label_ahead(spots, index, draft, 2)


def _continues(spots: Sequence[Spot], index: int, draft: Draft) -> bool:
    """Tell whether a line without a label is part of the value before it."""
    turns = spots[index].page != spots[index - 1].page
    value = draft.values[draft.current]
    if not turns and _stands_at_values(spots, index, draft):
        return True
    if draft.current in _LISTS:
        open_list = bool(_OPEN.search(value))
        if _label_ahead(spots, index, draft, _LOOK_AHEAD):
            return True
        return not blank_above(spots, index) and (open_list or is_wrapped_list(spots, index))
    if turns:
        return False
    if draft.current in (Label.FROM, Label.DATE):
        return not value and _label_ahead(spots, index, draft, 2)
    if draft.current is Label.SUBJECT:
        return _goes_on_subject(spots, index, draft)
    if draft.current is Label.OTHER:  # "When: ... Eastern Time (US &" over "Canada)"
        following = spots[index + 1 : index + 2]
        return bool(following) and _has_label(following[0], draft) and not blank_above(spots, index)
    return draft.current is Label.ATTACHMENTS and (value.endswith((";", ",")) or is_wrapped(spots, index))


def _goes_on_glued(spots: Sequence[Spot], index: int, draft: Draft) -> bool:
    """Tell whether OCR put the rest of a value, or all of it, on one line with the labels below it."""
    if blank_above(spots, index):
        return False
    if draft.is_glued and draft.current in _LISTS and not draft.values[draft.current]:
        return True
    within = draft.labels_within(spots[index].line.text)
    return bool(within) and within[0][0] in _MAIN


def _goes_on_subject(spots: Sequence[Spot], index: int, draft: Draft) -> bool:
    """Tell whether a line is the rest of a subject; on a glued line its end cannot be told but by a blank line."""
    if draft.is_glued:
        return (not draft.values[Label.SUBJECT] and not blank_above(spots, index)) or is_wrapped(spots, index)
    return _label_ahead(spots, index, draft, 3) or is_wrapped(spots, index)


def _has_label(spot: Spot, draft: Draft) -> bool:
    match = match_label(spot.line, draft.language, in_block=True)
    return match is not None and match.has_colon


def _stands_at_values(spots: Sequence[Spot], index: int, draft: Draft) -> bool:
    """Tell whether a line begins at the tab stop of the values, right below the line before."""
    if draft.value_x is None or draft.value_x - draft.label_x <= _TAB_DEPTH_PT:
        return False
    return spots[index].line.box.x0 >= draft.value_x - _ALIGNED_PT and not blank_above(spots, index)


def _label_ahead(spots: Sequence[Spot], index: int, draft: Draft, limit: int) -> bool:
    """Tell whether another label of the same block follows within `limit` lines."""
    if Label.SUBJECT in draft.values and draft.current is not Label.SUBJECT:
        return False
    for later in range(index + 1, min(index + 1 + limit, len(spots))):
        if spots[later].page - spots[index].page > 1:
            return False
        match = match_label(spots[later].line, draft.language, in_block=True)
        if match is None or not match.has_colon:
            continue
        if match.label in draft.values:
            return False
        if draft.current is Label.SUBJECT:
            return match.label in (Label.ATTACHMENTS, Label.IMPORTANCE) or _precedes_others(match.label, draft)
        if match.label is Label.FROM:
            return False
        return match.label.comes_after(draft.current) or match.label is Label.DATE
    return False


def _precedes_others(label: Label, draft: Draft) -> bool:
    """Tell whether a print has its subject above the people: "Date, Subject, From, To", "From, Date, Subject, To"."""
    if any(known in draft.values for known in _LISTS):
        return False
    return label in (*_LISTS, Label.OTHER) or (label is Label.FROM and Label.FROM not in draft.values)
