"""Read one file, whatever it is: the whole of what a worker does."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from app.errors import RefusedFileError, UnreadableFileError
from ingest.furniture import lift_furniture
from ingest.geometry import see_boxes
from ingest.mail import read_mail
from ingest.messages import find_papers, split_messages, with_quoted
from ingest.pages import open_pdf, read_page
from ingest.records import FileKind, PageRecord, Problem, Reading, SourceFile, State, TextSource
from ingest.redactions import inline_redactions
from ingest.scans import see_scans

_MAILS = (FileKind.EML, FileKind.MBOX, FileKind.MSG, FileKind.PST)


def read_file(file: SourceFile, *, max_pages: int) -> Reading:
    """Return what is in a PDF or a mail.

    Raises:
        UnreadableFileError: the file cannot be read at all; a subclass says why.
    """
    if file.kind is FileKind.PDF:
        return read_pdf(file.location, max_pages=max_pages)
    if file.kind in _MAILS:
        messages, problems = read_mail(file.location, file.kind)
        state = State.UNREADABLE if not messages else State.PARTIAL if problems else State.PUBLISHED
        return Reading(state, messages=with_quoted(messages), problems=problems)
    raise RefusedFileError("Files of this type are kept, not read.")


def read_pdf(path: Path, *, max_pages: int) -> Reading:
    """Return the pages and emails of a PDF; pages after `max_pages` are left out and said to be.

    Raises:
        UnreadableFileError: it has no page, or is no PDF, or locked.
    """
    pages, problems = _read_pages(path, max_pages)
    pages = _see_drawn(path, pages)
    lifted = lift_furniture([page for page, _ in pages])
    marked = [replace(page, redactions=(*page.redactions, *inline_redactions(page))) for page in lifted]
    marked = see_scans(path, marked)
    split, messages = split_messages(marked)
    papers = find_papers(split, messages)
    problems += _textless(split)
    state = State.PARTIAL if problems else State.PUBLISHED
    return Reading(state, tuple(split), tuple(messages), tuple(problems), tuple(papers))


def _read_pages(path: Path, max_pages: int) -> tuple[list[tuple[PageRecord, bool]], list[Problem]]:
    pages: list[tuple[PageRecord, bool]] = []
    problems: list[Problem] = []
    with open_pdf(path) as document:
        count = len(document)
        if count == 0:
            raise UnreadableFileError("The PDF has no pages. Ask for the file again.")
        for number in range(1, min(count, max_pages) + 1):
            try:
                pages.append(read_page(document, number))
            except UnreadableFileError as error:
                pages.append((PageRecord(number, 612, 792, ()), False))
                problems.append(Problem("unreadable_page", str(error), number))
    if count > max_pages:
        detail = f"The PDF has {count} pages; only the first {max_pages} were read (READINGROOM_MAX_PAGES)."
        problems.append(Problem("too_many_pages", detail))
    return pages, problems


def _see_drawn(path: Path, pages: Sequence[tuple[PageRecord, bool]]) -> list[tuple[PageRecord, bool]]:
    """Let pdfplumber look at the pages on which boxes are drawn.

    What it finds hidden is no problem of the document: readers see problems, and must not learn of it.
    """
    drawn = {page.number: page for page, has_boxes in pages if has_boxes}
    if not drawn:
        return list(pages)
    seen = {page.number: page for page in see_boxes(path, drawn)}
    return [(seen.get(page.number, page), has_boxes) for page, has_boxes in pages]


def _textless(pages: Sequence[PageRecord]) -> list[Problem]:
    """Return one problem for all pages without text, or none."""
    numbers = [page.number for page in pages if page.text_source is TextSource.NONE]
    if not numbers:
        return []
    which = f"Page {numbers[0]} has" if len(numbers) == 1 else f"Pages {_ranges(numbers)} have"
    return [Problem("no_text", f"{which} no text and cannot be searched (scanned or empty).", numbers[0])]


def _ranges(numbers: Sequence[int]) -> str:
    """Return 1, 2, 3, 7 as "1-3, 7"."""
    starts = [numbers[0], *(number for before, number in pairwise(numbers) if number != before + 1)]
    ends = [*(before for before, number in pairwise(numbers) if number != before + 1), numbers[-1]]
    spans = (f"{start}" if start == end else f"{start}-{end}" for start, end in zip(starts, ends, strict=True))
    return ", ".join(spans)
