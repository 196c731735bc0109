"""Look at the pages on which boxes are drawn: name what withholds, take out what was left under it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ingest.geometry.drawn import DrawnPage, open_drawn, read_drawn, read_plain, read_words
from ingest.geometry.hiding import find_blank, find_hidden
from ingest.geometry.leaks import find_leaks
from ingest.geometry.withholding import find_redactions
from ingest.pages import build_lines
from ingest.pictures import Picture, Pictures, open_pictures
from ingest.records import Line, PageRecord, Word

log = logging.getLogger(__name__)

_MOST_BOXES = 2_000  # on a page: a drawing, not redactions
_MOST_LETTERS = 100_000


def see_boxes(path: Path, pages: Mapping[int, PageRecord]) -> Iterator[PageRecord]:
    """Yield the given pages, by their numbers, with their redaction boxes and without the words hidden on them.

    Those words are in `leaks`. A page without words gets those that pdfminer reads. Of a page that pdfminer cannot
    read, the words whose place is blank in its picture are taken out.
    """
    with ExitStack() as stack:
        pictures = _open_pictures(stack, path)
        waiting = sorted(pages)
        try:
            for number, page in stack.enter_context(open_drawn(path, waiting)):
                waiting.remove(number)
                draw = _drawing(pictures, number)
                try:
                    record, drawn = pages[number], read_drawn(page)
                    if drawn.letters and not record.lines:  # asked of a drawing without letters, it takes 2 s
                        record = replace(record, lines=tuple(build_lines(read_words(page))))
                    yield _see_page(drawn, record, draw)
                except Exception:  # pdfminer raises whatever a broken page leads it to; PDFium has read the text
                    log.warning("boxes not seen file=%s page=%d", path.name, number, exc_info=True)
                    yield see_picture(pages[number], draw)
        except Exception:
            log.warning("boxes not seen file=%s", path.name, exc_info=True)
        for number in waiting:
            yield see_picture(pages[number], _drawing(pictures, number))


def read_by_pdfminer(path: Path, last: int) -> list[PageRecord]:
    """Return the pages up to number `last` as pdfminer reads them, as far as it gets; boxes are not looked at."""
    pages: list[PageRecord] = []
    try:
        pages.extend(read_plain(path, last))
    except Exception:  # pdfminer raises whatever a broken file leads it to
        log.warning("pdfminer stopped file=%s page=%d", path.name, len(pages) + 1, exc_info=True)
    return pages


def see_picture(record: PageRecord, draw: Callable[[], Picture | None]) -> PageRecord:
    """Return a page without the words of which its picture shows nothing; all stay where there is no picture."""
    picture = draw() if record.lines else None
    hidden = find_blank(record.words, picture) if picture else []
    lines = _without(record.lines, {found.word for found in hidden})
    return replace(record, lines=lines, leaks=(*record.leaks, *find_leaks(hidden)))


def _open_pictures(stack: ExitStack, path: Path) -> Pictures | None:
    try:
        return stack.enter_context(open_pictures(path))
    except Exception:  # pdfminer reads files that PDFium does not open
        log.warning("pages not drawn file=%s", path.name, exc_info=True)
        return None


def _drawing(pictures: Pictures | None, number: int) -> Callable[[], Picture | None]:
    """Return what draws a page, or says None where that is not possible."""

    def draw() -> Picture | None:
        try:
            return pictures.draw(number) if pictures else None
        except Exception:
            log.warning("page not drawn page=%d", number, exc_info=True)
            return None

    return draw


def _see_page(drawn: DrawnPage, record: PageRecord, draw: Callable[[], Picture | None]) -> PageRecord:
    if len(drawn.fills) > _MOST_BOXES or len(drawn.letters) > _MOST_LETTERS:
        log.warning("boxes not weighed page=%d boxes=%d letters=%d", drawn.number, len(drawn.fills), len(drawn.letters))
        return record
    hidden = find_hidden(drawn, record.words, draw)
    lines = _without(record.lines, {found.word for found in hidden})
    redactions = find_redactions(drawn, lines, hidden)
    return replace(
        record,
        lines=lines,
        redactions=(*record.redactions, *redactions),
        leaks=(*record.leaks, *find_leaks(hidden)),
    )


def _without(lines: Sequence[Line], unseen: set[Word]) -> tuple[Line, ...]:
    if not unseen:
        return tuple(lines)
    kept = (tuple(word for word in line.words if word not in unseen) for line in lines)
    return tuple(Line(words) for words in kept if words)
