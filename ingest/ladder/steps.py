"""The steps of the ladder: what PDFium does not read whole, others try; who finds most is believed."""

import logging
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from app.errors import LockedFileError, UnreadableFileError
from ingest.geometry import read_by_pdfminer
from ingest.ladder.poppler import read_by_poppler
from ingest.ladder.repair import count_by_qpdf, repair
from ingest.ladder.soundness import is_sound
from ingest.pages import open_pdf, read_page
from ingest.records import PageRecord, Problem

log = logging.getLogger(__name__)

_COMPARED = 20  # pages at the start of a damaged file by which its readers are compared
_CLEARLY = 1.1  # times the letters: then a later step is believed
_APART = 2.0  # times the letters or pages: then a reader is told that the steps disagree
_LETTER = re.compile(r"[^\W_]")


class Reader(StrEnum):
    """Who reads a PDF, in words for a person."""

    PDFIUM = "PDFium"
    REPAIRED = "PDFium from a repaired copy"
    PDFMINER = "pdfminer"
    POPPLER = "poppler"


@dataclass(frozen=True, slots=True)
class Footing:
    """What the stages read a PDF from."""

    reader: Reader
    path: Path  # the file, or its repaired copy, which has the same pages
    page_count: int  # 0: this reader finds none
    pages: tuple[PageRecord, ...] = ()  # where PDFium cannot read: all pages, words under boxes still among theirs
    problems: tuple[Problem, ...] = ()
    letters: int = 0  # on its first pages


@contextmanager
def find_footing(path: Path, *, max_pages: int) -> Iterator[Footing]:
    """Find what a PDF is to be read from; at most `max_pages` of its pages matter.

    Of a sound file that is PDFium and costs nothing. A repaired copy goes when the context ends.

    Raises:
        LockedFileError: it opens only with a password.
        UnreadableFileError: nobody finds a page in it.
    """
    failure: UnreadableFileError | None = None
    count = 0
    try:
        with open_pdf(path) as document:
            count = len(document)
    except LockedFileError:
        raise
    except UnreadableFileError as error:
        failure = error
    if count and is_sound(path) and count_by_qpdf(path) == count:
        yield Footing(Reader.PDFIUM, path, count)
        return
    with tempfile.TemporaryDirectory(prefix="readingroom-") as folder:
        steps = list(_climb(path, Path(folder) / "repaired.pdf", max_pages))
        found = _choose(steps)
        if found is None:
            raise failure or UnreadableFileError("The PDF has no pages. Ask for the file again.")
        log.info("damaged file=%s reader=%s", path.name, found.reader)
        yield replace(found, problems=tuple(_doubts(steps, found)))


def _climb(path: Path, copy: Path, max_pages: int) -> Iterator[Footing]:
    """Yield what each step finds; pdfminer, which a hostile file can keep busy, only where the others find nothing."""
    by_pdfium = _by_pdfium(Reader.PDFIUM, path)
    repaired = Footing(Reader.REPAIRED, copy, 0)
    if repair(path, copy):
        repaired = _by_pdfium(Reader.REPAIRED, copy)
    yield by_pdfium
    yield repaired
    if not by_pdfium.letters and not repaired.letters:
        yield _by_pages(Reader.PDFMINER, path, read_by_pdfminer(path, max_pages))
    yield _by_pages(Reader.POPPLER, path, read_by_poppler(path, max_pages))


def _by_pdfium(reader: Reader, path: Path) -> Footing:
    letters = 0
    try:
        with open_pdf(path) as document:
            count = len(document)
            for number in range(1, min(count, _COMPARED) + 1):
                with suppress(UnreadableFileError):  # one page of many
                    letters += _count_letters([read_page(document, number).page])
    except UnreadableFileError:
        return Footing(reader, path, 0)
    return Footing(reader, path, count, letters=letters)


def _by_pages(reader: Reader, path: Path, pages: Sequence[PageRecord]) -> Footing:
    return Footing(reader, path, len(pages), tuple(pages), letters=_count_letters(pages[:_COMPARED]))


def _count_letters(pages: Sequence[PageRecord]) -> int:
    return sum(len(_LETTER.findall(page.text)) for page in pages)


def _choose(steps: Sequence[Footing]) -> Footing | None:
    """Return the first step that finds pages, or a later one that clearly finds more."""
    chosen: Footing | None = None
    for step in steps:
        if step.page_count and (chosen is None or _finds_more(step, chosen)):
            chosen = step
    return chosen


def _finds_more(step: Footing, than: Footing) -> bool:
    if step.letters > _CLEARLY * than.letters:
        return True
    return step.page_count > than.page_count and step.letters >= than.letters


def _doubts(steps: Sequence[Footing], chosen: Footing) -> Iterator[Problem]:
    found = "; ".join(f"{step.reader}: {step.page_count} pages, {step.letters} letters" for step in steps)
    if not steps[0].page_count:
        detail = (
            f"The PDF is damaged: PDFium cannot open it, and what is shown was read by {chosen.reader}. Pages may be "
            f"missing; ask for a sound copy. Found on the first {_COMPARED} pages: {found}."
        )
        yield Problem("damaged", detail)
    elif steps[0].page_count != chosen.page_count or any(_is_apart(step, chosen) for step in steps if step.page_count):
        detail = (
            f"The PDF is damaged and its readers disagree; what is shown was read by {chosen.reader}. Compare it with "
            f"the file. Found on the first {_COMPARED} pages: {found}."
        )
        yield Problem("readers_disagree", detail)


def _is_apart(step: Footing, chosen: Footing) -> bool:
    pairs = ((step.letters, chosen.letters), (step.page_count, chosen.page_count))
    return any(max(pair) > _APART * min(pair) for pair in pairs)
