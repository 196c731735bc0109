"""Fonts for the letters that the 14 standard fonts do not have."""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import _glyphlist
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import Encoding, Font, registerEncoding, registerFont
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_CODE_PAGES = {"central": "cp1250", "cyrillic": "cp1251"}
_LETTER = 556  # width in thousandths of a letter whose own is not known


@lru_cache
def find_fonts(script: str) -> tuple[str, str]:
    """Return the names of a font and its bold one that have the letters of a script.

    DejaVu where it is installed; else a standard font of which a reader sees the text layer only.
    """
    code_page = _CODE_PAGES.get(script)
    if code_page is None:
        registerFont(UnicodeCIDFont(script))
        return script, script
    if (_FOLDER / "DejaVuSans-Bold.ttf").exists():
        for name in ("DejaVuSans", "DejaVuSans-Bold"):
            registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
        return "DejaVuSans", "DejaVuSans-Bold"
    return _standard("Helvetica", code_page), _standard("Helvetica-Bold", code_page)


def _standard(face: str, code_page: str) -> str:
    """Return a standard font by which the letters of a code page can be written."""
    names = {code: name for name, code in reversed(_glyphlist._glyphname2unicode.items())}
    encoding = Encoding(code_page, "WinAnsiEncoding")
    for byte in range(0x80, 0x100):
        letter = bytes([byte]).decode(code_page, "ignore")
        if letter and ord(letter) in names:
            encoding[byte] = names[ord(letter)]
    registerEncoding(encoding)
    font = Font(f"{face}-{code_page}", face, code_page)
    font.widths = [width or _LETTER for width in font.widths]
    registerFont(font)
    return str(font.fontName)
