"""Colours as PDF gives them, one, three or four numbers, made comparable."""

from typing import NamedTuple

_DARK = 0.35
_WHITE = 0.97
_CLOSE = 0.12  # of each part: nobody sees letters that differ less from what lies behind them


class Colour(NamedTuple):
    """A colour on a screen; each part from 0 to 1."""

    red: float
    green: float
    blue: float

    @property
    def luminance(self) -> float:
        """How light it is: 0 black, 1 white."""
        return 0.299 * self.red + 0.587 * self.green + 0.114 * self.blue

    @property
    def is_dark(self) -> bool:
        """Whether dark letters vanish on it."""
        return self.luminance < _DARK

    @property
    def is_white(self) -> bool:
        """Whether it looks like paper."""
        return self.luminance > _WHITE

    @property
    def is_grey(self) -> bool:
        """Whether it is black, white or between them: what withholds has no colour, what adorns often has."""
        return max(self) - min(self) < _CLOSE

    def is_close_to(self, other: "Colour") -> bool:
        """Tell whether letters of this colour vanish on the other."""
        return all(abs(part - other_part) < _CLOSE for part, other_part in zip(self, other, strict=True))


BLACK = Colour(0.0, 0.0, 0.0)
WHITE = Colour(1.0, 1.0, 1.0)


def read_colour(value: object) -> Colour | None:
    """Return a colour of pdfminer's; black, PDF's default, where none is given; None for a pattern."""
    if value is None:
        return BLACK
    parts = [value] if isinstance(value, int | float) else list(value) if isinstance(value, list | tuple) else []
    numbers = [min(max(float(part), 0.0), 1.0) for part in parts if isinstance(part, int | float)]
    if len(numbers) != len(parts):
        return None
    if len(numbers) == 1:
        return Colour(numbers[0], numbers[0], numbers[0])
    if len(numbers) == 3:
        return Colour(*numbers)
    if len(numbers) == 4:
        cyan, magenta, yellow, black = numbers
        return Colour((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))
    return None
