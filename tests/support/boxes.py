"""Pages with boxes and annotations on them, as redaction tools leave them."""

from pathlib import Path

from reportlab.lib.colors import Color, black, white
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from ingest.reading import read_pdf
from ingest.records import PageRecord

_LEFT, _BASE, _WIDTH, _HEIGHT = 100, 700, 160, 14


class Sheet:
    """A page that is painted upon in order; everything stands at one place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._canvas = Canvas(str(path), pagesize=(612, 792), invariant=True)
        self.text("Dear Ms. Roe, here is what you asked for:", at=(50, 760))

    def text(self, words: str, colour: Color = black, *, at: tuple[float, float] = (110, 703)) -> "Sheet":
        """Print words, by default where `box` covers them."""
        self._canvas.setFillColor(colour)
        self._canvas.drawString(*at, words)
        return self

    def box(self, colour: Color = black, *, outlined: bool = False, alpha: float = 1.0) -> "Sheet":
        """Paint a filled box over the place."""
        self._canvas.setFillColor(colour, alpha=alpha)
        self._canvas.rect(_LEFT, _BASE, _WIDTH, _HEIGHT, fill=1, stroke=int(outlined))
        return self

    def frame(self, colour: Color = black) -> "Sheet":
        """Paint the place's frame as one shape with a hole, as drawing programs do."""
        path = self._canvas.beginPath()
        path.rect(_LEFT - 2, _BASE - 2, _WIDTH + 4, _HEIGHT + 4)
        path.rect(_LEFT, _BASE, _WIDTH, _HEIGHT)
        self._canvas.setFillColor(colour)
        self._canvas.drawPath(path, fill=1, stroke=0, fillMode=0)
        return self

    def annotate(self, kind: str, *, label: str = "", flags: int = 4, colour: Color = black) -> "Sheet":
        """Add an annotation over the place."""
        right, top = _LEFT + _WIDTH, _BASE + _HEIGHT
        shade = PDFArray([colour.red, colour.green, colour.blue])
        entry = {
            "Type": PDFName("Annot"),
            "Subtype": PDFName(kind),
            "Rect": PDFArray([_LEFT, _BASE, right, top]),
            "QuadPoints": PDFArray([_LEFT, top, right, top, _LEFT, _BASE, right, _BASE]),
            "F": flags,
            "C" if kind == "Highlight" else "IC": shade,
        }
        if label:
            entry["Contents"] = PDFString(label)
        self._canvas._addAnnotation(PDFDictionary(entry))
        return self

    def save(self) -> Path:
        """Write the PDF and return where it is."""
        self._canvas.save()
        return self._path

    def read(self) -> PageRecord:
        """Return the page as the archive reads it."""
        return read_pdf(self.save(), max_pages=1).pages[0]


__all__ = ["Sheet", "black", "white"]
