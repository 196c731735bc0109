"""Read one file, whatever it is: the whole of what a worker does."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from app.errors import RefusedFileError, UnreadableFileError
from ingest.corrections import correct_messages, fit_to_messages, fit_to_pages
from ingest.furniture import lift_furniture
from ingest.geometry import see_boxes
from ingest.mail import read_mail
from ingest.messages import split_messages, with_quoted
from ingest.pages import open_pdf, read_page
from ingest.records import CorrectionRecord, FileKind, PageRecord, Problem, Reading, SourceFile, State, TextSource
from ingest.redactions import inline_redactions

_MAILS = (FileKind.EML, FileKind.MBOX, FileKind.MSG)


def read_file(file: SourceFile, *, max_pages: int) -> Reading:
    """Return what is in a PDF or a mail.

    Raises:
        UnreadableFileError: the file cannot be read at all; a subclass says why.
    """
    if file.kind is FileKind.PDF:
        return read_pdf(file.location, max_pages=max_pages, corrections=file.corrections)
    if file.kind in _MAILS:
        found, problems = read_mail(file.location, file.kind)
        state = State.UNREADABLE if not found else State.PARTIAL if problems else State.PUBLISHED
        messages = with_quoted(found)
        corrected, lost = correct_messages(messages, fit_to_messages(file.corrections, messages))
        return Reading(state, messages=tuple(corrected), problems=(*problems, *lost))
    raise RefusedFileError("Files of this type are kept, not read.")


def read_pdf(path: Path, *, max_pages: int, corrections: Sequence[CorrectionRecord] = ()) -> Reading:
    """Return the pages and emails of a PDF; pages after `max_pages` are left out and said to be.

    What people decided about it, in `corrections`, holds where its lines still have the same text.

    Raises:
        UnreadableFileError: it has no page, or is no PDF, or locked.
    """
    pages, problems = _read_pages(path, max_pages)
    pages, hidden = _see_drawn(path, pages)
    problems += hidden
    lifted = lift_furniture([page for page, _ in pages])
    marked = [replace(page, redactions=(*page.redactions, *inline_redactions(page))) for page in lifted]
    standing = fit_to_pages(corrections, marked)
    split, messages, papers = split_messages(marked, standing.decided)
    corrected, lost = correct_messages(messages, standing)
    problems += [*_textless(split), *lost]
    state = State.PARTIAL if problems else State.PUBLISHED
    return Reading(state, tuple(split), tuple(corrected), tuple(problems), tuple(papers))


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


def _see_drawn(
    path: Path, pages: Sequence[tuple[PageRecord, bool]]
) -> tuple[list[tuple[PageRecord, bool]], list[Problem]]:
    """Let pdfplumber look at the pages on which boxes are drawn."""
    drawn = {page.number: page for page, has_boxes in pages if has_boxes and page.lines}
    if not drawn:
        return list(pages), []
    seen = {look.page.number: look for look in see_boxes(path, drawn)}
    problems = [
        Problem(
            "text_under_box",
            f"{look.hidden_words} words lie under a black box on page {number}. They are kept out of text and search.",
            number,
        )
        for number, look in sorted(seen.items())
        if look.hidden_words
    ]
    return [(seen[page.number].page if page.number in seen else page, has_boxes) for page, has_boxes in pages], problems


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
