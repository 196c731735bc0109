"""Values of a form that nothing prints: the file has no picture of the field, and PDFium can make none."""

import ctypes
import re
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.pages.frame import Frame
from ingest.records import Line, Word

_UNSEEN_FLAGS = 0x2 | 0x20  # Hidden, NoView (PDF 32000-1, 12.5.3)
_SECRET = 1 << 13  # the field takes a password (PDF 32000-1, 12.7.4.3)
_READ_KINDS = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_MOST_FIELDS = 2_000  # of a page
_LONGEST = 20_000  # letters of a value
_LETTERS = re.compile(r"[^\W_]+")


def read_values(page: pypdfium2.PdfPage, form: pypdfium2.PdfFormEnv | None) -> list[Line]:
    """Return the values of the fields that are shown on a page, each word with the box of its field."""
    if form is None:
        return []
    frame = Frame(page)
    lines: list[Line] = []
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST_FIELDS)):
        field = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if not field:
            continue
        if _is_shown(form, field):
            lines.extend(_lines_of(form, field, frame))
        pdfium.FPDFPage_CloseAnnot(field)
    return lines


def unprinted(values: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Return those of the values that stand nowhere on a page."""
    if not values:
        return []
    printed = _letters("".join(line.text for line in lines))
    return [value for value in values if _letters(value.text) not in printed]


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))


def _is_shown(form: pypdfium2.PdfFormEnv, field: pdfium.FPDF_ANNOTATION) -> bool:
    if pdfium.FPDFAnnot_GetSubtype(field) != pdfium.FPDF_ANNOT_WIDGET:
        return False
    if pdfium.FPDFAnnot_GetFlags(field) & _UNSEEN_FLAGS:
        return False
    if pdfium.FPDFAnnot_GetFormFieldFlags(form.raw, field) & _SECRET:
        return False
    return pdfium.FPDFAnnot_GetFormFieldType(form.raw, field) in _READ_KINDS


def _lines_of(form: pypdfium2.PdfFormEnv, field: pdfium.FPDF_ANNOTATION, frame: Frame) -> Iterator[Line]:
    buffer = (ctypes.c_ushort * _LONGEST)()
    size_bytes = pdfium.FPDFAnnot_GetFormFieldValue(form.raw, field, buffer, ctypes.sizeof(buffer))
    rect = pdfium.FS_RECTF()
    if not 2 < size_bytes <= ctypes.sizeof(buffer) or not pdfium.FPDFAnnot_GetRect(field, ctypes.byref(rect)):
        return
    box = frame.box(rect.left, rect.top, rect.right, rect.bottom)
    value = bytes(buffer)[: size_bytes - 2].decode("utf-16-le", "ignore")
    for line in value.replace("\0", "").splitlines():
        if words := [Word(text, box) for text in line.split()]:
            yield Line(words)
