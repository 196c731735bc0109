"""Write documents with their pages and messages; keys come from content and old ones lead on."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.word_boxes import WordBox, pack_boxes
from ingest.agencies import AgencyTable
from ingest.load.people import PeopleWriter
from ingest.records import Level, MessageRecord, PageRecord, Reading, Redaction, SourceFile, State

PIPELINE_VERSION = 1  # raise it when a stage reads better: files are then read again
_KEY_DIGITS = 16
_PASSING = ("worker_died", "worker_timeout", "out_of_memory")  # problems of the moment, not of the file
_READ_STATES = (rows.DocumentState.PUBLISHED, rows.DocumentState.PARTIAL)
_NUMBERED = re.compile(r" \(\d+\)$")
_LONGEST_PATH = 600  # bytes: PostgreSQL indexes rows up to 2,704


@dataclass(frozen=True, slots=True)
class Attached:
    """A mail's attachment that is a document of its own."""

    message: int  # index of the message within the mail file
    name: str  # as the message names it
    document_id: int


def find_read(session: Session, sha256: str) -> rows.Document | None:
    """Return the document of these bytes if it was read by the pipeline as it is now.

    One whose worker died or ran out of time or memory was not read: it is tried again.
    """
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == sha256))
    if document is None or document.pipeline_version != PIPELINE_VERSION:
        return None
    failed = select(rows.Problem.id).where(rows.Problem.document_id == document.id, rows.Problem.code.in_(_PASSING))
    return None if session.scalar(failed.limit(1)) else document


def link_file(session: Session, release: rows.Release, file: SourceFile, document: rows.Document) -> bool:
    """Note that the document was found at this place of the release; False if that was known.

    Where another document has the place, as when two folders with files of one name are ingested, this
    one's is "name (2)".
    """
    label = _shorten(file.path)
    base = _NUMBERED.sub("", label)
    places = select(rows.ReleasedFile.path, rows.ReleasedFile.document_id).where(
        rows.ReleasedFile.release_id == release.id,
        (rows.ReleasedFile.path == base) | rows.ReleasedFile.path.startswith(f"{base} (", autoescape=True),
    )
    taken = dict(session.execute(places).all())
    if document.id in taken.values():
        return False
    path, count = label, 1
    while path in taken:
        count += 1
        path = f"{base} ({count})"
    session.add(rows.ReleasedFile(release_id=release.id, document_id=document.id, path=path))
    _queue_again(session, document)
    return True


def _shorten(path: str) -> str:
    """Return a path that an index of the database can hold; a hash stands for what is cut off."""
    encoded = path.encode()
    if len(encoded) <= _LONGEST_PATH:
        return path
    return f"{encoded[: _LONGEST_PATH - 20].decode(errors='ignore')}…{hashlib.sha256(encoded).hexdigest()[:12]}"


def known_attachments(session: Session, document: rows.Document) -> list[tuple[str, rows.Document]]:
    """Return the attachments of a mail file that are documents, by name, as an earlier reading kept them."""
    found = session.execute(
        select(rows.Attachment.name, rows.Document)
        .join(rows.Message, rows.Message.id == rows.Attachment.message_id)
        .join(rows.Document, rows.Document.id == rows.Attachment.document_id)
        .where(rows.Message.document_id == document.id)
        .order_by(rows.Attachment.id)
    )
    return [(name, attached) for name, attached in found]


def store_document(
    session: Session, file: SourceFile, reading: Reading, table: AgencyTable, *, now: datetime,
    attached: Sequence[Attached] = (),
) -> rows.Document:  # fmt: skip
    """Write a document and all that was read from it, in place of an older reading; return its row."""
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == file.sha256))
    if document is not None and reading.state is State.UNREADABLE and document.state in _READ_STATES:
        return _keep_older(session, document, reading)
    old_keys = _forget(session, document) if document else {}
    if document is None:
        document = rows.Document(key=file.sha256[:_KEY_DIGITS], sha256=file.sha256, name=file.name)
        session.add(document)
    document.kind, document.size_bytes = file.kind.value, file.size_bytes
    document.page_count = len(reading.pages)
    document.state = rows.DocumentState(reading.state.value)
    document.pipeline_version, document.ingested_at = PIPELINE_VERSION, now
    if file.parent_sha256:
        parent = select(rows.Document.id).where(rows.Document.sha256 == file.parent_sha256)
        document.parent_id = session.scalar(parent)
    session.flush()
    session.add_all(
        rows.Problem(document_id=document.id, page=problem.page, code=problem.code, detail=problem.detail)
        for problem in reading.problems
    )
    pages = _store_pages(session, document, reading.pages)
    messages = _store_messages(session, document, reading, table, attached)
    _store_redactions(session, reading, pages, messages)
    _lead_on(session, document, old_keys, messages)
    return document


def _keep_older(session: Session, document: rows.Document, reading: Reading) -> rows.Document:
    """Keep what an older pipeline read of a file that this one fails on; the problem says so."""
    codes = {*_PASSING, *(problem.code for problem in reading.problems)}
    session.execute(delete(rows.Problem).where(rows.Problem.document_id == document.id, rows.Problem.code.in_(codes)))
    session.add_all(
        rows.Problem(document_id=document.id, page=problem.page, code=problem.code, detail=problem.detail)
        for problem in reading.problems
    )
    return document


def message_identity(document_sha256: str, message: MessageRecord) -> str:
    """Return what a message's key is made of: its document, first page and header block without blanks."""
    header = "".join(message.headers.printed.split())
    return f"{document_sha256}\n{message.first_page}\n{header}"


def message_key(identity: str, ordinal: int) -> str:
    """Return a message's key; `ordinal` counts the messages of one identity, from 0."""
    return hashlib.sha256(f"{identity}\n{ordinal}".encode()).hexdigest()[:_KEY_DIGITS]


def _forget(session: Session, document: rows.Document) -> dict[str, int]:
    """Delete what an older reading wrote; return the first page of each message key that it gave."""
    pages_of_keys = select(rows.Message.key, rows.Message.first_page).where(rows.Message.document_id == document.id)
    old_keys = dict(session.execute(pages_of_keys).all())
    numbers = session.scalars(select(rows.Page.number).where(rows.Page.document_id == document.id))
    stale = [*old_keys, *(f"{document.key}/{number}" for number in numbers)]
    for model in (rows.Message, rows.Page, rows.Problem):
        session.execute(delete(model).where(model.document_id == document.id))
    for key in stale:
        session.merge(rows.RetiredEntry(key=key))
    session.flush()
    return old_keys


def _lead_on(
    session: Session, document: rows.Document, old_keys: dict[str, int], messages: Sequence[rows.Message]
) -> None:
    """Let each key that is no more lead to the message on the same page, or to the document."""
    new = {message.key for message in messages}
    session.execute(delete(rows.Redirect).where(rows.Redirect.old_key.in_(new)))
    session.execute(delete(rows.RetiredEntry).where(rows.RetiredEntry.key.in_(new)))
    for key, page in old_keys.items():
        if key in new:
            continue
        heirs = [message for message in messages if message.first_page <= page <= message.last_page]
        heir = max(heirs, key=lambda message: message.first_page, default=None)
        path = f"/messages/{heir.key}" if heir else f"/documents/{document.key}"
        session.merge(rows.Redirect(old_key=key, new_path=path))


def _store_pages(session: Session, document: rows.Document, pages: Sequence[PageRecord]) -> dict[int, rows.Page]:
    stored = {}
    for page in pages:
        stored[page.number] = rows.Page(
            document_id=document.id,
            number=page.number,
            width_pt=page.width_pt,
            height_pt=page.height_pt,
            text=page.text,
            text_source=rows.TextSource(page.text_source.value),
            word_boxes=pack_boxes([WordBox(*word.box) for word in page.words]),
            stamped_numbers=" ".join(page.stamped_numbers),
            in_message=page.in_message,
            bates_numbers=[rows.BatesNumber(number=number) for number in page.bates_numbers],
        )
    session.add_all(stored.values())
    session.flush()
    return stored


def _store_messages(
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
    people.rename()
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
    )


def _store_redactions(
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


def _queue_again(session: Session, document: rows.Document) -> None:
    """Let the index learn that a document it has stands in one more release."""
    for model in (rows.Message, rows.Page):
        session.execute(update(model).where(model.document_id == document.id).values(indexed_at=None))
