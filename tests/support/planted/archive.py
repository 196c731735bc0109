"""The archive of hostile files: read by the real pipeline, corrected by the real reviewer, then poisoned."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.corrections import place_of_message
from app.database.messages import MessageRepository
from app.database.models import Correction as CorrectionRow
from app.database.models import CorrectionAction, Message, Person
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from ingest.review import decide
from tests.support.planted.files import write_hostile
from tests.support.planted.marks import Marks
from tests.support.planted.rows import poison

REVIEW_TOKEN = "a long and secret word"


@contextmanager
def open_planted(folder: Path, marks: Marks) -> Iterator[Archive]:
    """Give the archive, made in an existing folder; every text in it bears markers."""
    settings = Settings(home=folder / "home", database=None, workers=2, ocr="off", review_token=SecretStr(REVIEW_TOKEN))
    incoming = folder / "incoming"
    incoming.mkdir()
    write_hostile(incoming, marks)
    with open_archive(settings) as archive:
        list(ingest(archive, [incoming], _release(marks)))
        _correct(archive, marks)
        with archive.sessions.begin() as session:
            poison(session, marks)
        archive.search.rebuild()
        yield archive


def _release(marks: Marks) -> ReleaseRecord:
    return ReleaseRecord(
        slug="planted",
        title=marks.full("title of the release"),
        agency=marks.full("agency of the release"),
        requester=marks.full("requester"),
        request_number=marks.full("request number"),
        source_url=marks.address("source of the release"),
        note=marks.full("note of the release"),
    )


def _correct(archive: Archive, marks: Marks) -> None:
    """Let a reviewer with a hostile name set a subject and hold two people for one."""
    with archive.sessions() as session:
        key = session.scalars(select(Message.key).where(Message.subject == "two")).first() or ""
        message = MessageRepository(session).get(key)
        assert message is not None
        correction = place_of_message(session, message)
        correction.before = message.subject
        people = session.scalars(select(Person.key).order_by(Person.id).limit(2)).all()
    correction.action, correction.field = CorrectionAction.SET_FIELD, "subject"
    correction.after = marks.short("subject set by a reviewer")
    same = CorrectionRow(sha256="", anchor=" ".join(people), action=CorrectionAction.SAME_PERSON)
    for decision in (correction, same):
        decision.made_by, decision.note = marks.name("name of a reviewer"), marks.short("note of a reviewer")
        decide(archive, decision)
