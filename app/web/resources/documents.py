"""Load released files and their pages."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.documents import DocumentRepository
from app.database.messages import MessageRepository
from app.database.models import Document, DocumentState, Message, Page
from app.database.papers import PaperRepository
from app.database.releases import ReleaseRepository
from app.errors import NotFoundError
from app.web.resources.errors import raise_missing, raise_withdrawn
from app.web.resources.marks import marked_boxes
from app.web.schemas.documents import (
    DocumentDetail,
    PageDetail,
    PageText,
    document_summary,
    page_text,
    place_summary,
    problem_summary,
    withheld_counts,
)
from app.web.schemas.messages import message_summary
from app.web.schemas.papers import paper_summary

PAGES_SHOWN = 20
MESSAGES_SHOWN = 100  # of a mail file, which has no pages
CONTENTS_SHOWN = 1000
MAILS_SHOWN = 100  # to which one file was attached


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The bytes of a document and what they are called."""

    name: str
    kind: str
    sha256: str
    path: Path


def load_document(archive: Archive, key: str, *, page: int = 1, q: str = "") -> DocumentDetail:
    """Return the document with the stretch of its pages in which `page` lies; words of `q` are marked.

    Of a mail file, which has no pages, `page` is the number of a message.

    Raises:
        NotFoundError: there is no such document; MovedError if it is elsewhere now.
    """
    with archive.sessions() as session:
        documents, messages = DocumentRepository(session), MessageRepository(session)
        document = documents.get(key) or raise_missing(session, "document", key)
        message_count = documents.count_messages([document.id]).get(document.id, 0)
        total = document.page_count or message_count
        first, last = _stretch(page, total, PAGES_SHOWN if document.page_count else MESSAGES_SHOWN)
        pages: list[PageText] = []
        if document.page_count:
            pages = [_page_text(archive, row, key, q) for row in documents.pages(document.id, first, last)]
            shown = messages.on_pages(document.id, first, last)
        else:
            shown = messages.in_order(document.id, offset=first - 1, limit=MESSAGES_SHOWN)
        container = documents.container(document)
        return DocumentDetail(
            **dict(document_summary(document)),
            sha256=document.sha256,
            original_url=f"/documents/{key}/original",
            ingested_at=document.ingested_at,
            places=[place_summary(file) for file in ReleaseRepository(session).places(document.id)],
            container=document_summary(container) if container else None,
            contents=[document_summary(one) for one in documents.contents(document.id, limit=CONTENTS_SHOWN)],
            attached_to=[message_summary(one) for one in messages.with_attachment(document.id, limit=MAILS_SHOWN)],
            problems=[problem_summary(problem) for problem in document.problems],
            message_count=message_count,
            withheld=withheld_counts(*documents.count_withheld(document.id)),
            first=first,
            last=last,
            total=total,
            pages=pages,
            messages=[message_summary(message) for message in shown],
            papers=[paper_summary(paper, key) for paper in PaperRepository(session).on_pages(document.id, first, last)],
        )


def load_page(archive: Archive, key: str, number: int, *, q: str = "") -> PageDetail:
    """Return one page of a document, counted from 1, with the emails that stand on it.

    Raises:
        NotFoundError: there is no such document or page; MovedError if the document is elsewhere now.
    """
    with archive.sessions() as session:
        document, page = _find_page(session, key, number)
        return PageDetail(
            **dict(_page_text(archive, page, key, q)),
            document=document_summary(document),
            messages=[message_summary(message) for message in _messages_on(session, document, number)],
        )


def load_page_original(archive: Archive, key: str, number: int) -> OriginalFile:
    """Return the released file that has this page, counted from 1.

    Raises:
        NotFoundError: there is no such document or page, or its bytes are gone.
    """
    with archive.sessions() as session:
        document, _ = _find_page(session, key, number)
        return _original(archive, document)


def load_original(archive: Archive, key: str) -> OriginalFile:
    """Return the released file, as it was released.

    Raises:
        NotFoundError: there is no such document, or its bytes are gone; MovedError if it is elsewhere now,
            WithdrawnError if it, or something in it, was withdrawn.
    """
    with archive.sessions() as session:
        document = DocumentRepository(session).get(key) or raise_missing(session, "document", key)
        raise_withdrawn(session, "file", f"{key}/original")
        return _original(archive, document)


def _original(archive: Archive, document: Document) -> OriginalFile:
    path = archive.store.path(document.sha256)
    if not path.is_file():
        raise NotFoundError(f"The bytes of {document.name} are not in this archive; ingest the file again.")
    return OriginalFile(document.name, document.kind, document.sha256, path)


def _find_page(session: Session, key: str, number: int) -> tuple[Document, Page]:
    documents = DocumentRepository(session)
    document = documents.get(key) or raise_missing(session, "document", key)
    page = documents.page(document.id, number)
    if page is None:
        raise_withdrawn(session, "page", f"{key}/{number}")
    if page is None and document.state is DocumentState.READING and number <= document.page_count:
        raise NotFoundError(f"Page {number} of {document.name} is not read yet; try again in a few minutes.")
    if page is None:
        raise NotFoundError(f"{document.name} has no page {number}; it has {document.page_count}.")
    return document, page


def _messages_on(session: Session, document: Document, number: int) -> list[Message]:
    return list(MessageRepository(session).on_pages(document.id, number, number))


def _page_text(archive: Archive, page: Page, document_key: str, q: str) -> PageText:
    return page_text(page, document_key, marked_boxes(archive, page, q))


def _stretch(number: int, total: int, length: int) -> tuple[int, int]:
    """Return the first and last number of the stretch of `length` in which `number` lies."""
    number = max(1, min(number, total))
    first = (number - 1) // length * length + 1
    return first, min(first + length - 1, total)
