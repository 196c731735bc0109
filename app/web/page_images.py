"""Show a page of a PDF as an image: rendered in a worker that may die, and kept on disk."""

import logging
import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from app.errors import BadRequestError, BusyError, UnreadableFileError
from app.web.drawing import draw_page, start_drawing

log = logging.getLogger(__name__)

RENDERER_VERSION = 3  # raise it when the same page is to look different
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # the browser's own: it sets a picture in a page so
SMALLEST_DPI, LARGEST_DPI = 36, 300
_TIMEOUT_S = 20.0
_WORKERS = 2
_MOST_WAITING = 8  # of the service's 40 threads: what cannot be drawn must not keep others from reading
_MOST_FAILURES = 10_000


class PageImages:
    """Images of pages, as lossless WebP."""

    def __init__(
        self, folder: Path, *, limit_bytes: int, worker_memory_bytes: int, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self._timeout_s = timeout_s
        self._cache = _ImageCache(folder, limit_bytes)
        self._failures: dict[str, str] = {}  # what was tried in vain is not tried again in this process
        self._drawing: dict[str, Future[bytes]] = {}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST_WAITING)
        self._worker_memory_bytes = worker_memory_bytes
        self._pool = ThreadPoolExecutor(_WORKERS, "drawing")
        start_drawing()

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
        """Wait for the pages that are being drawn and begin no more."""
        self._pool.shutdown(cancel_futures=True)

    def _draw(self, name: str, original: Path, number: int, dpi: int) -> bytes:
        if not self._places.acquire(blocking=False):
            raise BusyError("Many pages are being drawn; load this one again in a moment.")
        try:
            return self._schedule(name, original, number, dpi).result()
        except UnreadableFileError as error:
            log.warning("not drawn image=%s reason=%s", name, error)
            if len(self._failures) < _MOST_FAILURES:
                self._failures[name.rsplit("-", 2)[0]] = str(error)
            raise
        finally:
            self._places.release()

    def _schedule(self, name: str, original: Path, number: int, dpi: int) -> Future[bytes]:
        """Return the drawing of this image that is under way, or begin one."""
        with self._lock:
            drawing = self._drawing.get(name)
            if drawing is None:
                drawing = self._pool.submit(
                    draw_page,
                    original,
                    number,
                    dpi,
                    timeout_s=self._timeout_s,
                    memory_bytes=self._worker_memory_bytes,
                )
                self._drawing[name] = drawing
                drawing.add_done_callback(lambda _: self._drawing.pop(name, None))
        return drawing


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
