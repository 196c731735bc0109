"""Write the pages of a document and what is withheld on them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.word_boxes import WordBox, pack_boxes
from app.database.worlds import NOWHERE
from ingest.records import Level, MessageRecord, PageRecord, Reading, Redaction


def store_pages(session: Session, document: rows.Document, pages: Sequence[PageRecord]) -> dict[int, rows.Page]:
    stored = {}
    for page in pages:
        stored[page.number] = rows.Page(
            document_id=document.id,
            number=page.number,
            width_pt=page.width_pt,
            height_pt=page.height_pt,
            text=page.text,
            text_source=rows.TextSource(page.text_source.value),
            ocr_engine=page.ocr.engine if page.ocr else None,
            ocr_confidence=page.ocr.confidence if page.ocr else None,
            word_boxes=pack_boxes([WordBox(*word.box) for word in page.words]),
            stamped_numbers=" ".join(page.stamped_numbers),
            in_message=page.in_message,
            world=NOWHERE,
            bates_numbers=[rows.BatesNumber(number=number) for number in page.bates_numbers],
        )
    session.add_all(stored.values())
    session.flush()
    session.add_all(
        rows.Leak(page_id=stored[page.number].id, text=leak.text, **leak.box._asdict())
        for page in pages
        for leak in page.leaks
    )
    return stored


def store_redactions(
    session: Session, reading: Reading, pages: dict[int, rows.Page], messages: Sequence[rows.Message]
) -> None:
    printed = [
        (record, row) for record, row in zip(reading.messages, messages, strict=True) if record.level is Level.PRINTED
    ]
    for page in reading.pages:
        for redaction in page.redactions:
            owner = _owner(page, redaction, printed)
            box = redaction.box
            session.add(
                rows.Redaction(
                    page_id=pages[page.number].id,
                    message_id=owner.id if owner else None,
                    code=redaction.code,
                    printed=redaction.printed,
                    shape=rows.RedactionShape(redaction.shape.value),
                    x0=box.x0 if box else None,
                    top=box.top if box else None,
                    x1=box.x1 if box else None,
                    bottom=box.bottom if box else None,
                )
            )


def _owner(
    page: PageRecord, redaction: Redaction, printed: Sequence[tuple[MessageRecord, rows.Message]]
) -> rows.Message | None:
    """Return the printed message on whose part of the page a redaction stands.

    A stamp, which has no box, speaks for the message that begins on its page.
    """
    on_page = [(record, row) for record, row in printed if record.first_page <= page.number <= record.last_page]
    starting = [(record, row) for record, row in on_page if record.first_page == page.number]
    if redaction.box is None:
        return next((row for _, row in starting or on_page), None)
    above = [
        (record, row)
        for record, row in starting
        if page.lines[record.first_line - 1].box.top <= redaction.box.bottom + 2
    ]
    chosen = above[-1:] or [(record, row) for record, row in on_page if record.first_page < page.number]
    return chosen[-1][1] if chosen else next((row for _, row in starting), None)
