"""Find the words that a page has and does not show: painted over, or in the colour of what lies behind them.

A letter is hidden when an opaque shape is painted over it later, or when it has the colour of the shape
below it. What the file says is then checked against a picture of the page: clipping, transparency,
frames and blend modes, of which the order of painting knows nothing, show themselves there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.colours import WHITE, Colour
from ingest.geometry.drawn import DrawnPage, Fill, Letter
from ingest.geometry.placed import Placed, share_covered
from ingest.pictures import Picture
from ingest.records import Box, Word

_COVERED = 0.8  # of a letter
_HIDDEN = 0.8  # of a word's letters
_RULE_PT = 2.0  # what is thinner hides no letter
_BAND_PT = 12.0
_RUN = 1  # the letters of a word are painted one after the other
_SCAN = 0.5  # of the page: a larger image is a scan, whose text layer is meant to be read


@dataclass(frozen=True, slots=True)
class HiddenWord:
    """A word that is not seen, and what hides it."""

    word: Word
    fill: Fill | None  # None: white on the bare page
    is_over: bool  # the fill is painted over the word; False: the word is painted onto it, in its colour

    @property
    def is_pending(self) -> bool:
        """Whether it lies under a box that says itself that what lies under it is to go."""
        return self.fill is not None and self.fill.is_pending


def find_hidden(page: DrawnPage, words: Sequence[Word], draw: Callable[[], Picture | None]) -> list[HiddenWord]:
    """Return the words of a page that nobody sees on it; the page is drawn only on suspicion.

    Where it cannot be drawn (None), what is suspected counts as hidden.
    """
    letters = Placed((letter, letter.box) for letter in page.letters)
    layers = _Layers(page)
    suspected: list[HiddenWord] = []
    strangers: list[HiddenWord] = []
    for word in words:
        within = letters.within(word.box)
        if within and (found := _suspect(word, within, layers)):
            suspected.append(found)
        elif not within and (found := _suspect_stranger(word, layers, page)):
            strangers.append(found)
    if not suspected and not strangers:
        return []
    picture = draw()
    if picture is None:
        return [*suspected, *strangers]
    shown = Placed((letter.box, letter.box) for letter in page.letters if not layers.hiding(letter))
    groups: dict[int, list[HiddenWord]] = defaultdict(list)
    for found in suspected:
        groups[id(found.fill) if found.fill else -id(found)].append(found)
    unseen = {id(found) for group in groups.values() if _is_unseen(group, picture, shown, page) for found in group}
    blank = [found for found in strangers if found.is_pending or picture.is_blank(found.word.box)]
    return [*(found for found in suspected if id(found) in unseen), *blank]


def find_blank(words: Sequence[Word], picture: Picture) -> list[HiddenWord]:
    """Return the words in whose place a picture of the page shows nothing, where nothing else is known of it."""
    return [HiddenWord(word, None, is_over=True) for word in words if picture.is_blank(word.box, or_marked=True)]


class _Layers:
    """The fills of a page, asked for what lies over and below a letter."""

    def __init__(self, page: DrawnPage) -> None:
        area = page.width_pt * page.height_pt
        self._scans = [fill for fill in page.fills if fill.is_image and _area(fill.box) > _SCAN * area]
        scans = {id(fill) for fill in self._scans}
        self._bands: dict[int, list[Fill]] = defaultdict(list)  # height in steps → what reaches into it
        for fill in page.fills:
            if id(fill) not in scans and not _is_rule(fill.box):
                for step in range(_step(fill.box.top, page), _step(fill.box.bottom, page) + 1):
                    self._bands[step].append(fill)
        self._page = page

    def hiding(self, letter: Letter) -> tuple[Fill | None, bool] | None:
        """Return what hides a letter, and whether it lies over it; None if it is seen, for all the file says."""
        below: Fill | None = None
        for fill in self._at(letter.box):
            if fill.order > letter.order:
                if fill.is_pending or share_covered(letter.box, fill.box) > _COVERED:
                    return fill, True
            elif below is None or fill.order > below.order:
                below = fill
        behind = below.colour if below else WHITE
        if behind is None or letter.colour is None or self._lies_on_scan(letter, below):
            return None
        return (below, False) if letter.colour.is_close_to(behind) else None

    def covering(self, box: Box) -> Fill | None:
        """Return what is painted last where something may stand; None if that is nothing but the page or a scan."""
        over = [fill for fill in self._at(box) if fill.is_pending or share_covered(box, fill.box) > _COVERED]
        return max(over, key=lambda fill: (fill.is_pending, fill.order), default=None)

    def _at(self, box: Box) -> Iterator[Fill]:
        band = self._bands[_step((box.top + box.bottom) / 2, self._page)]
        return (fill for fill in band if fill.box.holds_middle_of(box))

    def _lies_on_scan(self, letter: Letter, below: Fill | None) -> bool:
        """On a scan without a shape drawn above it, letters are its text layer."""
        last = below.order if below else -1
        return any(scan.order > last and scan.box.holds_middle_of(letter.box) for scan in self._scans)


def _suspect(word: Word, letters: Sequence[Letter], layers: _Layers) -> HiddenWord | None:
    hiding = [layers.hiding(letter) for letter in _own_letters(word, letters)]
    hidden = [found for found in hiding if found]
    if not hidden or len(hidden) < _HIDDEN * len(hiding):
        return None
    fill, is_over = max(hidden, key=lambda found: found[1])
    return HiddenWord(word, fill, is_over)


def _suspect_stranger(word: Word, layers: _Layers, page: DrawnPage) -> HiddenWord | None:
    """Suspect a word of which pdfminer has no letter: an annotation prints it, or only other readers know its font."""
    fill = layers.covering(word.box)
    if fill is None or (not fill.is_pending and any(note.holds_middle_of(word.box) for note in page.notes)):
        return None
    return HiddenWord(word, fill, is_over=True)


def _own_letters(word: Word, letters: Sequence[Letter]) -> list[Letter]:
    """Leave out letters of another word at the same place, as a label printed over what it replaces."""
    runs: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda letter: letter.order):
        if not runs or letter.order - runs[-1][-1].order > _RUN:
            runs.append([])
        runs[-1].append(letter)
    texts = ["".join(letter.text for letter in run) for run in runs]
    own = [run for run, text in zip(runs, texts, strict=True) if text in word.text or word.text in text]
    return [letter for run in own or runs for letter in run]


def _is_unseen(group: Sequence[HiddenWord], picture: Picture, shown: Placed[Box], page: DrawnPage) -> bool:
    """Tell whether the picture shows nothing of the words of one box, except what else is printed there.

    They are judged together: hatching may cross one of them as thickly as letters would.
    """
    if group[0].is_pending:
        return True
    fill = group[0].fill
    colour: Colour | None = fill.colour if fill else WHITE
    boxes = [found.word.box for found in group]
    over = [box for word in boxes for box in shown.within(word)]
    return picture.is_plain(boxes, colour, apart_from=[*over, *page.notes])


def _step(height_pt: float, page: DrawnPage) -> int:
    return int(min(max(height_pt, 0.0), page.height_pt) // _BAND_PT)


def _is_rule(box: Box) -> bool:
    return min(box.x1 - box.x0, box.bottom - box.top) < _RULE_PT


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)
