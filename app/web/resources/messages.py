"""Load one email with all that is known of it."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.documents import DocumentRepository
from app.database.messages import MessageRepository
from app.database.models import Message, Page, Role
from app.database.releases import ReleaseRepository
from app.database.threads import ThreadRepository
from app.web.resources.errors import raise_missing
from app.web.resources.marks import marked_boxes
from app.web.schemas.details import AttachmentSummary, MessageDetail
from app.web.schemas.documents import (
    ExemptionCount,
    count_withheld,
    document_summary,
    page_summary,
    place_summary,
)
from app.web.schemas.messages import message_summary
from app.web.schemas.people import participant_summary
from app.web.schemas.readings import how_read
from app.web.schemas.threads import CopySummary, ThreadSummary, copy_summary, thread_summary

PAGES_SHOWN = 40
MAILS_SHOWN = 100  # to which one file was attached
THREAD_SHOWN = 30
COPIES_SHOWN = 20


def load_message(archive: Archive, key: str, *, q: str = "") -> MessageDetail:
    """Return the message; the words of `q` are marked on its pages.

    Raises:
        NotFoundError: there is no such message; MovedError if it is elsewhere now.
    """
    with archive.sessions() as session:
        messages = MessageRepository(session)
        message = messages.get(key) or raise_missing(session, "message", key)
        document = message.document
        pages = _pages(session, message)
        threads = ThreadRepository(session)
        likely = threads.likely_parent(message)
        copy_count, copies = _copies(threads, message)
        return MessageDetail(
            **dict(message_summary(message)),
            participants=[participant_summary(participant) for participant in message.participants],
            header_text=message.header_text,
            unread_roles=_unread_roles(message),
            text=message.text,
            text_page=message.text_page,
            quoted_text=message.quoted_text,
            quoted_page=message.text_page + message.text.count("\f"),
            parent=message_summary(message.parent) if message.parent else None,
            quoted_messages=[message_summary(quoted) for quoted in messages.quoted_in(message.id)],
            attachments=_attachments(message),
            bates_numbers=[bates.number for page in pages for bates in page.bates_numbers],
            exemptions=_exemptions(message),
            withheld_boxes=count_withheld(message.redactions).boxes,
            document=document_summary(document),
            attached_to=[message_summary(one) for one in messages.with_attachment(document.id, limit=MAILS_SHOWN)],
            sha256=document.sha256,
            original_url=f"/documents/{document.key}/original",
            places=[place_summary(file) for file in ReleaseRepository(session).places(document.id)],
            pages=[page_summary(page, document.key, marked_boxes(archive, page, q)) for page in pages[:PAGES_SHOWN]],
            pages_left_out=len(pages[PAGES_SHOWN:]),
            thread=_thread(threads, message),
            copies=copies,
            copies_left_out=copy_count - len(copies),
            probably_answers=message_summary(likely) if likely else None,
            **dict(how_read(message)),
        )


def _thread(threads: ThreadRepository, message: Message) -> ThreadSummary | None:
    stretch = threads.around(message, limit=THREAD_SHOWN)
    return thread_summary(stretch, message) if stretch else None


def _copies(threads: ThreadRepository, message: Message) -> tuple[int, list[CopySummary]]:
    count, copies = threads.copies(message, limit=COPIES_SHOWN)
    differences = threads.differences(message.id, [copy.id for copy in copies])
    return count, [copy_summary(copy, differences.get(copy.id)) for copy in copies]


def _unread_roles(message: Message) -> list[Role]:
    """Return the roles whose label is printed with nothing that could be read behind it."""
    read = {participant.role for participant in message.participants}
    bare = {line.strip(" :;.\t").casefold() for line in message.header_text.splitlines()}
    labels = {"from": Role.SENDER, "to": Role.TO, "cc": Role.CC, "bcc": Role.BCC}
    return [role for label, role in labels.items() if label in bare and role not in read]


def _pages(session: Session, message: Message) -> Sequence[Page]:
    documents = DocumentRepository(session)
    return documents.pages(message.document_id, message.first_page, message.last_page)


def _attachments(message: Message) -> list[AttachmentSummary]:
    return [
        AttachmentSummary(
            name=attachment.name,
            document=document_summary(attachment.document) if attachment.document else None,
        )
        for attachment in message.attachments
    ]


def _exemptions(message: Message) -> list[ExemptionCount]:
    """Count the codes that stand in the message; those of its header stand in both places once."""
    on_pages = Counter(redaction.code for redaction in message.redactions if redaction.code)
    in_header = Counter(code for one in message.participants for code in one.codes.splitlines())
    times = on_pages | in_header
    return [ExemptionCount(code=code, times=times[code]) for code in sorted(times)]
