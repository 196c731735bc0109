"""Put redactions into header values: a box in the place of a value, a code in the margin beside an empty one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.headers import HeaderBlock, Spot
from ingest.headers.columns import find_column_lines, is_column_label
from ingest.headers.labels import begins_with_label
from ingest.headers.lexicon import Label
from ingest.headers.spots import blank_above
from ingest.headers.webprint import is_web_date
from ingest.people import REDACTED
from ingest.records import Box, Headers, Line, Mailbox, PageRecord, Redaction, RedactionShape, Word

_DRAWN = (RedactionShape.BOX, RedactionShape.ANNOTATION, RedactionShape.IMAGE)
_KINDS = ("labels", "columns")  # headers in which an empty place of the sender is seen
_NARROWEST_PT = 12.0
_SLACK_PT = 6.0  # how far above or below its line a margin code may stand


def mark_boxes(spots: Sequence[Spot], pages: Mapping[int, PageRecord]) -> list[Spot]:
    """Return the lines, with a mark where a box without a code stands in the place of a header value."""
    boxes = {number: [each.box for each in _uncoded(page)] for number, page in pages.items()}
    coded = {number: any(each.code and each.box for each in page.redactions) for number, page in pages.items()}
    columns = {number: _column_lines(page) for number, page in pages.items() if boxes[number]}
    marked: list[Spot] = []
    for index, spot in enumerate(spots):
        found = boxes[spot.page]
        before = spots[index - 1].line.words[-1].text if index and spots[index - 1].page == spot.page else ""
        line = _marked(spot.line, found, before, in_columns=spot.row in columns[spot.page]) if found else spot.line
        if coded[spot.page] and any(word.text[-1] in ";," for word in line.words) and any(_codes_beside(spot, pages)):
            line = _with_empty_places(line, ends=_ends_list(spots, index))
        marked.append(spot if line is spot.line else spot._replace(line=line))
    return marked


def _ends_list(spots: Sequence[Spot], index: int) -> bool:
    """Tell whether no mailbox can follow on the next line."""
    return index + 1 == len(spots) or blank_above(spots, index + 1) or begins_with_label(spots[index + 1].line.words)


def _with_empty_places(line: Line, *, ends: bool) -> Line:
    """Mark the empty places of a list beside which a code stands: "Cc: ; Roe, Jane", "Roe, Jane;"."""
    words: list[Word] = []
    for word in line.words:
        if word.text in {";", ","} and words and words[-1].text.endswith((":", ";", ",")):
            words.append(_mark_behind(words[-1]))
        words.append(word)
    # Some prints end every list with ";": only one that stands apart from a name, and behind no code, is a place.
    if ends and len(words) > 1 and words[-1].text in {";", ","} and not words[-2].text.endswith(")"):
        words.append(_mark_behind(words[-1]))
    return Line(tuple(words)) if len(words) > len(line.words) else line


def _mark_behind(word: Word) -> Word:
    return Word(REDACTED, word.box._replace(x0=word.box.x1, x1=word.box.x1 + 1))


def _uncoded(page: PageRecord) -> Iterator[Redaction]:
    for redaction in page.redactions:
        if redaction.box is not None and redaction.code is None and redaction.shape in _DRAWN:
            yield redaction


def _column_lines(page: PageRecord) -> set[int]:
    return find_column_lines(page.lines, page.width_pt, above=page.height_pt)


def _marked(line: Line, boxes: Sequence[Box | None], before_line: str, *, in_columns: bool) -> Line:
    """Mark the boxes of a line; `before_line` is the word that ends the line above it."""
    words = list(line.words)
    for box in boxes:
        if box is None or box.x1 - box.x0 < _NARROWEST_PT or not _is_level(line.box, box):
            continue
        before = [word for word in words if word.box.x0 < (box.x0 + box.x1) / 2]
        in_its_place = in_columns and (not before or is_column_label(before[-1].text))
        if in_its_place or _stands_for_a_value(before[-1].text if before else before_line, line):
            words.insert(len(before), Word(REDACTED, box))
    return Line(tuple(words)) if len(words) > len(line.words) else line


def _is_level(line: Box, box: Box) -> bool:
    middle = (line.top + line.bottom) / 2
    return box.top - 1 <= middle <= box.bottom + 1 and box.bottom - box.top < 4 * (line.bottom - line.top)


def _stands_for_a_value(before: str, line: Line) -> bool:
    """Behind a label or a separator a box is a value; behind a name it covers what stands behind the name."""
    if before.endswith((":", ";", ",")) or is_web_date(line.text):
        return True
    return line.words[0].text.casefold().startswith("subject")


def withhold(headers: Headers, block: HeaderBlock, spots: Sequence[Spot], pages: Mapping[int, PageRecord]) -> Headers:
    """Return the headers with a withheld sender where a code stands in the margin of an empty sender's line.

    A sender that is marked as withheld gets the code beside it.
    """
    lines = block.lines.get(Label.FROM)
    if (
        not lines
        or block.kind not in ("labels", "columns")
        or (headers.sender is not None and not headers.sender.withheld)
    ):
        return headers
    beside = list(_codes_beside(spots[lines[0]], pages))
    if not beside:
        return headers
    codes = tuple(dict.fromkeys(redaction.code for redaction in beside if redaction.code))
    if headers.sender is not None:
        return replace(headers, sender=replace(headers.sender, codes=headers.sender.codes or codes))
    printed = ", ".join(redaction.printed or "" for redaction in beside)
    return replace(headers, sender=Mailbox(printed, None, None, withheld=True, codes=codes))


def _codes_beside(spot: Spot, pages: Mapping[int, PageRecord]) -> Iterator[Redaction]:
    middle = (spot.line.box.top + spot.line.box.bottom) / 2
    for redaction in pages[spot.page].redactions:
        if (
            redaction.box
            and redaction.code
            and redaction.box.top - _SLACK_PT <= middle <= redaction.box.bottom + _SLACK_PT
        ):
            yield redaction
