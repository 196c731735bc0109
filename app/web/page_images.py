"""Show a page of a PDF as an image: rendered in a worker that may die, and kept on disk."""

import io
import logging
import multiprocessing
import resource
import tempfile
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

import pypdfium2
from pebble import ProcessExpired, ProcessFuture, ProcessPool
from PIL import Image, ImageChops

from app.errors import ArchiveError, BadRequestError, UnreadableFileError

log = logging.getLogger(__name__)

RENDERER_VERSION = 1  # raise it when the same page is to look different
SMALLEST_DPI, LARGEST_DPI = 36, 300
_TIMEOUT_S = 20.0
_WORKERS = 2
_MOST_WAITING = 24  # of the service's 40 threads: what cannot be drawn must not keep others from reading
_MOST_FAILURES = 10_000
_LARGEST_PX = 12_000_000  # an A4 page at 300 dpi has 8.7 million pixels
_GREY_SPREAD = 12  # of 255: JPEG scans of black and white differ by up to 9 between their colours
_COLOUR_SHARE = 0.0001  # of the pixels: less is noise


class BusyError(ArchiveError):
    """So many pages are being drawn that further ones must wait."""

    code = "busy"
    status = 503


class PageImages:
    """Images of pages, as lossless WebP."""

    def __init__(
        self, folder: Path, *, limit_bytes: int, worker_memory_bytes: int, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self._timeout_s = timeout_s
        self._cache = _ImageCache(folder, limit_bytes)
        self._failures: dict[str, str] = {}  # what was tried in vain is not tried again in this process
        self._drawing: dict[str, ProcessFuture[bytes]] = {}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST_WAITING)
        self._pool = ProcessPool(
            max_workers=_WORKERS,
            max_tasks=200,  # a leak in the renderer ends with its process
            context=multiprocessing.get_context("spawn"),  # the service has threads: a fork may hang
            initializer=_limit_memory,
            initargs=(worker_memory_bytes,),
        )

    def load(self, original: Path, sha256: str, number: int, dpi: int) -> bytes:
        """Return page `number`, from 1, of the PDF with this hash as an image of `dpi` pixels an inch.

        Raises:
            BadRequestError: no such resolution is offered.
            UnreadableFileError: the page cannot be drawn, or not in time.
            BusyError: many others wait for theirs.
        """
        if not SMALLEST_DPI <= dpi <= LARGEST_DPI:
            raise BadRequestError(f"dpi must be from {SMALLEST_DPI} to {LARGEST_DPI}, not {dpi}.")
        page = f"{sha256}-{number}"
        if page in self._failures:
            raise UnreadableFileError(self._failures[page])
        name = f"{page}-{dpi}-{RENDERER_VERSION}.webp"
        image = self._cache.get(name)
        if image is None:
            image = self._draw(name, original, number, dpi)
            self._cache.add(name, image)
        return image

    def close(self) -> None:
        """Stop the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble is typed in part
        self._pool.join()

    def _draw(self, name: str, original: Path, number: int, dpi: int) -> bytes:
        if not self._places.acquire(blocking=False):
            raise BusyError("Many pages are being drawn; load this one again in a moment.")
        try:
            image = self._schedule(name, original, number, dpi).result()
        except FutureTimeoutError as error:
            raise self._failure(name, f"Page {number} takes too long to draw; download the file.") from error
        except (ProcessExpired, MemoryError) as error:
            raise self._failure(name, f"Page {number} is too much to draw; download the file.") from error
        except pypdfium2.PdfiumError as error:
            raise self._failure(name, f"Page {number} cannot be drawn: {error}") from error
        finally:
            self._places.release()
        return image

    def _schedule(self, name: str, original: Path, number: int, dpi: int) -> ProcessFuture[bytes]:
        """Return the drawing of this image that is under way, or begin one."""
        with self._lock:
            drawing = self._drawing.get(name)
            if drawing is None:
                drawing = self._pool.schedule(render_page, args=(original, number, dpi), timeout=self._timeout_s)
                self._drawing[name] = drawing
                drawing.add_done_callback(lambda _: self._drawing.pop(name, None))
        return drawing

    def _failure(self, name: str, detail: str) -> UnreadableFileError:
        log.warning("not drawn image=%s", name)
        if len(self._failures) < _MOST_FAILURES:
            self._failures[name.rsplit("-", 2)[0]] = detail
        return UnreadableFileError(detail)


def render_page(original: Path, number: int, dpi: int) -> bytes:
    """Return page `number`, from 1, as lossless WebP, grey unless it has colour; runs in a worker.

    Raises:
        pypdfium2.PdfiumError: not a PDF, or no such page in it.
    """
    with pypdfium2.PdfDocument(original) as pdf:
        if not 1 <= number <= len(pdf):
            raise pypdfium2.PdfiumError(f"the file has {len(pdf)} pages")
        page = pdf[number - 1]
        width_pt, height_pt = page.get_size()
        scale = dpi / 72
        scale *= min(1.0, (_LARGEST_PX / max(1.0, width_pt * height_pt * scale**2)) ** 0.5)
        image = page.render(scale=scale).to_pil().convert("RGB")
        page.close()
    encoded = io.BytesIO()
    (image if _has_colour(image) else image.convert("L")).save(
        encoded, "WEBP", lossless=True, method=1
    )  # 2 to 6 are slower and no smaller
    return encoded.getvalue()


def _has_colour(image: Image.Image) -> bool:
    red, green, blue = image.split()
    for pair in ((red, green), (green, blue)):
        spread = ImageChops.difference(*pair).histogram()
        if sum(spread[_GREY_SPREAD + 1 :]) > _COLOUR_SHARE * image.width * image.height:
            return True
    return False


def _limit_memory(worker_memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (worker_memory_bytes, worker_memory_bytes))


class _ImageCache:
    """Files in a folder, of which the longest unused go when they exceed the limit."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._size_bytes: int | None = None  # None: not counted yet

    def get(self, name: str) -> bytes | None:
        path = self._path(name)
        try:
            image = path.read_bytes()
            path.touch()  # its time says when it was last used
        except FileNotFoundError:
            return None
        return image

    def add(self, name: str, image: bytes) -> None:
        if len(image) > self._limit_bytes:
            return
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as partial:
            partial.write(image)
        Path(partial.name).replace(path)  # readers see the whole image or none
        with self._lock:
            if self._size_bytes is None:
                self._size_bytes = sum(size for _, size, _ in self._files())
            else:
                self._size_bytes += len(image)
            if self._size_bytes > self._limit_bytes:
                self._size_bytes = self._drop_oldest()

    def _drop_oldest(self) -> int:
        files = sorted(self._files())
        size_bytes = sum(size for _, size, _ in files)
        for _, size, path in files:
            if size_bytes <= 0.9 * self._limit_bytes:  # make room for some at once
                break
            path.unlink(missing_ok=True)
            size_bytes -= size
        log.info("trimmed page images size_bytes=%d", size_bytes)
        return size_bytes

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.glob("*/*.webp"):
            try:
                stat = path.stat()
            except FileNotFoundError:  # another service process dropped it
                continue
            found.append((stat.st_mtime, stat.st_size, path))
        return found

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
