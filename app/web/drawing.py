"""Draw a page of a PDF in a process of its own, which may die of it."""

import ctypes
import io
import multiprocessing
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from app.confinement import confine, end_confined, limit_cpu
from app.errors import UnreadableFileError

_LARGEST_PX = 12_000_000  # an A4 page at 300 dpi has 8.7 million pixels
_LARGEST_IMAGE = 64 << 20  # bytes; 12 million pixels of noise take 36 MB
_GREY_SPREAD = 12  # of 255: JPEG scans of black and white differ by up to 9 between their colours
_COLOUR_SHARE = 0.0001  # of the pixels: less is noise
_HIDDEN_FLAGS = 0x2 | 0x20  # Hidden, NoView (PDF 32000-1, 12.5.3)
_DRAWN, _FAILED = b"+", b"-"
# What pillow loads before it writes a WebP; each worker would load it anew, which is a tenth of its time.
_FORMATS = [f"PIL.{name}ImagePlugin" for name in ("Bmp", "Gif", "Jpeg", "Png", "Ppm", "WebP")]

_CONTEXT = multiprocessing.get_context("forkserver")  # the service has threads: a plain fork of it may hang


@dataclass(frozen=True, slots=True)
class _Limits:
    """Of a process that draws a page."""

    folder: Path  # where it works; it writes nothing
    timeout_s: float
    memory_bytes: int  # address space


def start_drawing() -> None:
    """Start the server that workers are forked from; without this the first page waits a second for it.

    It loads what this program has loaded, since every worker imports the main module again: 1 s against 20 ms.
    """
    own = [name for name in sys.modules if name.partition(".")[0] in {"app", "ingest"}]
    _CONTEXT.set_forkserver_preload([*own, *_FORMATS])
    forkserver.ensure_running()


def draw_page(original: Path, number: int, dpi: int, *, timeout_s: float, memory_bytes: int) -> bytes:
    """Return page `number`, from 1, as lossless WebP, drawn by a process within these limits.

    Raises:
        UnreadableFileError: the page cannot be drawn, or not within the limits.
    """
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="drawing-", ignore_cleanup_errors=True) as folder, receiving:
        task = (original.absolute(), number, dpi, _Limits(Path(folder), timeout_s, memory_bytes))
        worker = _CONTEXT.Process(target=_draw_into, args=(sending, *task), daemon=True)
        worker.start()
        sending.close()
        try:
            if not receiving.poll(timeout_s):
                raise UnreadableFileError(f"Page {number} takes too long to draw; download the file.")
            answer = receiving.recv_bytes(_LARGEST_IMAGE)
        except (EOFError, OSError) as error:
            raise UnreadableFileError(f"Page {number} is too much to draw; download the file.") from error
        finally:
            end_confined(worker)
    if answer[:1] == _FAILED:
        raise UnreadableFileError(f"Page {number} cannot be drawn: {answer[1:].decode(errors='replace')}")
    return answer[1:]


def render_page(original: Path, number: int, dpi: int) -> bytes:
    """Return page `number`, from 1, as lossless WebP, grey unless it has colour; runs in a worker.

    Raises:
        pypdfium2.PdfiumError: not a PDF, or no such page in it.
    """
    with _open(original, number) as pdf:
        if not 1 <= number <= len(pdf):
            raise pypdfium2.PdfiumError(f"the file has {len(pdf)} pages")
        if pdf.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
            pdf.init_forms()
        page = pdf[number - 1]
        width_pt, height_pt = page.get_size()
        scale = dpi / 72
        scale *= min(1.0, (_LARGEST_PX / max(1.0, width_pt * height_pt * scale**2)) ** 0.5)
        image = page.render(scale=scale).to_pil().convert("RGB")
        _cover(page, image)
        page.close()
    encoded = io.BytesIO()
    shown = image if _has_colour(image) else image.convert("L")
    shown.save(encoded, "WEBP", lossless=True, method=1)  # methods 2 to 6 are slower and no smaller
    return encoded.getvalue()


def _open(original: Path, number: int) -> pypdfium2.PdfDocument:
    """Open a PDF; a damaged one that has no such page as a repaired copy, from which its text was read, too."""
    failure = None
    try:
        pdf = pypdfium2.PdfDocument(original)
        if number <= len(pdf):
            return pdf
        pdf.close()
    except pypdfium2.PdfiumError as error:
        failure = error
    mended = io.BytesIO()
    try:
        with pikepdf.open(original, suppress_warnings=True) as damaged:
            damaged.save(mended, fix_metadata_version=False)
    except Exception as error:  # what cannot be repaired fails in many ways
        raise failure or pypdfium2.PdfiumError(f"there is no page {number}") from error
    return pypdfium2.PdfDocument(mended.getvalue())


def _cover(page: pypdfium2.PdfPage, image: Image.Image) -> None:
    """Black out what annotations mark for redaction: PDFium draws no box for these and shows the text."""
    draw = ImageDraw.Draw(image)
    for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if not annotation:
            continue
        if _is_undrawn(annotation):
            rect = pdfium.FS_RECTF()
            pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rect))
            (x0, y0), (x1, y1) = (
                _to_pixels(page, image, x, y) for x, y in ((rect.left, rect.top), (rect.right, rect.bottom))
            )
            draw.rectangle((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), "black")
        pdfium.FPDFPage_CloseAnnot(annotation)


def _is_undrawn(annotation: pdfium.FPDF_ANNOTATION) -> bool:
    if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN_FLAGS:
        return False
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    is_polygon = kind == pdfium.FPDF_ANNOT_POLYGON and not pdfium.FPDFAnnot_HasKey(annotation, b"AP")
    return kind == pdfium.FPDF_ANNOT_REDACT or (is_polygon and bool(pdfium.FPDFAnnot_HasKey(annotation, b"IC")))


def _to_pixels(page: pypdfium2.PdfPage, image: Image.Image, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    size = (0, 0, image.width, image.height)
    pdfium.FPDF_PageToDevice(page.raw, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


def _draw_into(sending: Connection, original: Path, number: int, dpi: int, limits: _Limits) -> None:
    """Send the image, or what went wrong; a worker that dies sends nothing."""
    try:
        confine(limits.folder, memory_bytes=limits.memory_bytes, written_bytes=0, own_session=False)
        limit_cpu(limits.timeout_s)
        sending.send_bytes(_DRAWN + render_page(original, number, dpi))
    except pypdfium2.PdfiumError as error:
        sending.send_bytes(_FAILED + str(error).encode())
    except Exception as error:  # its text may name folders of this machine
        sending.send_bytes(_FAILED + type(error).__name__.encode())


def _has_colour(image: Image.Image) -> bool:
    red, green, blue = image.split()
    for pair in ((red, green), (green, blue)):
        spread = ImageChops.difference(*pair).histogram()
        if sum(spread[_GREY_SPREAD + 1 :]) > _COLOUR_SHARE * image.width * image.height:
            return True
    return False
