"""Set pages as Outlook prints them, with boxes where words are withheld."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

MARK = "RECONSTRUCTION FOR DEMONSTRATION - NOT A RELEASED RECORD"
WIDTH, HEIGHT = letter
LEFT, RIGHT, TOP, BOTTOM = 72.0, WIDTH - 72.0, 72.0, HEIGHT - 80.0
VALUE_X = LEFT + 118  # Outlook sets the values of its header at a tab stop
REGULAR, BOLD = "Helvetica", "Helvetica-Bold"

_PIECE = re.compile(r"\{(b\w+)(?:\|([^}]*)|\*(\d+))?\}")
_CHUNK = re.compile(r"(?:\{[^}]*\}|[^\s{])+")


def code_of(short: str) -> str:
    """Return an exemption as it is printed: "b7E" is "(b)(7)(E)"."""
    return "".join(f"({part})" for part in re.findall(r"[b]|\d|[A-Z]", short))


def visible(text: str) -> str:
    """Return what a reader sees of a marked text: withheld words are gone."""
    return re.sub(r"\s+", " ", _PIECE.sub("", text)).strip()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file: page from 1, and points from its top."""

    page: int
    y: float


@dataclass(frozen=True, slots=True)
class Style:
    """How a column of text is set."""

    x: float = LEFT
    font: str = REGULAR
    size: float = 10.5
    leading: float = 14.0


@dataclass(slots=True)
class Sheets:
    """The pages of one PDF, written from the top."""

    path: Path
    next_bates: int
    dark_boxes: bool
    page: int = 0
    y: float = TOP
    bates: dict[int, str] = field(default_factory=dict)
    codes: list[tuple[Spot, str]] = field(default_factory=list)
    _baselines: dict[int, set[int]] = field(default_factory=dict)
    _canvas: Canvas = field(init=False)
    _number: int | None = None

    def __post_init__(self) -> None:
        # Uncompressed and invariant: the same bytes whatever the version of zlib and the day.
        self._canvas = Canvas(str(self.path), pagesize=letter, invariant=1, pageCompression=0)
        self._canvas.setTitle(MARK)

    def save(self) -> None:
        """Finish the last page and write the file."""
        self._canvas.save()

    def turn(self, *, number: int | None = None, image: Path | None = None) -> None:
        """Begin a page, numbered at its foot; with an image, that is all of the page."""
        if self.page:
            self._canvas.showPage()
        self.page, self.y = self.page + 1, TOP
        self.bates[self.page] = f"RR-DEA-{self.next_bates:06d}"
        self.next_bates += 1
        self._number = number
        if image:
            # By its bytes, not by its path: reportlab makes the name of the image of what it is given.
            self._canvas.drawImage(ImageReader(io.BytesIO(image.read_bytes())), 0, 0, WIDTH, HEIGHT)
            return
        self._put(WIDTH / 2 - stringWidth(MARK, REGULAR, 7) / 2, 34, MARK, REGULAR, 7)
        stamp = self.bates[self.page]
        self._put(RIGHT - stringWidth(stamp, BOLD, 9), HEIGHT - 30, stamp, BOLD, 9)
        if number:
            self._put(WIDTH / 2, HEIGHT - 46, str(number), REGULAR, 9)

    def skip(self, points: float) -> None:
        """Leave white space."""
        self.y += points

    def spot(self) -> Spot:
        """Return where the next line will stand; turns the page if it does not fit here."""
        self._make_room(40)
        return Spot(self.page, self.y)

    def line_number(self, spot: Spot) -> int:
        """Return the number of the line at or below a spot, from 1; for a page that is done."""
        return 1 + sum(baseline < round(spot.y) for baseline in self._baselines[spot.page])

    @staticmethod
    def width_of_label(text: str, style: Style) -> float:
        """Return the points that a label takes."""
        return float(stringWidth(text, BOLD, style.size))

    def rule(self, *, thick: float, x: float = LEFT) -> None:
        """Draw a line over the width of the text."""
        self._canvas.setLineWidth(thick)
        self._canvas.line(x, HEIGHT - self.y, RIGHT, HEIGHT - self.y)
        self.y += thick + 4

    def label(self, text: str, style: Style) -> None:
        """Print a label at the current line without leaving it."""
        self._make_room(style.leading)
        self._put(style.x, self.y + style.size, text, BOLD, style.size)

    def paragraph(self, text: str, style: Style, *, indent: float = 0) -> None:
        """Print a text that wraps; its first line is indented by `indent` points."""
        for line in self._wrap(text, style, indent):
            if isinstance(line, tuple):
                self._withhold_lines(*line, style)
            else:
                self._make_room(style.leading)
                self._print_line(line, style, indent)
                self.y += style.leading
            indent = 0

    def _make_room(self, points: float) -> None:
        if self.y + points > BOTTOM:
            self.turn(number=self._number + 1 if self._number else None)

    def _wrap(self, text: str, style: Style, indent: float) -> Iterator[list[str] | tuple[str, int]]:
        """Yield lines as chunks without blanks; a pair is a code and the number of lines that it withholds."""
        line: list[str] = []
        blank = stringWidth(" ", style.font, style.size)
        used = indent
        for chunk in _CHUNK.findall(text):
            block = _PIECE.fullmatch(chunk)
            if block and block[3]:
                yield from ([line] if line else [])
                yield block[1], int(block[3])
                line, used = [], 0
                continue
            width = sum(self._width(piece, style) for piece in _pieces(chunk))
            if line and used + width > RIGHT - style.x:
                yield line
                line, used = [], 0
            line.append(chunk)
            used += width + blank
        if line:
            yield line

    def _width(self, piece: str, style: Style) -> float:
        box = _PIECE.fullmatch(piece)
        if not box:
            return stringWidth(piece, style.font, style.size)
        return min(max(stringWidth(box[2] or "", style.font, style.size), 52), 200) + 4

    def _print_line(self, chunks: list[str], style: Style, indent: float) -> None:
        x = style.x + indent
        for piece in _pieces(" ".join(chunks)):
            box = _PIECE.fullmatch(piece)
            width = self._width(piece, style)
            if box:
                self._withhold(x, width, style.size + 2, box[1])
            else:
                self._put(x, self.y + style.size, piece, style.font, style.size)
            x += width

    def _withhold_lines(self, short: str, lines: int, style: Style) -> None:
        """Draw one box over several lines, and a second one where the page turns."""
        while lines:
            self._make_room(style.leading)
            fitting = min(lines, max(1, int((BOTTOM - self.y) / style.leading)))
            self._withhold(style.x, RIGHT - style.x, fitting * style.leading - 2, short)
            self.y += fitting * style.leading
            lines -= fitting

    def _withhold(self, x: float, width: float, height: float, short: str) -> None:
        dark = self.dark_boxes and short.startswith("b7")
        canvas = self._canvas
        canvas.setFillGray(0 if dark else 0.82 if self.dark_boxes else 1)
        canvas.setLineWidth(0.7)
        canvas.rect(x + 1, HEIGHT - self.y - height, width - 3, height - 1, fill=1)
        canvas.setFillGray(1 if dark else 0)
        code = code_of(short)
        baseline = self.y + height / 2 + 3
        # On a line of text the code shares its baseline; it is the same line to a reader.
        baseline = self.y + 10.5 if height < 16 else baseline
        self.codes.append((Spot(self.page, self.y), code))
        self._put(x + width / 2 - stringWidth(code, REGULAR, 8) / 2, baseline, code, REGULAR, 8)
        canvas.setFillGray(0)

    def _put(self, x: float, baseline: float, text: str, font: str, size: float) -> None:
        self._canvas.setFont(font, size)
        self._canvas.drawString(x, HEIGHT - baseline, text)
        self._baselines.setdefault(self.page, set()).add(round(baseline))


def _pieces(text: str) -> Iterator[str]:
    """Yield the boxes of a text and what stands between them."""
    start = 0
    for box in _PIECE.finditer(text):
        yield from filter(None, [text[start : box.start()]])
        yield box[0]
        start = box.end()
    yield from filter(None, [text[start:]])
