"""Look at the pages on which boxes are drawn: name what withholds, take out what was left under it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.geometry.drawn import DrawnPage, open_drawn, read_drawn
from ingest.geometry.hiding import HiddenWord, find_hidden
from ingest.geometry.leaks import find_leaks
from ingest.geometry.withholding import find_redactions
from ingest.pictures import Picture, open_pictures
from ingest.records import Line, PageRecord, Word

log = logging.getLogger(__name__)

_MOST_BOXES = 2_000  # on a page: a drawing, not redactions
_MOST_LETTERS = 100_000


def see_boxes(path: Path, pages: Mapping[int, PageRecord]) -> Iterator[PageRecord]:
    """Yield the given pages, by their numbers, with their redaction boxes and without the words hidden on them.

    Those words are in `leaks`. A page that pdfplumber cannot read stays as it is and is not yielded.
    """
    try:
        with open_drawn(path, sorted(pages)) as drawn, open_pictures(path) as pictures:
            for number, page in drawn:
                try:
                    yield _see_page(read_drawn(page), pages[number], lambda n=number: pictures.draw(n))  # type: ignore[misc]
                except Exception:  # pdfminer raises whatever a broken page leads it to; PDFium has read the text
                    log.warning("boxes not seen file=%s page=%d", path.name, number, exc_info=True)
    except Exception:
        log.warning("boxes not seen file=%s", path.name, exc_info=True)


def _see_page(drawn: DrawnPage, record: PageRecord, draw: Callable[[], Picture]) -> PageRecord:
    if len(drawn.fills) > _MOST_BOXES or len(drawn.letters) > _MOST_LETTERS:
        log.warning("boxes not weighed page=%d boxes=%d letters=%d", drawn.number, len(drawn.fills), len(drawn.letters))
        return record
    hidden = find_hidden(drawn, record.words, draw)
    lines = _without(record.lines, hidden)
    redactions = find_redactions(drawn, lines, hidden)
    return replace(
        record,
        lines=lines,
        redactions=(*record.redactions, *redactions),
        leaks=(*record.leaks, *find_leaks(hidden)),
    )


def _without(lines: Sequence[Line], hidden: Sequence[HiddenWord]) -> tuple[Line, ...]:
    if not hidden:
        return tuple(lines)
    unseen: set[Word] = {found.word for found in hidden}
    kept = (tuple(word for word in line.words if word not in unseen) for line in lines)
    return tuple(Line(words) for words in kept if words)
