"""Write out the archive's messages, one JSON object a line."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.database.models import BatesNumber, Document, Level, Message, Page, Participant, Release, ReleasedFile, Role
from app.web.schemas.base import printed_iso

_WITHHELD = "[redacted]"
_BATCH = 500


def every_message(session: Session, release: str | None) -> Iterator[tuple[Message, list[str]]]:
    """Yield the messages of a release, or of all, in the order of their documents, each with its file names.

    A document that was found under several names gives several.
    """
    documents = select(Document.id).order_by(Document.id)
    if release:
        documents = documents.where(
            Document.id.in_(select(ReleasedFile.document_id).join(ReleasedFile.release).where(Release.slug == release))
        )
    for document_id in session.scalars(documents).all():
        paths = session.scalars(select(ReleasedFile.path).where(ReleasedFile.document_id == document_id))
        names = sorted({path.rsplit("/", 1)[-1] for path in paths})
        messages = (
            select(Message)
            .where(Message.document_id == document_id)
            .order_by(Message.position)
            .options(
                joinedload(Message.document),
                joinedload(Message.sent_message),
                selectinload(Message.participants),
                selectinload(Message.attachments),
                selectinload(Message.redactions),
            )
            .execution_options(yield_per=_BATCH)
        )
        for message in session.scalars(messages):
            yield message, names


def bates_of(session: Session, message: Message) -> list[str]:
    """Return the Bates numbers of the pages on which a printed message stands, in order; [] for a quoted one."""
    if message.level is not Level.PRINTED:
        return []
    numbers = (
        select(BatesNumber.number)
        .join(Page, Page.id == BatesNumber.page_id)
        .where(Page.document_id == message.document_id)
        .where(Page.number.between(message.first_page, message.last_page))
        .order_by(Page.number, BatesNumber.id)
    )
    return list(dict.fromkeys(session.scalars(numbers)))


def truth_record(message: Message, file: str, bates: Sequence[str] = ()) -> dict[str, Any]:
    """Return a message in the fields by which records are scored against a truth.

    A withheld value is "[redacted]", a date is cut to what is printed, and has an offset only if one is.
    """
    codes = sorted({redaction.code for redaction in message.redactions if redaction.code})
    return {
        "file": file,
        "page_start": message.first_page,
        "page_end": message.last_page,
        "line_start": message.first_line,
        "level": "top" if message.level is Level.PRINTED else "quoted",
        "from": next(iter(_people(message, Role.SENDER)), None),
        "to": _people(message, Role.TO),
        "cc": _people(message, Role.CC),
        "date": printed_iso(message),
        "subject": message.subject,
        "attachments": [attachment.name for attachment in message.attachments],
        "codes": codes,
        "bates": list(bates),
        "thread": message.sent_message.thread_id if message.sent_message else None,
    }


def _people(message: Message, role: Role) -> list[str]:
    return [_person(participant) for participant in message.participants if participant.role is role]


def _person(participant: Participant) -> str:
    if participant.withheld:
        domain = participant.printed.strip("<> ")
        return f"{_WITHHELD}{domain}" if domain.startswith("@") else _WITHHELD
    if participant.name and participant.address:
        return f"{participant.name} <{participant.address}>"
    return participant.name or participant.address or participant.printed
