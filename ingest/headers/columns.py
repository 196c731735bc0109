"""Find the headers of Lotus Notes prints: sender and date left, "To / cc / bcc / Subject" in a column of their own."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.dates import parse_date
from ingest.headers.block import HeaderBlock
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot
from ingest.records import DatePrecision, Line, ReadingMethod, Word

_LABELS = {"to": Label.TO, "cc": Label.CC, "bcc": Label.BCC, "subject": Label.SUBJECT}
_TO = re.compile(r"\bT[Oo]\b")
_LEFTMOST = 0.2  # of the page width: the column of labels stands right of it
_ALIGNED_PT = 10.0
_LINES = 40  # from "To" to "Subject", with wrapped recipients
_GLUED = re.compile(r"(Subject)(?=[A-Z])")  # "SubjectPermit": the label is as wide as its column
_CLOSE = 0.3  # of the height of a line: lines of one header
_ABOVE = 2  # lines above "To" on which the sender may stand


class _Cell(NamedTuple):
    """A line parted at the column of labels."""

    spot: int  # its index among the spots
    left: str
    label: Label | None
    value: str


def find_column_headers(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return the headers whose labels stand in a column right of the sender, without colons."""
    blocks: list[HeaderBlock] = []
    for index in range(len(spots)):
        if blocks and index < blocks[-1].end:
            continue
        word = _column_label(spots[index].line, spots[index].page_width)
        block = _read_block(spots, index, word) if word is not None else None
        if block is not None:
            blocks.append(block)
    return blocks


def find_column_lines(lines: Sequence[Line], page_width: float, *, above: float) -> set[int]:
    """Return the indexes of a page's lines beside a column of labels that begins higher than `above`, in points."""
    found: set[int] = set()
    for index, line in enumerate(lines):
        column = _column_label(line, page_width) if line.box.top < above else None
        if column is None:
            continue
        named: set[Label | None] = set()
        for other in range(index, min(index + _LINES, len(lines))):
            named.add(_part(lines[other], other, column).label)
            if Label.SUBJECT in named:
                found.update(range(index, other + 1) if named & {Label.CC, Label.BCC} else ())
                break
    return found


def is_column_label(text: str) -> bool:
    """Tell whether a word is one of the labels that stand in a column, without a colon."""
    return text.strip(":").casefold() in _LABELS


def _column_label(line: Line, page_width: float) -> Word | None:
    """Return the word "To" that could head a column of labels."""
    if not _TO.search(line.text):
        return None
    for word in line.words:
        if word.text.strip(":") in ("To", "TO") and word.box.x0 > _LEFTMOST * page_width:
            return word
    return None


def _read_block(spots: Sequence[Spot], start: int, column: Word) -> HeaderBlock | None:
    cells = list(_cells(spots, start, column))
    named = {cell.label for cell in cells}
    if Label.SUBJECT not in named or not named & {Label.CC, Label.BCC}:
        return None
    values, lines = _join(cells)
    left = [(cell.spot, cell.left) for cell in cells if cell.left]
    dated = next((number for number, (_, text) in enumerate(left) if _is_moment(text)), None)
    if dated is None:
        return None
    sender = [(spot, text) for spot, text in left[:dated] if not text.startswith("Sent by")]
    sender = sender or [(cell.spot, cell.left) for cell in _cells_above(spots, start, column)]
    for label, found in ((Label.FROM, sender), (Label.DATE, left[dated : dated + 1])):
        values[label] = " ".join(text for _, text in found)
        lines[label] = [spot for spot, _ in found] or [start]  # a withheld sender leaves its place empty
    first = min(index for indexes in lines.values() for index in indexes)
    labels = (Label.FROM, Label.DATE, *(label for label in values if label not in (Label.FROM, Label.DATE)))
    methods = {Label.FROM: ReadingMethod.DETACHED, Label.DATE: ReadingMethod.DETACHED}
    return HeaderBlock(first, cells[-1].spot + 1, values, labels, "en", True, "columns", lines, methods)


def _cells(spots: Sequence[Spot], start: int, column: Word) -> Iterator[_Cell]:
    """Yield the lines from "To" to the subject and its wrapped lines."""
    has_subject = False
    for index in range(start, min(start + _LINES, len(spots))):
        if spots[index].page != spots[start].page:
            return
        cell = _part(spots[index].line, index, column)
        if has_subject and (cell.label is not None or cell.left or not cell.value):
            return
        yield cell
        has_subject = has_subject or cell.label is Label.SUBJECT


def _part(line: Line, index: int, column: Word) -> _Cell:
    words = line.words
    for number, word in enumerate(words):
        glued = _GLUED.match(word.text)
        if glued and abs(word.box.x0 - column.box.x0) < _ALIGNED_PT:
            value = " ".join((word.text[glued.end() :], *(other.text for other in words[number + 1 :])))
            return _Cell(index, _text(words[:number]), Label.SUBJECT, value)
        label = _LABELS.get(word.text.strip(":").casefold())
        if label is not None and _is_aligned(word, column):
            return _Cell(index, _text(words[:number]), label, _text(words[number + 1 :]))
    left = [word for word in words if word.box.x0 < column.box.x0 - _ALIGNED_PT]
    return _Cell(index, _text(left), None, _text(words[len(left) :]))


def _is_aligned(word: Word, column: Word) -> bool:
    return min(abs(word.box.x0 - column.box.x0), abs(word.box.x1 - column.box.x1)) < _ALIGNED_PT


def _cells_above(spots: Sequence[Spot], start: int, column: Word) -> Iterator[_Cell]:
    """Yield the lines right above "To" on which nothing stands but a sender, close enough to belong to the header."""
    first = start
    while first > max(0, start - _ABOVE) and _is_right_above(spots[first - 1], spots[first]):
        first -= 1
    for index in range(first, start):
        cell = _part(spots[index].line, index, column)
        if cell.left and not cell.value:
            yield cell


def _is_right_above(spot: Spot, below: Spot) -> bool:
    box, under = spot.line.box, below.line.box
    return spot.page == below.page and under.top - box.bottom < _CLOSE * (under.bottom - under.top)


def _join(cells: Sequence[_Cell]) -> tuple[dict[Label, str], dict[Label, list[int]]]:
    values: dict[Label, str] = {}
    lines: dict[Label, list[int]] = {}
    current = Label.TO
    for cell in cells:
        current = cell.label or current
        values[current] = f"{values.get(current, '')} {cell.value}".strip()
        lines.setdefault(current, []).append(cell.spot)
    return values, lines


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _is_moment(text: str) -> bool:
    return parse_date(text).precision in (DatePrecision.MINUTE, DatePrecision.SECOND)
