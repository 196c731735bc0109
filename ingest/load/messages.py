"""Write the messages of a document, with everyone and everything that their headers name."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.worlds import NOWHERE
from ingest.agencies import AgencyTable
from ingest.load.attached import Attached
from ingest.load.people import PeopleWriter
from ingest.records import FieldReading, MessageRecord, PaperRecord, Reading

_KEY_DIGITS = 16


def message_identity(document_sha256: str, message: MessageRecord) -> str:
    """Return what a message's key is made of: its document, first page and header block without blanks."""
    header = "".join(message.headers.printed.split())
    return f"{document_sha256}\n{message.first_page}\n{header}"


def message_key(identity: str, ordinal: int) -> str:
    """Return a message's key; `ordinal` counts the messages of one identity, from 0."""
    return hashlib.sha256(f"{identity}\n{ordinal}".encode()).hexdigest()[:_KEY_DIGITS]


def store_messages(
    session: Session,
    document: rows.Document,
    reading: Reading,
    table: AgencyTable,
    attached: Sequence[Attached],
) -> list[rows.Message]:
    people = PeopleWriter(session, table, reading.messages)
    stored: list[rows.Message] = []
    used: Counter[str] = Counter()
    for position, record in enumerate(reading.messages):
        identity = message_identity(document.sha256, record)
        message = _message(document, record, position, message_key(identity, used[identity]))
        used[identity] += 1
        message.parent_id = stored[record.parent].id if record.parent is not None else None
        message.participants = people.participants(record.headers)
        message.attachments = _attachments(record, [each for each in attached if each.message == position])
        session.add(message)
        session.flush()
        stored.append(message)
    return stored


def _attachments(record: MessageRecord, attached: Sequence[Attached]) -> list[rows.Attachment]:
    """Return the rows of the attachments that a message names, each with its own document if there is one."""
    waiting = list(attached)
    named = []
    for name in record.headers.attachments:
        found = next((each for each in waiting if each.name == name), None)
        if found is not None:
            waiting.remove(found)
        named.append(rows.Attachment(name=name, document_id=found.document_id if found else None))
    return named


def _message(document: rows.Document, record: MessageRecord, position: int, key: str) -> rows.Message:
    date = record.headers.date
    return rows.Message(
        key=key,
        document_id=document.id,
        level=rows.Level(record.level.value),
        position=position,
        first_page=record.first_page,
        last_page=record.last_page,
        first_line=record.first_line,
        text_page=record.text_page,
        header_text=record.headers.printed,
        subject=record.headers.subject,
        sent_at=date.wall if date else None,
        date_text=date.text if date else None,
        date_precision=rows.DatePrecision(date.precision.value) if date and date.precision else None,
        utc_offset_min=date.utc_offset_min if date else None,
        text=record.text,
        quoted_text=record.quoted_text,
        kind=rows.MessageKind(record.kind.value),
        importance=record.headers.importance,
        text_parts=[[part.kind.value, part.start, part.end] for part in record.parts],
        header_fields=[_header_field(reading) for reading in record.headers.readings],
        confidence=record.confidence,
        reasons=list(record.reasons),
        doubts=[[doubt.code, doubt.detail] for doubt in record.doubts],
        doubtful=bool(record.doubts),
        internet_message_id=record.message_id,
        in_reply_to=record.in_reply_to,
        references_text=" ".join(record.references),
        checked_by=record.checked_by,
        world=NOWHERE,
    )


def _header_field(reading: FieldReading) -> dict[str, Any]:
    return {
        "field": reading.field,
        "printed": reading.printed,
        "method": reading.method.value,
        "confidence": round(reading.confidence, 3),
        "page": reading.page,
        "box": [round(side, 1) for side in reading.box] if reading.box else None,
    }


def store_papers(
    session: Session, document: rows.Document, papers: Sequence[PaperRecord], messages: Sequence[rows.Message]
) -> None:
    session.add_all(
        rows.Paper(
            document_id=document.id,
            message_id=messages[paper.message].id if paper.message is not None else None,
            kind=rows.PaperKind(paper.kind.value),
            position=position,
            first_page=paper.first_page,
            last_page=paper.last_page,
            first_line=paper.first_line,
            title=paper.title,
            confidence=paper.confidence,
        )
        for position, paper in enumerate(papers)
    )
