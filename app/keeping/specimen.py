"""Make a small archive with all that can differ, for `verify --self-test`."""

import hashlib
import random
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.archive import open_archive
from app.config import Settings
from app.database.models import (
    Document,
    DocumentState,
    Level,
    Message,
    Page,
    Participant,
    Problem,
    Release,
    ReleasedFile,
    Role,
    TextSource,
)
from app.store import FileStore

_WORDS = (
    "water", "lake", "permit", "memo", "budget", "camera", "pilot", "vendor", "notice", "hearing", "minutes", "draft",
    "clerk", "survey", "parcel",
)  # fmt: skip
_PAGES = 4
_BEGUN = datetime(2018, 1, 1, 9)


def make_specimen(settings: Settings, documents: int) -> None:
    """Make an archive of so many files, each with two emails and two pages beside them, in an empty home."""
    chance = random.Random(documents)
    scratch = settings.home / "specimen"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    with open_archive(settings) as archive:
        with archive.sessions.begin() as session:
            release = Release(slug="specimen", title="Specimen")
            session.add(release)
            session.flush()
            for number in range(documents):
                content = f"{number} {_text(chance)}".encode()
                scratch.write_bytes(content)
                sha256 = hashlib.sha256(content).hexdigest()
                FileStore(settings.files_folder).add(scratch, sha256)
                _add_document(session, release, number, sha256, len(content), chance)
        archive.search.sync()
    scratch.unlink()


def _add_document(
    session: Session, release: Release, number: int, sha256: str, size: int, chance: random.Random
) -> None:
    state = DocumentState.PARTIAL if number % 5 == 0 else DocumentState.PUBLISHED
    now = datetime.now(UTC).replace(tzinfo=None)
    document = Document(
        key=sha256[:16], sha256=sha256, name=f"{number}.pdf", kind="pdf", size_bytes=size, page_count=_PAGES,
        state=state, pipeline_version=1, ingested_at=now,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add(ReleasedFile(release_id=release.id, document_id=document.id, path=document.name))
    if state is DocumentState.PARTIAL:
        session.add(Problem(document_id=document.id, page=1, code="no_text", detail="The page has no text."))
    for page in range(1, _PAGES + 1):
        session.add(
            Page(
                document_id=document.id, number=page, width_pt=612, height_pt=792, text=_text(chance),
                text_source=TextSource.TEXT_LAYER, word_boxes=b"", stamped_numbers="", in_message=page > 2,
            )
        )  # fmt: skip
    for position in range(2):
        _add_message(session, document, position, chance)


def _add_message(session: Session, document: Document, position: int, chance: random.Random) -> None:
    message = Message(
        key=hashlib.sha256(f"{document.key} {position}".encode()).hexdigest()[:16], document_id=document.id,
        level=Level.PRINTED, position=position, first_page=3 + position, last_page=3 + position, first_line=1,
        text_page=3 + position, header_text="", subject=_text(chance)[:30],
        sent_at=_BEGUN + timedelta(hours=chance.randrange(9_000)), text=_text(chance), quoted_text="",
    )  # fmt: skip
    message.participants = [
        Participant(role=Role.SENDER, printed=f"{chance.choice(_WORDS)}@example.org", withheld=False, codes="")
    ]
    session.add(message)


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=30))
