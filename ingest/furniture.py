"""Tell what is printed on the pages of a release from what was printed around it.

Running heads, stamps, Bates numbers and margin codes recur; they are lifted out of the lines before
headers are read, so that a label within a stamp ("Date: 05/13/2015") is no label.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ingest.bates import find_bates_numbers, is_bates_number
from ingest.headers.columns import find_column_lines
from ingest.headers.labels import begins_with_label
from ingest.records import Box, Line, PageRecord, Redaction, Word
from ingest.redactions import code_redactions, find_codes, is_stamp, stamp_redactions

_HEAD = 0.12  # of the page height: where a running head may stand
_FOOT = 0.90
_MARGIN = 0.88  # of the page width: where margin codes begin
_STAMP_SIDE = 0.6  # of the page width: right of it the second line of a release stamp may hold codes alone
_STAMP_ZONE = 0.18  # of the page height: release stamps stand near the top
_NEIGHBOURS = 4  # pages to each side within which a recurring piece is looked for
_RECURS = 3  # times among those neighbours
_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?", re.I)
_NUMBER_DIGITS = 4
_DAY = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?")
_STAMP_DATE = re.compile(r"Date: ?\d{1,2}/\d{1,2}/\d{2,4}")
_SAME = 0.8  # likeness of two prints of one stamp, which OCR reads differently


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of a line that stand close together, and what is wide apart from its neighbours."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        return self.words[0].box.top


def lift_furniture(pages: Sequence[PageRecord]) -> list[PageRecord]:
    """Return the pages with furniture in lines of its own and named in `furniture`.

    Margin codes and release stamps become redactions, Bates numbers are read; no word is lost.
    """
    # Pieces are made twice and never kept: those of 3,000 pages take 300 MB.
    recurring = _Recurrence(pages)
    bates = find_bates_numbers([_margin_texts(page) for page in pages])
    return [_lift_page(page, recurring.of_page(number), bates[number]) for number, page in enumerate(pages)]


def _pieces(line: Line) -> Iterator[_Piece]:
    """Part a line at gaps wider than two and a half characters."""
    current: list[Word] = []
    for word in line.words:
        if current:
            last = current[-1]
            width = (last.box.x1 - last.box.x0) / max(len(last.text), 1)
            height = last.box.bottom - last.box.top
            if word.box.x0 - last.box.x1 > max(2.5 * width, 0.9 * height):
                yield _Piece(tuple(current))
                current = []
        current.append(word)
    if current:
        yield _Piece(tuple(current))


def _lift_page(page: PageRecord, recurring: set[str], bates: tuple[str, ...]) -> PageRecord:
    lines: list[Line] = []
    furniture: set[int] = set()
    stamp = _stamp_pieces(page)
    redactions = stamp_redactions([piece.text for piece in stamp])
    columns = _column_lines(page)
    for index, line in enumerate(page.lines):
        if _is_text_alone(page, line.box):
            lines.append(line)
            continue
        row = list(_pieces(line))
        kept: list[Word] = []
        out: list[Word] = []
        labelled = begins_with_label(row[0].words)
        again = set() if index in columns else recurring
        for piece in row:
            found = [] if piece in stamp else _margin_redactions(page, piece)
            in_furniture = piece in stamp or bool(found) or _is_furniture(page, piece, again, bates, labelled=labelled)
            redactions.extend(found)
            (out if in_furniture else kept).extend(piece.words)
        if kept:
            lines.append(Line(kept) if out else line)
        if out:
            furniture.add(len(lines))
            lines.append(Line(out) if kept else line)
    return replace(
        page,
        lines=tuple(lines),
        furniture=frozenset(furniture),
        redactions=(*page.redactions, *redactions),
        bates_numbers=bates,
        stamped_numbers=_stamped_numbers([lines[index] for index in furniture], bates),
    )


def _is_text_alone(page: PageRecord, box: Box) -> bool:
    """Tell whether a line stands where no furniture does: four of five lines, which need not be taken apart."""
    in_text = _STAMP_ZONE * page.height_pt <= box.top and box.bottom <= _FOOT * page.height_pt
    return in_text and box.x1 <= _MARGIN * page.width_pt


def _column_lines(page: PageRecord) -> set[int]:
    """Return the lines of a header with a column of labels: dates and labels alone recur there as stamps do."""
    return find_column_lines(page.lines, page.width_pt, above=_HEAD * page.height_pt)


def _stamped_numbers(furniture: Sequence[Line], bates: tuple[str, ...]) -> tuple[str, ...]:
    """Return the document, case and request numbers in a page's furniture: words of four digits or more."""
    words = sorted({word.text.strip(".,;:()") for line in furniture for word in line.words})
    return tuple(
        word
        for word in words
        if sum(letter.isdigit() for letter in word) >= _NUMBER_DIGITS
        and not _DAY.fullmatch(word)
        and not is_bates_number(word, bates)
    )


def _margin_redactions(page: PageRecord, piece: _Piece) -> list[Redaction]:
    """Return the claims of a margin code; nothing for any other words."""
    x = piece.words[0].box.x0 / page.width_pt
    of_stamp = x > _STAMP_SIDE and piece.top < _STAMP_ZONE * page.height_pt and not piece.text.startswith("(")
    if (x > _MARGIN or of_stamp) and find_codes(piece.text) and not _in_box(page, piece):
        return code_redactions(piece.words)
    return []


def _stamp_pieces(page: PageRecord) -> list[_Piece]:
    """Return the lines of the page's release stamp; its codes may stand alone on a line below it."""
    stamp: list[_Piece] = []
    for piece in (piece for line in page.lines for piece in _pieces(line)):
        if piece.top >= _STAMP_ZONE * page.height_pt:
            break
        if is_stamp(piece.text) or (stamp and _goes_on(stamp[-1], piece)):
            stamp.append(piece)
    return stamp


def _goes_on(stamp: _Piece, piece: _Piece) -> bool:
    before, box = Line(stamp.words).box, Line(piece.words).box
    is_below = before.bottom - 2 <= box.top + 2 and box.top - before.top < 2 * (before.bottom - before.top) + 4
    is_aligned = before.x0 - 6 <= box.x0 <= (before.x0 + before.x1) / 2
    return is_below and is_aligned and not piece.text.startswith("(") and bool(find_codes(piece.text))


def _in_box(page: PageRecord, piece: _Piece) -> bool:
    """Tell whether a piece stands in a drawn redaction box: it is part of the text then, not of the margin."""
    drawn = (redaction.box for redaction in page.redactions if redaction.box)
    return any(box.holds_middle_of(piece.words[0].box) for box in drawn)


def _is_furniture(
    page: PageRecord, piece: _Piece, recurring: set[str], bates: tuple[str, ...], *, labelled: bool
) -> bool:
    if not _in_margin_zone(page, piece):
        return False
    if piece.text in recurring or _is_page_number(page, piece):
        return True
    return not labelled and is_bates_number(piece.text, bates)


def _is_page_number(page: PageRecord, piece: _Piece) -> bool:
    return piece.top > _FOOT * page.height_pt and bool(_PAGE_NUMBER.fullmatch(piece.text))


def _in_margin_zone(page: PageRecord, piece: _Piece) -> bool:
    return piece.top < _HEAD * page.height_pt or piece.top > _FOOT * page.height_pt


def _margin_texts(page: PageRecord) -> list[str]:
    rows = _margin_rows(page)
    return [piece.text for row in rows for piece in row if _in_margin_zone(page, piece)]


def _margin_rows(page: PageRecord, without: Set[int] = frozenset()) -> Iterator[list[_Piece]]:
    """Yield the pieces of the lines of which any stands in the head or the foot, but of those at these indexes."""
    for index, line in enumerate(page.lines):
        box = line.box
        if index in without:
            continue
        if box.top < _HEAD * page.height_pt or box.bottom > _FOOT * page.height_pt:
            yield list(_pieces(line))


class _Recurrence:
    """Which pieces of the heads and feet come again on other pages, or at both ends of one page."""

    def __init__(self, pages: Sequence[PageRecord]) -> None:
        self._texts: list[dict[str, set[str]]] = []
        self._frames: list[tuple[set[str], set[str]]] = []
        for page in pages:
            self._add(page)

    def of_page(self, number: int) -> set[str]:
        """Return the texts of the pieces that are furniture on page index `number`."""
        head, foot = self._frames[number]
        found = {text for text in head for other in foot if _alike(text, other)}
        found |= {other for other in foot for text in head if _alike(text, other)}
        around = self._texts[max(0, number - _NEIGHBOURS) : number + _NEIGHBOURS + 1]
        counts = Counter(mask for masks in around for mask in masks)
        for mask, texts in self._texts[number].items():
            if counts[mask] > _RECURS:
                found |= texts
        return found

    def _add(self, page: PageRecord) -> None:
        head: set[str] = set()
        foot: set[str] = set()
        masks: dict[str, set[str]] = {}
        for row in _margin_rows(page, without=_column_lines(page)):
            labelled = begins_with_label(row[0].words)
            for piece in row:
                if not _in_margin_zone(page, piece):
                    continue
                (head if piece.top < page.height_pt / 2 else foot).add(piece.text)
                mask = _mask(piece.text)
                # "From: Roe, Jane" may stand at the top of every page; "Date: 05/13/2015" does as a stamp alone.
                if mask and (not labelled or _STAMP_DATE.fullmatch(piece.text)):
                    masks.setdefault(mask, set()).add(piece.text)
        self._frames.append((head, foot))
        self._texts.append(masks)


def _mask(text: str) -> str:
    """Return the text with digits alike and marks left out; "" for what says too little to recur."""
    masked = re.sub(r"\d", "#", re.sub(r"[^\w]", "", text.casefold()))
    return masked if len(masked) > 2 else ""


def _alike(text: str, other: str) -> bool:
    if text == other:
        return True
    if min(len(text), len(other)) < 6 or abs(len(text) - len(other)) > 4:
        return False
    return (
        SequenceMatcher(None, text, other).quick_ratio() >= _SAME
        and SequenceMatcher(None, text, other).ratio() >= _SAME
    )
