"""Tell boxes that withhold from the shading, frames and bars of ordinary pages."""

from collections.abc import Iterator, Sequence

from ingest.geometry.drawn import DrawnPage, Fill
from ingest.geometry.hiding import HiddenWord
from ingest.geometry.placed import Placed, is_same
from ingest.records import Box, Line, Redaction, RedactionShape
from ingest.redactions import find_codes

_SMALLEST_PT = 5.0  # a box less wide or high is a rule or a speck
_NARROWEST_PT = 7.0  # an empty one that is less wide is a bullet or a tick
_LARGEST = 0.85  # of the page's width and height: a larger box is a background
_TOUCHES_PT = 1.5  # cells of a table lie so close to each other


def find_redactions(page: DrawnPage, lines: Sequence[Line], hidden: Sequence[HiddenWord]) -> list[Redaction]:
    """Return what is withheld by boxes on a page, of which `lines` are what is seen.

    A code on a box claims it; a box with other words on it withholds nothing, unless it hides some.
    """
    words = Placed((word, word.box) for line in lines for word in line.words)
    hiding = {id(found.fill) for found in hidden if found.fill}
    labels = {id(found.fill): found.word.text for found in hidden if found.fill and not found.is_over}
    boxes = _outermost([fill for fill in page.fills if _is_box(fill, page)])
    found: list[Redaction] = []
    for fill in boxes:
        inside = " ".join(word.text for word in words.within(fill.box))
        shape = RedactionShape.ANNOTATION if fill.is_annotation else RedactionShape.BOX
        label = inside or labels.get(id(fill), "") or fill.label
        codes = find_codes(label) if label else []
        if codes:
            found.extend(Redaction(code, printed, fill.box, shape) for code, printed in codes)
        elif id(fill) in hiding or fill.is_pending or (not inside and _withholds(fill, boxes)):
            found.append(Redaction(None, None, fill.box, shape))
    return found


def _is_box(fill: Fill, page: DrawnPage) -> bool:
    if fill.colour is None and not fill.is_pending:
        return False
    width, height = fill.box.x1 - fill.box.x0, fill.box.bottom - fill.box.top
    if min(width, height) < _SMALLEST_PT:
        return False
    return width < _LARGEST * page.width_pt or height < _LARGEST * page.height_pt


def _withholds(fill: Fill, boxes: Sequence[Fill]) -> bool:
    """Tell whether an empty box looks like one that withholds."""
    if fill.colour is None or not fill.colour.is_grey or fill.box.x1 - fill.box.x0 < _NARROWEST_PT:
        return False
    if fill.colour.is_dark:
        return True
    if fill.colour.is_white:
        return fill.outlined
    return not any(_is_beside(fill.box, other.box) for other in boxes if other is not fill)


def _is_beside(box: Box, other: Box) -> bool:
    """Tell whether two boxes touch, as cells of a table do."""
    wide = min(box.x1, other.x1) - max(box.x0, other.x0)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    return wide > -_TOUCHES_PT and high > -_TOUCHES_PT


def _outermost(fills: Sequence[Fill]) -> list[Fill]:
    """Leave out boxes drawn twice, as a fill and an outline: the one painted last is kept."""
    kept: list[Fill] = []
    for fill in sorted(fills, key=lambda fill: -fill.order):
        if not any(is_same(fill.box, other.box) for other in kept):
            kept.append(fill)
    return list(_in_order(kept))


def _in_order(fills: Sequence[Fill]) -> Iterator[Fill]:
    return iter(sorted(fills, key=lambda fill: (fill.box.top, fill.box.x0)))
