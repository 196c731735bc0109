"""What other readers find in a PDF, each in a child process with limits: the files are hostile.

    python -m tests.trust.references < PATHS    prints a line of JSON for each: what each reader says, by its name

A program of its own: every child imports the main module again, and a large one would cost more than the reading.
"""

import io
import json
import logging
import multiprocessing
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pikepdf
import pypdfium2
from pdfminer.high_level import extract_text

TIMEOUT_S = 20
_AT_ONCE = 2
_MEMORY_BYTES = 1 << 30
_LARGEST_TEXT = 64 << 20
_CONTEXT = multiprocessing.get_context("forkserver")


def read_by_others(paths: Sequence[Path]) -> list[dict[str, str]]:
    """Return what each reader says of each file; one that fails, dies or takes too long says nothing."""
    command = [sys.executable, "-m", "tests.trust.references"]
    asked = "\n".join(map(str, paths))
    told = subprocess.run(command, input=asked, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    return [json.loads(line) for line in told.splitlines()]


def main() -> None:
    """Answer for each path of the input."""
    _CONTEXT.set_forkserver_preload(["pikepdf", "pypdfium2", "pdfminer.high_level"])
    paths = [Path(line) for line in sys.stdin.read().splitlines()]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for answer in pool.map(_read_by_all, paths):
            print(json.dumps(answer))


def _read_by_all(path: Path) -> dict[str, str]:
    return {name: _read_apart(read, path) for name, read in _READERS.items()}


def _read_apart(read: Callable[[Path], str], path: Path) -> str:
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_read_into, args=(sending, read, path), daemon=True)
    child.start()
    sending.close()
    try:
        return receiving.recv_bytes(_LARGEST_TEXT).decode() if receiving.poll(TIMEOUT_S) else ""
    except (EOFError, OSError):
        return ""
    finally:
        child.kill()
        child.join()
        child.close()
        receiving.close()


def _read_into(sending: Connection, read: Callable[[Path], str], path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT_S, TIMEOUT_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_TEXT, _LARGEST_TEXT))
    logging.disable()
    warnings.simplefilter("ignore")
    try:
        text = read(path)
    except Exception:  # what a reader cannot read is not readable by it
        text = ""
    sending.send_bytes(text.encode("utf-8", "replace"))


def _by_pdfium(source: Path | bytes) -> str:
    with pypdfium2.PdfDocument(source) as document:
        return "\n".join(_page_by_pdfium(document, number) for number in range(len(document)))


def _page_by_pdfium(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        return str(document[number].get_textpage().get_text_range())
    except pypdfium2.PdfiumError:
        return ""


def _by_pdfminer(path: Path) -> str:
    return extract_text(path)


def _by_qpdf(path: Path) -> str:
    mended = io.BytesIO()
    with pikepdf.open(path) as document:
        document.save(mended)
    return _by_pdfium(mended.getvalue())


def _by_poppler(path: Path) -> str:
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    read = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S)
    return read.stdout.decode("utf-8", "replace")


_READERS: dict[str, Callable[[Path], str]] = {
    "pdfium": _by_pdfium,
    "pdfminer": _by_pdfminer,
    "qpdf": _by_qpdf,
    "poppler": _by_poppler,
}

if __name__ == "__main__":
    main()
