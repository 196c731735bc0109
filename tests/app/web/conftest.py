"""One small archive with real PDFs, served once for all tests of the web; they only read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import (
    Agency,
    CopyDifference,
    DatePrecision,
    Document,
    DocumentState,
    Level,
    Message,
    ParentEvidence,
    Problem,
    Redirect,
    Release,
    SentMessage,
)
from app.database.person_merges import merge_people
from app.store import hash_file
from tests.support.papers import print_pages
from tests.support.seed import add_agency, add_document, add_message, add_page, add_person, add_release
from tests.support.service import serve

_LETTERS = (
    "Subject: Water main\nThe water main broke at noon\nand nobody came",
    "until evening said the plumber\n---\nThe bill is due",
    "A cover letter about <b>water</b>",
)


@dataclass(frozen=True)
class Keys:
    """The addresses of what stands in the archive."""

    letters: str
    broken: str
    mail: str
    main: str  # the message of two pages
    quoted: str
    undated: str
    scripted: str


@pytest.fixture(scope="session")
def reading_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    settings = Settings(home=tmp_path_factory.mktemp("reading-room"), database=None)
    with open_archive(settings) as archive:
        yield archive


@pytest.fixture(scope="session")
def keys(reading_room: Archive, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    incoming = tmp_path_factory.mktemp("incoming")
    with reading_room.sessions.begin() as session:
        keys = _fill(session, reading_room, incoming)
    reading_room.search.sync()
    return keys


@pytest.fixture(scope="session")
def service(reading_room: Archive, keys: Keys) -> Iterator[str]:
    """The address of the service."""
    with serve(reading_room) as address:
        yield address


@pytest.fixture(scope="session")
def client(service: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service, timeout=30) as client:
        yield client


def _fill(session: Session, archive: Archive, incoming: Path) -> Keys:
    justice = add_agency(session, "doj", "Department of Justice")
    agency = add_agency(session, "dea", "Drug Enforcement Administration", parent=justice)
    release = add_release(session, "pilot", "The pilot", agency)
    release.request_number, release.released_on = "19-00457-F", date(2020, 6, 15)
    letters = _add_file(session, archive, release, incoming, "letters.pdf", print_pages(_LETTERS))
    for number, text in enumerate(_LETTERS, 1):
        add_page(session, letters, text, in_message=number < 3, bates=f"DEA-{number:03}", code="(b)(5)")
    main = _add_main(session, letters, agency)
    quoted = add_message(
        session, letters, subject="Bill", text="The bill is due", sender="(b)(7)(C)", parent=main, first_page=2
    )
    merge_people(session, add_person(session, "Joe P").key, "plumber-joe", by="ann", now=datetime(2026, 1, 1))
    broken = _add_file(session, archive, release, incoming, "broken.pdf", b"%PDF-1.4 cut off")
    broken.state = DocumentState.PARTIAL
    add_page(session, broken)
    session.add(Problem(document_id=broken.id, page=1, code="no_text", detail="Page 1 has no text."))
    mail = _add_file(session, archive, release, incoming, "note.eml", b"From: x\r\n\r\nhello", kind="eml")
    undated = add_message(session, mail, text="no header at all but water")
    scripted = add_message(
        session,
        mail,
        subject="<script>alert(1)</script>",
        text="<img src=x onerror=alert(2)> water",
        sender="<i>Eve</i> <eve@pipes.example>",
        sent_at=datetime(2012, 10, 1),
        precision=DatePrecision.MONTH,
    )
    _tie(session, main, quoted, undated, scripted)
    session.add(Redirect(old_key="0ldmessage", new_path=f"/messages/{main.key}"))
    session.add(Redirect(old_key="0lddocument", new_path=f"/documents/{letters.key}"))
    assert (quoted.level, main.last_page) == (Level.QUOTED, 2)
    return Keys(letters.key, broken.key, mail.key, main.key, quoted.key, undated.key, scripted.key)


def _add_main(session: Session, letters: Document, agency: Agency) -> Message:
    """Add an email of two pages, with a withheld recipient and an attachment that is missing."""
    return add_message(
        session,
        letters,
        subject="Water main",
        text="The water main broke at noon\nand nobody came\funtil evening said the plumber",
        quoted_text="The bill is due",
        sender="Mills, Cheryl <mills@dea.usdoj.gov>",
        to=["Plumber, Joe <joe@pipes.example>", "(b)(6)"],
        sent_at=datetime(2012, 9, 11, 8, 30),
        attachments=["map.pdf"],
        agency=agency,
    )


def _tie(session: Session, main: Message, quoted: Message, *others: Message) -> None:
    """Let the main email answer the one it quotes; the scripted one is a copy of it that shows more."""
    first = SentMessage(is_printed=False)
    session.add(first)
    session.flush()
    first.thread_id = first.id
    answer = SentMessage(parent_id=first.id, parent_evidence=ParentEvidence.QUOTED, thread_id=first.id, is_reply=True)
    lone = SentMessage(is_reply=True)
    session.add_all([answer, lone])
    session.flush()
    lone.thread_id = lone.id
    undated, scripted = others
    main.sent_message_id, quoted.sent_message_id = answer.id, first.id
    undated.sent_message_id, scripted.sent_message_id = lone.id, answer.id
    words = [["and nobody came", "", 1, 1], ["", "but the plumber", 2, 1]]
    session.add(CopyDifference(message_id=main.id, other_id=scripted.id, likeness=0.8, differences=words))


def _add_file(
    session: Session,
    archive: Archive,
    release: Release,
    incoming: Path,
    name: str,
    content: bytes,
    kind: str = "pdf",
) -> Document:
    document = add_document(session, release, name, content=content, kind=kind)
    path = incoming / name
    path.write_bytes(content)
    archive.store.add(path, hash_file(path))
    return document
