"""The press: sets lines on sheets, breaks them over pages, and knows where everything came to stand."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.support.forge.dress import Dress
from tests.support.forge.sheets import Patch, Piece, Role, Sheet

# A box among words is one letter of its own alphabet: its code stands between two of these.
_MARK = "\ue000"
_BOX = re.compile(f"{_MARK}([^{_MARK}]*){_MARK}")
_NO_BREAK = "\u00a0"


class Place(NamedTuple):
    """Where a line stands."""

    page: int  # from 1
    line: int  # from 1


class Run(NamedTuple):
    """Words of a line that begin at a place of their own."""

    x: float
    text: str
    role: Role = "body"
    bold: bool = False
    size: float = 0.0  # 0: the text's own


def box(code: str, letters: int = 0) -> str:
    """Return a redaction box for use within text, with its code, and as wide as that many letters."""
    return f"{_MARK}{code.replace(' ', _NO_BREAK)}|{letters}{_MARK}"


@dataclass(slots=True)
class Press:
    """Sets lines from the top of a sheet to its foot."""

    dress: Dress
    rng: Random
    sheets: list[Sheet] = field(default_factory=list)
    y: float = 0.0
    bates: list[list[str]] = field(default_factory=list)  # per sheet
    _head: int = 0  # number of the block being set, 0: none

    @property
    def left(self) -> float:
        """The left margin."""
        return self.dress.left

    @property
    def right(self) -> float:
        """Where lines end."""
        return self.dress.width - self.dress.right

    @property
    def floor(self) -> float:
        """Below it stands furniture only."""
        return self.dress.height - self.dress.bottom

    def new_sheet(self) -> None:
        """Go on at the top of a new sheet."""
        sheet = Sheet(self.dress.width, self.dress.height)
        self.sheets.append(sheet)
        self.bates.append(self.dress.furnish(sheet, len(self.sheets)))
        self.y = self.dress.top

    def begin_head(self) -> None:
        """The lines that follow belong to one header block."""
        self._head = sum(sheet.heads for sheet in self.sheets) + 1

    def end_head(self) -> None:
        """The block is complete."""
        if self.sheets:
            self.sheets[-1].heads += 1
        self._head = 0

    def stamp_beside(self, page: int, lines: tuple[str, ...]) -> None:
        """Stamp the right margin beside the first lines of a sheet, at their height or nearly so."""
        for row, line in enumerate(lines):
            y = self.dress.top + self.dress.leading * (row + 1) + 1.5
            self.sheets[page - 1].pieces.append(Piece(self.right + 15, y, line, "Helvetica-Bold", 11, "furniture"))

    def gap(self, lines: float = 1.0) -> None:
        """Leave a gap."""
        self.y += lines * self.dress.leading

    def room_for(self, lines: int) -> None:
        """Begin a new sheet unless that many lines fit on this one."""
        if not self.sheets or self.y + lines * self.dress.leading > self.floor:
            self.new_sheet()

    def leave_room(self, lines: int) -> None:
        """Go down the sheet until that many lines are left, unless there are fewer already."""
        self.y = max(self.y, self.floor - (lines + 0.5) * self.dress.leading)

    def line(self, *runs: Run) -> Place:
        """Set one line; return where it came to stand."""
        self.room_for(1)
        sheet = self.sheets[-1]
        size = max([run.size or self.dress.size for run in runs])
        self.y += self.dress.leading * size / self.dress.size
        sheet.lines += 1
        for run in runs:
            self._set(sheet, run)
        return Place(len(self.sheets), sheet.lines)

    def text(self, text: str, *, indent: float = 0.0, prefix: str = "", bold: bool = False) -> Place:
        """Set a paragraph, wrapped; return where its first line stands."""
        width = self.right - self.left - indent - self.measure(prefix)
        places = [
            self.line(Run(self.left + indent, prefix + part, bold=bold)) for part in self.wrap(text, width, bold=bold)
        ]
        return places[0]

    def rule(self, thickness: float = 1.0, x0: float = 0.0) -> None:
        """Draw a rule across the text below the last line."""
        self.room_for(2)
        left = x0 or self.left
        self.sheets[-1].patches.append(Patch(left, self.y + 4, self.right - left, thickness, 0.0))
        self.y += 4 + thickness

    def measure(self, text: str, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        width = 0.0
        for number, part in enumerate(_BOX.split(text)):
            width += self._box_width(part) if number % 2 else self._width(part, bold=bold)
        return width

    def wrap(self, text: str, width: float, *, bold: bool = False) -> list[str]:
        """Return the lines of a text of this width; one word may stick out."""
        lines, current = [], ""
        for word in text.split(" "):
            longer = f"{current} {word}" if current else word
            if current and self.measure(longer, bold=bold) > width:
                lines.append(current)
                current = word
            else:
                current = longer
        return [*lines, current]

    def _font(self, *, bold: bool) -> str:
        return self.dress.bold if bold else self.dress.font

    def _width(self, text: str, *, bold: bool) -> float:
        return float(stringWidth(text, self._font(bold=bold), self.dress.size))

    def _box_width(self, mark: str) -> float:
        code, _, letters = mark.rpartition("|")
        inside = self.dress.box_style != "margin" and bool(code)
        return max(self._width(f" {code} ", bold=False) if inside else 0.0, int(letters) * self.dress.size * 0.5, 20.0)

    def _set(self, sheet: Sheet, run: Run) -> None:
        x = run.x
        for number, part in enumerate(_BOX.split(run.text)):
            if number % 2:
                x = self._set_box(sheet, x, part)
            elif part:
                self._put(sheet, x, part, run)
                x += float(stringWidth(part, self._font(bold=run.bold), run.size or self.dress.size))

    def _put(self, sheet: Sheet, x: float, text: str, run: Run) -> None:
        x += float(stringWidth(text[: len(text) - len(text.lstrip())], self._font(bold=run.bold), self.dress.size))
        piece = Piece(x, self.y, text.strip(), self._font(bold=run.bold), run.size or self.dress.size, run.role)
        sheet.pieces.append(Piece(*(piece.x, piece.y, piece.text, piece.font, piece.size, piece.role), self._head))

    def _set_box(self, sheet: Sheet, x: float, mark: str) -> float:
        code, _, _ = mark.rpartition("|")
        width, style = self._box_width(mark), self.dress.box_style
        fill = {"black": 0.0, "grey": 0.75}.get(style, 1.0)
        patch = Patch(x + 1, self.y - self.dress.size * 0.85, width - 2, self.dress.size * 1.1, fill, style != "black")
        sheet.patches.append(patch)
        if code and style == "margin":
            beside = Piece(self.dress.width - 40, self.y, code, self.dress.font, 9, "furniture", self._head)
            if beside not in sheet.pieces[-8:]:  # one code a line, however many boxes
                sheet.pieces.append(beside)
        elif code and style != "black":
            sheet.pieces.append(Piece(x + 4, self.y, code, self.dress.font, self.dress.size * 0.9, "value", self._head))
        return x + width
