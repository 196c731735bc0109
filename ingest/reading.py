"""Read one file, or a part of a long one: the whole of what a worker does."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from app.errors import RefusedFileError, UnreadableFileError
from ingest.corrections import correct_messages, fit_to_messages, fit_to_pages
from ingest.furniture import lift_furniture
from ingest.geometry import see_boxes
from ingest.ladder import Footing, find_footing
from ingest.mail import read_mail
from ingest.messages import split_messages, with_quoted
from ingest.ocr import (
    OcrChoice,
    OcrPlan,
    PagePictures,
    open_engine,
    read_lost_values,
    read_scans,
    turn_back,
    unread_reason,
)
from ingest.pages import PageLook, open_pdf, read_page
from ingest.records import (
    Answer,
    CorrectionRecord,
    FileKind,
    LongDocument,
    PageCount,
    PageRange,
    PageRecord,
    PagesRead,
    Problem,
    Reading,
    Redaction,
    RedactionShape,
    SourceFile,
    State,
    Task,
    TextSource,
)
from ingest.redactions import inline_redactions
from ingest.scans import see_scans
from ingest.workers import kept_pages

_PLAN = OcrPlan()
_MAILS = (FileKind.EML, FileKind.MBOX, FileKind.MSG, FileKind.PST)
_UNKNOWN = re.compile("[\ue000-\uf8ff\ufffd]")  # private or replaced letters
RANGE_PAGES = 150  # read by one worker at a time; a longer PDF is read in such ranges


def do_task(task: Task, *, max_pages: int, ocr: OcrPlan = _PLAN) -> Answer | Generator[int, None, Answer]:
    """Return what is in a file, or do a part of the reading of a long PDF.

    Raises:
        UnreadableFileError: the file cannot be read at all; a subclass says why.
    """
    if isinstance(task, PageCount):
        with find_footing(task.file.location, max_pages=max_pages) as footing:
            count, problems = _limit_pages(footing, max_pages)
        return PagesRead(count, problems=tuple(problems))
    if isinstance(task, PageRange):
        return read_range(task, ocr)
    if isinstance(task, LongDocument):
        parts = [kept_pages(path) for path in task.kept]
        pages = [page for part in parts for page in part.pages]
        problems = [each for part in parts for each in part.problems]
        return _finish(lift_furniture(pages), problems, ocr, task.file.corrections)
    return read_file(task, max_pages=max_pages, ocr=ocr)


def read_file(file: SourceFile, *, max_pages: int, ocr: OcrPlan = _PLAN) -> Answer | Generator[int, None, Answer]:
    """Return what is in a PDF or a mail; of a long PDF only how many pages it has.

    Raises:
        UnreadableFileError: the file cannot be read at all; a subclass says why.
    """
    if file.kind is FileKind.PDF:
        return _short_steps(file, max_pages, ocr)
    if file.kind in _MAILS:
        found, mail_problems = read_mail(file.location, file.kind)
        state = State.UNREADABLE if not found else State.PARTIAL if mail_problems else State.PUBLISHED
        messages = with_quoted(found)
        corrected, lost = correct_messages(messages, fit_to_messages(file.corrections, messages))
        return Reading(state, messages=tuple(corrected), problems=(*mail_problems, *lost))
    raise RefusedFileError("Files of this type are kept, not read.")


def read_whole(file: SourceFile, *, max_pages: int, ocr: OcrPlan = _PLAN) -> Answer | Generator[int, None, Answer]:
    """Return all that is in a file, also in a long PDF, which takes one worker as long as it takes.

    Raises:
        UnreadableFileError: the file cannot be read at all; a subclass says why.
    """
    if file.kind is FileKind.PDF:
        return pdf_steps(file.location, max_pages=max_pages, ocr=ocr, corrections=file.corrections)
    return read_file(file, max_pages=max_pages, ocr=ocr)


def read_pdf(
    path: Path, *, max_pages: int, ocr: OcrPlan = _PLAN, corrections: Sequence[CorrectionRecord] = ()
) -> Reading:
    """Return the pages and emails of a PDF; pages after `max_pages` are left out and said to be.

    What people decided about it, in `corrections`, holds where its lines still have the same text.

    Raises:
        UnreadableFileError: it has no page, or is no PDF, or locked.
    """
    return _last(pdf_steps(path, max_pages=max_pages, ocr=ocr, corrections=corrections))


def pdf_steps(
    path: Path, *, max_pages: int, ocr: OcrPlan = _PLAN, corrections: Sequence[CorrectionRecord] = ()
) -> Generator[int, None, Reading]:
    """Read a PDF as `read_pdf` does; yield the number of each page before it is looked at, 0 before all are."""
    with find_footing(path, max_pages=max_pages) as footing:
        return (yield from _footing_steps(footing, max_pages, ocr, corrections))


def read_range(task: PageRange, ocr: OcrPlan = _PLAN) -> Generator[int, None, PagesRead]:
    """Yield the number of each page before it is looked at, and return them all.

    Raises:
        UnreadableFileError: the PDF cannot be opened.
    """
    with find_footing(task.file.location, max_pages=task.last) as footing:
        read = yield from _read_pages(footing, task.first, task.last, ocr)
    return PagesRead(read.count, read.pages, read.problems)


@dataclass(frozen=True, slots=True)
class _Read:
    """Pages of a PDF after the stages that look at one page at a time."""

    count: int  # pages of the whole PDF
    pages: tuple[PageRecord, ...]  # without furniture
    lifted: list[PageRecord] | None  # the same, furniture found among them; None: nobody needed it yet
    problems: tuple[Problem, ...]


def _finish(
    lifted: Sequence[PageRecord], problems: Sequence[Problem], ocr: OcrPlan, corrections: Sequence[CorrectionRecord]
) -> Reading:
    """Take the stages that need all pages of a document: boundaries and headers learn from each other."""
    marked = [replace(page, redactions=(*page.redactions, *inline_redactions(page))) for page in lifted]
    standing = fit_to_pages(corrections, marked)
    split, messages, papers = split_messages(marked, standing.decided)
    corrected, lost = correct_messages(messages, standing)
    split, corrected = turn_back(split, corrected)
    found = (*problems, *_textless(split, unread_reason(ocr)), *lost)
    state = State.PARTIAL if found else State.PUBLISHED
    return Reading(state, tuple(split), tuple(corrected), found, tuple(papers))


def _short_steps(file: SourceFile, max_pages: int, ocr: OcrPlan) -> Generator[int, None, Answer]:
    """Take the steps of `pdf_steps` through a PDF that is not long; of one that is, count the pages."""
    with find_footing(file.location, max_pages=max_pages) as footing:
        count, problems = _limit_pages(footing, max_pages)
        if count > RANGE_PAGES:
            return PagesRead(count, problems=tuple(problems))
        return (yield from _footing_steps(footing, max_pages, ocr, file.corrections))


def _footing_steps(
    footing: Footing, max_pages: int, ocr: OcrPlan, corrections: Sequence[CorrectionRecord]
) -> Generator[int, None, Reading]:
    count, problems = _limit_pages(footing, max_pages)
    read = yield from _read_pages(footing, 1, count, ocr)
    yield 0
    lifted = read.lifted if read.lifted is not None else lift_furniture(read.pages)
    return _finish(lifted, [*problems, *read.problems], ocr, corrections)


def _limit_pages(footing: Footing, max_pages: int) -> tuple[int, list[Problem]]:
    """Return how many pages are to be read, what is left out, and what speaks against the file."""
    count, problems = footing.page_count, list(footing.problems)
    if count <= max_pages:
        return count, problems
    detail = f"The PDF has {count} pages; only the first {max_pages} were read (READINGROOM_MAX_PAGES)."
    return max_pages, [*problems, Problem("too_many_pages", detail)]


def _read_pages(footing: Footing, first: int, last: int, ocr: OcrPlan) -> Generator[int, None, _Read]:
    """Take the stages that look at one page at a time. What reads pictures of pages belongs here too."""
    if footing.pages:
        read = list(footing.pages[first - 1 : last])
        seen = yield from _see_drawn(footing.path, read, {page.number for page in read})
        return _Read(footing.page_count, tuple(seen), None, ())
    looks: list[PageLook] = []
    problems: list[Problem] = []
    with open_pdf(footing.path) as document:
        count = len(document)
        for number in range(first, last + 1):
            yield number
            try:
                looks.append(read_page(document, number))
            except UnreadableFileError as error:
                looks.append(PageLook(PageRecord(number, 612, 792, ()), has_boxes=False, is_scan=False))
                problems.append(Problem("unreadable_page", str(error), number))
    pages = [look.page for look in looks]
    drawn = {look.page.number for look in looks if look.has_boxes or _is_bare(look)}
    if drawn:
        pages = yield from _see_drawn(footing.path, pages, drawn)
        problems += _found_by_others(looks, pages)
    pictured = any(look.is_scan or _lacks_text(page) for look, page in zip(looks, pages, strict=True))
    if not pictured or ocr.choice is OcrChoice.OFF:
        return _Read(count, tuple(pages), None, tuple(problems))
    yield 0
    pages, lifted, unread = _see_pictures(footing.path, pages, ocr)
    return _Read(count, tuple(pages), lifted, (*problems, *unread))


def _is_bare(look: PageLook) -> bool:
    """Tell whether PDFium finds nothing on a page, which others then look at; of a scan nobody expects letters."""
    return not look.page.lines and not look.is_scan


def _found_by_others(looks: Sequence[PageLook], pages: Sequence[PageRecord]) -> list[Problem]:
    """Return one problem for all pages that have words though PDFium finds none, or none."""
    found = [page for look, page in zip(looks, pages, strict=True) if page.lines and not look.page.lines]
    if not found:
        return []
    letters = sum(len("".join(page.text.split())) for page in found)
    which = _ranges([page.number for page in found])
    detail = (
        f"PDFium finds no text on page {which}, pdfminer {letters} letters, which are shown. Compare with the pictures."
    )
    return [Problem("readers_disagree", detail, found[0].number)]


def _lacks_text(page: PageRecord) -> bool:
    """Tell whether the text layer has nothing, or letters that no font has."""
    return not page.lines or bool(_UNKNOWN.search(page.text))


def _see_drawn(path: Path, pages: Sequence[PageRecord], drawn: set[int]) -> Generator[int, None, list[PageRecord]]:
    """Let pdfplumber look at the pages on which boxes are drawn.

    What it finds hidden is no problem of the document: readers see problems, and must not learn of it.
    """
    looks = see_boxes(path, {page.number: page for page in pages if page.number in drawn})
    seen: dict[int, PageRecord] = {}
    for number in sorted(drawn):
        yield number
        look = next(looks, None)
        if look is None:
            break
        seen[look.number] = look
    return [seen.get(page.number, page) for page in pages]


def _see_pictures(
    path: Path, pages: Sequence[PageRecord], ocr: OcrPlan
) -> tuple[list[PageRecord], list[PageRecord], list[Problem]]:
    """Take the stages that look at the pictures of pages; return the pages without and with their furniture.

    What these stages need of furniture is found among these pages. In a part of a long PDF it is found again when
    all pages are there.
    """
    read, lifted, problems = _read_pictures(path, pages, ocr)
    marked = [replace(page, redactions=(*page.redactions, *inline_redactions(page))) for page in lifted]
    found = [
        tuple(each for each in page.redactions if each.shape is RedactionShape.IMAGE)
        for page in see_scans(path, marked)
    ]
    return _with_boxes(read, found), _with_boxes(lifted, found), problems


def _with_boxes(pages: Sequence[PageRecord], found: Sequence[tuple[Redaction, ...]]) -> list[PageRecord]:
    return [replace(page, redactions=(*page.redactions, *boxes)) for page, boxes in zip(pages, found, strict=True)]


def _read_pictures(
    path: Path, pages: Sequence[PageRecord], ocr: OcrPlan
) -> tuple[list[PageRecord], list[PageRecord], list[Problem]]:
    """Return the pages with what their pictures say and their text layers do not; without and with furniture."""
    if open_engine(ocr.choice) is None:
        return list(pages), lift_furniture(pages), []
    with open_pdf(path) as document:
        pictures = PagePictures(document)
        read, problems = read_scans(pictures, pages, ocr)
        mended, unmended = read_lost_values(pictures, lift_furniture(read), ocr)
    lines = (page.lines for page in mended)
    return [replace(page, lines=each) for page, each in zip(read, lines, strict=True)], mended, [*problems, *unmended]


def _last(steps: Generator[int, None, Reading]) -> Reading:
    """Take all steps and return what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            reading: Reading = end.value
            return reading


def _textless(pages: Sequence[PageRecord], reason: str) -> list[Problem]:
    """Return one problem for all pages without text, or none."""
    numbers = [page.number for page in pages if page.text_source is TextSource.NONE]
    if not numbers:
        return []
    which = f"Page {numbers[0]} has" if len(numbers) == 1 else f"Pages {_ranges(numbers)} have"
    detail = f"{which} no text and cannot be searched (scanned or empty). {reason}".rstrip()
    return [Problem("no_text", detail, numbers[0])]


def _ranges(numbers: Sequence[int]) -> str:
    """Return 1, 2, 3, 7 as "1-3, 7"."""
    starts = [numbers[0], *(number for before, number in pairwise(numbers) if number != before + 1)]
    ends = [*(before for before, number in pairwise(numbers) if number != before + 1), numbers[-1]]
    spans = (f"{start}" if start == end else f"{start}-{end}" for start, end in zip(starts, ends, strict=True))
    return ", ".join(spans)
