"""Rows for tests, added to a session with as few words as a test needs."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database.models import (
    Agency,
    Attachment,
    BatesNumber,
    DatePrecision,
    Document,
    DocumentState,
    Level,
    Message,
    Page,
    Participant,
    Person,
    Redaction,
    Release,
    ReleasedFile,
    Role,
    TextSource,
)
from app.database.word_boxes import WordBox, pack_boxes

_LINES_A_PAGE = 40


def add_agency(session: Session, slug: str, name: str | None = None, parent: Agency | None = None) -> Agency:
    """Add an agency; its name is the slug in upper case if none is given."""
    agency = Agency(slug=slug, name=name or slug.upper(), abbreviation=slug.upper(), parent_id=_id(parent))
    session.add(agency)
    session.flush()
    return agency


def add_person(session: Session, name: str, address: str | None = None, key: str | None = None) -> Person:
    """Return the person of this key, added if there is none; without `key` it comes from the name."""
    key = key or "-".join(name.lower().replace(",", "").split())
    person = session.scalar(select(Person).where(Person.key == key))
    if person is None:
        person = Person(key=key, name=name, address=address)
        session.add(person)
        session.flush()
    return person


def add_release(session: Session, slug: str, title: str | None = None, agency: Agency | None = None) -> Release:
    """Add a release; its title is the slug in title case if none is given."""
    release = Release(slug=slug, title=title or slug.replace("-", " ").title(), agency_id=_id(agency))
    session.add(release)
    session.flush()
    return release


def add_document(
    session: Session,
    release: Release | None,
    name: str = "letters.pdf",
    *,
    state: DocumentState = DocumentState.PUBLISHED,
    kind: str = "pdf",
    content: bytes | None = None,
) -> Document:
    """Add a file of a release; without `content` its hash comes from its number, so that no two are alike."""
    number = _next(session, Document)
    sha256 = hashlib.sha256(content if content is not None else b"%d" % number).hexdigest()
    document = Document(
        key=sha256[:16],
        sha256=sha256,
        name=name,
        kind=kind,
        size_bytes=len(content or b""),
        page_count=0,
        state=state,
        pipeline_version=1,
        ingested_at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    session.add(document)
    session.flush()
    if release is not None:
        add_released_file(session, release, document)
    return document


def add_released_file(session: Session, release: Release, document: Document, path: str | None = None) -> ReleasedFile:
    """Say that the document was found in this release."""
    path = path or f"{_next(session, ReleasedFile)}/{document.name}"
    file = ReleasedFile(release_id=release.id, document_id=document.id, path=path)
    session.add(file)
    session.flush()
    return file


def add_page(
    session: Session,
    document: Document,
    text: str = "",
    *,
    number: int | None = None,
    in_message: bool = False,
    bates: str | None = None,
    code: str | None = None,
) -> Page:
    """Add a page, the next one unless `number` says which; without text it is a scan.

    Words stand in even boxes from the top left; `code` is an exemption claimed on the page.
    """
    page = Page(
        document_id=document.id,
        number=number or document.page_count + 1,
        width_pt=612,
        height_pt=792,
        text=text,
        text_source=TextSource.TEXT_LAYER if text else TextSource.NONE,
        word_boxes=pack_boxes(_even_boxes(text)),
        stamped_numbers="",
        in_message=in_message,
        indexed_at=None,
    )
    document.page_count = max(document.page_count, page.number)
    session.add(page)
    session.flush()
    if bates is not None:
        session.add(BatesNumber(page_id=page.id, number=bates))
    if code is not None:
        session.add(Redaction(page_id=page.id, code=code, printed=code))
    session.flush()
    return page


def add_message(
    session: Session,
    document: Document,
    *,
    subject: str | None = None,
    text: str = "",
    quoted_text: str = "",
    sender: str | None = None,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    sent_at: datetime | None = None,
    precision: DatePrecision | None = None,
    attachments: Sequence[str] = (),
    agency: Agency | None = None,
    parent: Message | None = None,
    first_page: int = 1,
    last_page: int | None = None,
) -> Message:
    """Add a printed email, or one quoted in `parent`; mailboxes as "Mills, Cheryl <millscd@state.gov>".

    `agency` is the sender's. Its pages are not added: see `add_page`.
    """
    position = _messages_in(session, document)
    precision = precision or (DatePrecision.MINUTE if sent_at else None)
    turns = text.count("\f") + quoted_text.count("\f")
    message = Message(
        key=hashlib.sha256(f"{document.key}/{position}".encode()).hexdigest()[:16],
        document_id=document.id,
        parent_id=_id(parent),
        level=Level.QUOTED if parent else Level.PRINTED,
        position=position,
        first_page=first_page,
        last_page=last_page or first_page + turns,
        first_line=1,
        text_page=first_page,
        header_text=_header_text(sender, to, cc, sent_at, subject),
        subject=subject,
        sent_at=sent_at,
        date_text=sent_at.strftime("%A, %B %d, %Y %I:%M %p") if sent_at else None,
        date_precision=precision,
        utc_offset_min=None,
        text=text,
        quoted_text=quoted_text,
        indexed_at=None,
    )
    session.add(message)
    session.flush()
    if sender is not None:
        add_participant(session, message, Role.SENDER, sender, agency=agency)
    for role, mailboxes in ((Role.TO, to), (Role.CC, cc)):
        for printed in mailboxes:
            add_participant(session, message, role, printed)
    for name in attachments:
        add_attachment(session, message, name)
    return message


def add_participant(
    session: Session, message: Message, role: Role, printed: str, *, agency: Agency | None = None
) -> Participant:
    """Add a mailbox and its person; one that starts with a code, as "(b)(6)", is withheld."""
    withheld = printed.startswith("(b)")
    name, _, rest = printed.partition("<")
    name, address = name.strip(), rest.rstrip(">").strip().lower() or None
    person = None if withheld else add_person(session, name or address or printed, address)
    participant = Participant(
        message_id=message.id,
        role=role,
        printed=printed,
        name=None if withheld else name or None,
        address=address,
        withheld=withheld,
        codes=printed.split(maxsplit=1)[0] if withheld else "",
        person_id=_id(person),
        agency_id=_id(agency),
        agency_evidence="tag" if agency else None,
    )
    session.add(participant)
    session.flush()
    return participant


def add_attachment(session: Session, message: Message, name: str, document: Document | None = None) -> Attachment:
    """Add the name of an attachment, and its file where it was released."""
    attachment = Attachment(message_id=message.id, name=name, document_id=_id(document))
    session.add(attachment)
    session.flush()
    return attachment


def _header_text(
    sender: str | None, to: Sequence[str], cc: Sequence[str], sent_at: datetime | None, subject: str | None
) -> str:
    lines = {"From": sender, "Sent": sent_at, "To": "; ".join(to), "Cc": "; ".join(cc), "Subject": subject}
    return "\n".join(f"{label}: {value}" for label, value in lines.items() if value)


def _even_boxes(text: str) -> list[WordBox]:
    boxes = []
    for row, line in enumerate(text.splitlines()):
        top = 72 + (row % _LINES_A_PAGE) * 16.0
        boxes += [WordBox(72 + n * 40.0, top, 108 + n * 40.0, top + 12) for n, _ in enumerate(line.split())]
    return boxes


def _id(row: Agency | Person | Message | Document | None) -> int | None:
    return row.id if row is not None else None


def _next(session: Session, model: type[Document] | type[ReleasedFile]) -> int:
    return (session.scalar(select(func.max(model.id))) or 0) + 1


def _messages_in(session: Session, document: Document) -> int:
    counted = select(func.count()).select_from(Message).where(Message.document_id == document.id)
    return session.scalar(counted) or 0
