"""Read a PDF's pages: words with their boxes by PDFium, lines rebuilt from the boxes.

The text stream of a release is not its reading order: on 52 of 275 real first pages all labels of the
header come before all values. Only the places of the words tell which value stands beside which label.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from app.errors import LockedFileError, UnreadableFileError
from ingest.pages.forms import read_values, unprinted
from ingest.pages.letters import read_lines
from ingest.records import PageRecord

_WRONG_PASSWORD = "password"
_DEEPEST_FORM = 5  # forms within forms: hostile files nest them without end
_MOST_SHAPES = 100_000  # and repeat them
_NEARLY_WHITE = 240  # of 255: such text may be meant to be hidden
_SCANNED = 0.3  # of the page: a picture that covers more is a scan
_BOX_PT = 4  # a drawn shape thinner than this is a rule


@contextmanager
def open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF for reading.

    Raises:
        LockedFileError: it opens only with a password.
        UnreadableFileError: PDFium finds no document in it.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if _WRONG_PASSWORD in str(error).lower():
            raise LockedFileError(
                "The PDF opens only with a password. Remove the password and ingest it again."
            ) from error
        raise UnreadableFileError(
            f"This is no readable PDF ({error}). Is the download complete? Ask for the file again."
        ) from error
    try:
        if document.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
            document.init_forms()  # PDFium then prints values of which the file has no picture
        yield document
    finally:
        document.close()


class PageLook(NamedTuple):
    """A page as PDFium reads it, and what others should look at."""

    page: PageRecord  # its lines in reading order; a scan without text layer has none
    has_boxes: bool  # drawn boxes, annotations or white text: for `ingest/geometry`
    is_scan: bool  # a picture covers much of it


def read_page(document: pypdfium2.PdfDocument, number: int) -> PageLook:
    """Return page `number` (from 1).

    Raises:
        UnreadableFileError: the page cannot be loaded.
    """
    with _load(document, number) as page:
        width, height = page.get_size()
        has_boxes, is_scan = _see_objects(page, width * height)
        values = read_values(page, document.formenv)
        lines = [] if _flatten(page) else read_lines(page)
    if not lines:
        with _load(document, number) as page:
            lines = read_lines(page)
    lines += unprinted(values, lines)
    return PageLook(PageRecord(number, width, height, tuple(lines)), has_boxes, is_scan)


@contextmanager
def _load(document: pypdfium2.PdfDocument, number: int) -> Iterator[pypdfium2.PdfPage]:
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(f"Page {number} cannot be loaded ({error}).") from error
    try:
        yield page
    finally:
        page.close()


def _flatten(page: pypdfium2.PdfPage) -> bool:
    """Make what annotations show, as the values of a form, part of the page; it is to be loaded again then.

    They are seen on the page, but PDFium reads no words from them. The file itself stays as it is.
    """
    if pdfium.FPDFPage_GetAnnotCount(page.raw) <= 0:
        return False
    return bool(pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS)


def _see_objects(page: pypdfium2.PdfPage, area: float) -> tuple[bool, bool]:
    """Tell whether a path larger than a rule, an annotation or white text is on the page, and a large picture."""
    has_boxes, is_scan = pdfium.FPDFPage_GetAnnotCount(page.raw) > 0, False
    for shape in _shapes(page):  # 0.6 ms a page, pdfplumber 31
        if pdfium.FPDFPageObj_GetType(shape) == pdfium.FPDF_PAGEOBJ_IMAGE:
            is_scan = is_scan or _area_of(shape) > _SCANNED * area
        else:
            has_boxes = has_boxes or _may_hide(shape)
        if has_boxes and is_scan:
            break
    return has_boxes, is_scan


def _shapes(page: pypdfium2.PdfPage) -> Iterator[pdfium.FPDF_PAGEOBJECT]:
    """Yield what is painted on the page, also within forms: a court's stamp wraps a whole page in one."""
    objects = [pdfium.FPDFPage_GetObject(page.raw, n) for n in range(pdfium.FPDFPage_CountObjects(page.raw))]
    for depth in range(_DEEPEST_FORM):
        forms = []
        for shape in objects:
            if pdfium.FPDFPageObj_GetType(shape) == pdfium.FPDF_PAGEOBJ_FORM and depth + 1 < _DEEPEST_FORM:
                forms.append(shape)
            else:
                yield shape
        within = (
            pdfium.FPDFFormObj_GetObject(form, n)
            for form in forms
            for n in range(pdfium.FPDFFormObj_CountObjects(form))
        )
        objects = list(islice(within, _MOST_SHAPES))


def _may_hide(shape: pdfium.FPDF_PAGEOBJECT) -> bool:
    kind = pdfium.FPDFPageObj_GetType(shape)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        parts = [ctypes.c_uint() for _ in range(4)]
        is_read = pdfium.FPDFPageObj_GetFillColor(shape, *(ctypes.byref(part) for part in parts))
        return bool(is_read) and min(part.value for part in parts[:3]) >= _NEARLY_WHITE
    if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM):
        return False
    width, height = _size_of(shape)
    return width > _BOX_PT and height > _BOX_PT


def _area_of(shape: pdfium.FPDF_PAGEOBJECT) -> float:
    width, height = _size_of(shape)
    return width * height


def _size_of(shape: pdfium.FPDF_PAGEOBJECT) -> tuple[float, float]:
    """Return width and height in points; 0 where PDFium does not tell."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shape, *(ctypes.byref(side) for side in sides)):
        return 0.0, 0.0
    left, bottom, right, top = (side.value for side in sides)
    return right - left, top - bottom
