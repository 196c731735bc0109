"""Rebuild the lines of a page from the boxes of its words."""

from collections import defaultdict
from collections.abc import Sequence

from ingest.records import Box, Line, Word

_LEAST_HEIGHT_PT = 4.0
_STEP_PT = 4.0  # height of the strips in which rows are looked for
_FARTHEST_PT = 100_000  # from the page's edge: damaged files place words beyond all measure
SAME_LINE = 0.45  # of the word height: how far the middles of neighbours on one line may lie apart


def build_lines(words: Sequence[Word]) -> list[Line]:
    """Group words into lines from top to bottom.

    Words are followed from left to right: each joins the line whose last word stands level with it.
    So a scan that hangs a little keeps its lines, and a label finds its value across a wide gap.
    """
    rows = _Rows()
    for word in sorted(words, key=lambda word: word.box[:2]):
        rows.add(word)
    return [Line(row) for row in sorted(rows.every, key=lambda row: (middle(row[0].box), row[0].box.x0))]


class _Rows:
    """Rows of words that grow to the right, found by the height at which each ends."""

    def __init__(self) -> None:
        self.every: list[list[Word]] = []
        self._ends: list[tuple[float, float, float]] = []  # of each row: middle, height and right edge of its last word
        self._at: dict[int, list[int]] = defaultdict(list)  # height in steps → rows whose last word is there

    def add(self, word: Word) -> None:
        """Put a word at the end of the row that it stands level with, or begin a row."""
        x0, top, x1, bottom = word.box
        middle = max(-_FARTHEST_PT, min(_FARTHEST_PT, (top + bottom) / 2))
        height = max(min(bottom - top, _FARTHEST_PT), _LEAST_HEIGHT_PT)
        number = self._find(x0, middle, height)
        if number is None:
            number = len(self.every)
            self.every.append([word])
            self._ends.append((middle, height, x1))
        else:
            self._at[int(self._ends[number][0] // _STEP_PT)].remove(number)
            self.every[number].append(word)
            self._ends[number] = (middle, height, x1)
        self._at[int(middle // _STEP_PT)].append(number)

    def _find(self, x0: float, middle: float, height: float) -> int | None:
        best, best_distance = None, 0.0
        reach = SAME_LINE * height
        for step in range(int((middle - reach) // _STEP_PT), int((middle + reach) // _STEP_PT) + 1):
            for number in self._at.get(step, ()):
                last_middle, last_height, last_x1 = self._ends[number]
                distance = abs(last_middle - middle)
                limit = SAME_LINE * min(height, last_height)
                if distance <= limit and x0 >= last_x1 - limit and (best is None or distance < best_distance):
                    best, best_distance = number, distance
        return best


def middle(box: Box) -> float:
    return (box.top + box.bottom) / 2
