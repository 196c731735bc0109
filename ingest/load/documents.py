"""Write documents with their pages and messages; keys come from content and old ones lead on."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.worlds import NOWHERE, PUBLIC, settle_worlds, unlink
from ingest.agencies import AgencyTable
from ingest.load.attached import Attached
from ingest.load.messages import store_messages, store_papers
from ingest.load.pages import store_pages, store_redactions
from ingest.records import (
    PageRecord,
    Reading,
    SourceFile,
    State,
)

PIPELINE_VERSION = 3  # raise it when a stage reads better: files are then read again
_KEY_DIGITS = 16
# Problems of the moment, not of the file.
_PASSING = ("worker_died", "worker_timeout", "out_of_memory", "missing_reader", "not_kept")
_READ_STATES = (rows.DocumentState.PUBLISHED, rows.DocumentState.PARTIAL)
_NUMBERED = re.compile(r" \(\d+\)$")
_MOST_ASKED = 10_000  # values in one statement: SQLite takes 32,766
_LONGEST_PATH = 600  # bytes: PostgreSQL indexes rows up to 2,704


def find_read(session: Session, sha256: str) -> rows.Document | None:
    """Return the document of these bytes if it was read by the pipeline as it is now.

    One whose worker died or ran out of time or memory was not read: it is tried again, as is one whose
    reading was broken off.
    """
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == sha256))
    if document is None or document.pipeline_version != PIPELINE_VERSION:
        return None
    if document.state is rows.DocumentState.READING:
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
    session.flush()
    before = document.world
    settle_worlds(session, [document.id])
    if document.world == PUBLIC and before not in (PUBLIC, NOWHERE) and document.parent_id is None:
        parent = select(rows.Document.id).where(rows.Document.sha256 == file.parent_sha256)
        document.parent_id = session.scalar(parent) if file.parent_sha256 else None
    if not _is_bare(document):
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
    is_old = document is not None and not _is_bare(document)
    old_keys = _forget(session, document) if document and is_old else {}
    document = _write_row(session, document, file, reading.state, len(reading.pages))
    document.ingested_at = now
    session.flush()
    session.add_all(
        rows.Problem(document_id=document.id, page=problem.page, code=problem.code, detail=problem.detail)
        for problem in reading.problems
    )
    pages = store_pages(session, document, reading.pages)
    messages = store_messages(session, document, reading, table, attached)
    store_redactions(session, reading, pages, messages)
    store_papers(session, document, reading.papers, messages)
    _lead_on(session, document, old_keys, messages)
    if document.world != NOWHERE:
        settle_worlds(session, [document.id])
    return document


def accept_document(session: Session, file: SourceFile, *, now: datetime) -> rows.Document:
    """Return the row of a file whose bytes are kept and which is still to be read; one that is there stays as it is."""
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == file.sha256))
    if document is None:
        document = _write_row(session, None, file, State.READING, 0)
        document.ingested_at = now
        session.flush()
    return document


def begin_document(session: Session, file: SourceFile, page_count: int, *, now: datetime) -> rows.Document | None:
    """Write a document that is being read and has no pages yet, and return its row; `add_pages` adds them.

    None where an older reading is shown: it stays until the new one is whole.
    """
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == file.sha256))
    if document is not None and document.state in _READ_STATES:
        return None
    if document is not None:
        _forget(session, document)
    document = _write_row(session, document, file, State.READING, page_count)
    document.ingested_at = now
    session.flush()
    return document


def add_pages(session: Session, file: SourceFile, pages: Sequence[PageRecord]) -> None:
    """Write pages of a document that is being read; nothing where it no longer is.

    Another process may read the same file: pages that are there already are written again.
    """
    document = session.scalar(select(rows.Document).where(rows.Document.sha256 == file.sha256))
    if document is None or document.state is not rows.DocumentState.READING:
        return
    numbers = [page.number for page in pages]
    session.execute(delete(rows.Page).where(rows.Page.document_id == document.id, rows.Page.number.in_(numbers)))
    store_pages(session, document, pages)
    settle_worlds(session, [document.id])


def _write_row(
    session: Session, document: rows.Document | None, file: SourceFile, state: State, page_count: int
) -> rows.Document:
    parent = select(rows.Document.id).where(rows.Document.sha256 == file.parent_sha256)
    parent_id = session.scalar(parent) if file.parent_sha256 else None
    if document is None:
        document = rows.Document(key=file.sha256[:_KEY_DIGITS], sha256=file.sha256, name=file.name, world=NOWHERE)
        session.add(document)
    document.kind, document.size_bytes = file.kind.value, file.size_bytes
    document.page_count, document.state = page_count, rows.DocumentState(state.value)
    document.pipeline_version = PIPELINE_VERSION
    if file.parent_sha256:
        document.parent_id = parent_id
    return document


def _is_bare(document: rows.Document) -> bool:
    """Tell whether a document has its row and nothing else yet, as most that are stored."""
    return document.state is rows.DocumentState.READING and document.page_count == 0


def _keep_older(session: Session, document: rows.Document, reading: Reading) -> rows.Document:
    """Keep what an older pipeline read of a file that this one fails on; the problem says so."""
    codes = {*_PASSING, *(problem.code for problem in reading.problems)}
    session.execute(delete(rows.Problem).where(rows.Problem.document_id == document.id, rows.Problem.code.in_(codes)))
    session.add_all(
        rows.Problem(document_id=document.id, page=problem.page, code=problem.code, detail=problem.detail)
        for problem in reading.problems
    )
    return document


def _forget(session: Session, document: rows.Document) -> dict[str, int]:
    """Delete what an older reading wrote; return the first page of each message key that it gave."""
    pages_of_keys = select(rows.Message.key, rows.Message.first_page).where(rows.Message.document_id == document.id)
    old_keys = dict(session.execute(pages_of_keys).all())
    numbers = session.scalars(select(rows.Page.number).where(rows.Page.document_id == document.id))
    stale = [*old_keys, *(f"{document.key}/{number}" for number in numbers)]
    unlink(session, rows.Message.document_id == document.id)
    for model in (rows.Paper, rows.Message, rows.Page, rows.Problem):
        session.execute(delete(model).where(model.document_id == document.id))
    known: set[str] = set()
    for start in range(0, len(stale), _MOST_ASKED):
        key = rows.RetiredEntry.key
        known.update(session.scalars(select(key).where(key.in_(stale[start : start + _MOST_ASKED]))))
    session.add_all(rows.RetiredEntry(key=key) for key in dict.fromkeys(stale) if key not in known)
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


def _queue_again(session: Session, document: rows.Document) -> None:
    """Let the index learn that a document it has stands in one more release."""
    for model in (rows.Message, rows.Page):
        session.execute(update(model).where(model.document_id == document.id).values(indexed_at=None))
