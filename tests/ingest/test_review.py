"""A decision takes effect at once, on both databases, and again when the file is read again."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.archive import Archive
from app.database.corrections import place_of_line, place_of_message
from app.database.models import Correction, CorrectionAction, Document, Message, Paper, Person, PersonMerge, Redirect
from app.errors import BadRequestError, NotFoundError
from app.search.results import SearchRequest
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from ingest.review import bring_in, decide, read_again
from tests.support.typeset import PRINTED_REPLY, print_pdf


@pytest.fixture
def filled(archive: Archive, tmp_path: Path) -> Archive:
    path = print_pdf(tmp_path / "a.pdf", [PRINTED_REPLY.format(subject=subject) for subject in ("one", "two")])
    list(ingest(archive, [path], ReleaseRecord("test", "Test")))
    return archive


def _decide(archive: Archive, action: str, *, position: int = 2, **more: str) -> None:
    with archive.sessions() as session:
        found = select(Message).where(Message.position == position)
        message = session.scalars(found).one()
        message.document = session.get_one(Document, message.document_id)
        correction = place_of_message(session, message)
    _complete(correction, action, more)
    decide(archive, correction)


def _complete(correction: Correction, action: str, more: dict[str, str]) -> Correction:
    correction.action, correction.made_by = CorrectionAction(action), "ann"
    for name, value in more.items():
        setattr(correction, name, value)
    return correction


def _subjects(archive: Archive) -> list[str | None]:
    with archive.sessions() as session:
        return list(session.scalars(select(Message.subject).order_by(Message.position)))


def _keys(archive: Archive) -> list[str]:
    with archive.sessions() as session:
        return list(session.scalars(select(Message.key).order_by(Message.position)))


def test_a_set_field_is_found_at_once_and_keeps_the_address(filled: Archive) -> None:
    before = _keys(filled)
    _decide(filled, "set_field", field="subject", after="Waterworks")
    assert _subjects(filled) == ["one", "Noon", "Waterworks", "Noon"]
    assert _keys(filled) == before
    assert filled.search.search(SearchRequest(q="subject:waterworks")).count == 1


def test_a_split_at_a_line_makes_two(filled: Archive) -> None:
    with filled.sessions() as session:
        document = session.scalars(select(Document)).one()
        place = place_of_line(session, document, 2, 5)
    decide(filled, _complete(place, "split", {}))
    assert _subjects(filled) == ["one", "Noon", "two", None, "Noon"]


def test_what_is_no_email_leads_on_from_its_address_and_comes_back(filled: Archive) -> None:
    key = _keys(filled)[2]
    _decide(filled, "not_email")
    with filled.sessions() as session:
        assert session.get_one(Redirect, key).new_path.startswith("/messages/")
        paper = session.scalars(select(Paper)).one()
        place = place_of_line(session, session.get_one(Document, paper.document_id), 2, paper.first_line)
    decide(filled, _complete(place, "split", {}))
    assert key in _keys(filled)


def test_a_confirmed_message_leaves_the_queue(filled: Archive) -> None:
    with filled.sessions.begin() as session:
        for message in session.scalars(select(Message)):
            message.doubtful, message.doubts = True, [["boundary", "no separator above"]]
    _decide(filled, "confirm")
    with filled.sessions() as session:
        message = session.scalars(select(Message).where(Message.position == 2)).one()
    assert (message.doubtful, message.doubts, message.checked_by) == (False, [], "ann")


def test_reading_again_replays_everything(filled: Archive) -> None:
    _decide(filled, "set_field", field="from", after="Doe, John <john@state.gov>")
    _decide(filled, "join")
    before = _keys(filled), _subjects(filled), _header_fields(filled)
    with filled.sessions() as session:
        sha256 = session.scalars(select(Document.sha256)).one()
    read_again(filled, sha256)
    assert (_keys(filled), _subjects(filled), _header_fields(filled)) == before


def _header_fields(archive: Archive) -> list[object]:
    with archive.sessions() as session:
        return list(session.scalars(select(Message.header_fields).order_by(Message.position)))


def test_ingest_replays_what_was_decided_elsewhere_before(archive: Archive, tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", [PRINTED_REPLY.format(subject="one")])
    sha256 = next(iter(ingest(archive, [path], ReleaseRecord("other", "Other")))).key
    assert sha256 is not None
    with archive.sessions.begin() as session:
        document = session.scalars(select(Document)).one()
        place = place_of_line(session, document, 1, 1)
        session.add(_complete(place, "set_field", {"field": "subject", "after": "Waterworks"}))
        place.made_at, document.pipeline_version = document.ingested_at, 0  # as after a better pipeline
    list(ingest(archive, [path], ReleaseRecord("other", "Other")))
    assert _subjects(archive) == ["Waterworks", "Noon"]


def test_corrections_made_elsewhere_come_in_once(filled: Archive) -> None:
    with filled.sessions() as session:
        document = session.scalars(select(Document)).one()
    given = {"made_at": document.ingested_at, "made_by": "ann", "sha256": document.sha256, "page": 2, "line": 1}
    given |= {"anchor": "From: Roe, Jane <jane@state.gov>", "action": CorrectionAction.SET_FIELD, "field": "subject"}
    assert bring_in(filled, [Correction(**given, after="three")]) == 1
    assert bring_in(filled, [Correction(**given, after="three")]) == 0
    assert _subjects(filled)[2] == "three"


def test_what_makes_no_sense_is_not_kept(filled: Archive) -> None:
    with pytest.raises(BadRequestError, match="is no date"):
        _decide(filled, "set_field", field="date", after="soon")
    with filled.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Correction)) == 0


def _about_people(archive: Archive, action: CorrectionAction, *keys: str) -> None:
    decide(archive, Correction(made_by="ann", sha256="", anchor=" ".join(keys), action=action))


def test_people_are_made_one_and_two_again(filled: Archive) -> None:
    with filled.sessions() as session:
        keys = list(session.scalars(select(Person.key).order_by(Person.id)))[:2]
    _about_people(filled, CorrectionAction.SAME_PERSON, *keys)
    assert (_same_as(filled, keys[0]), _same_as(filled, keys[1])) in ((None, keys[0]), (keys[1], None))
    _about_people(filled, CorrectionAction.NOT_SAME_PERSON, *reversed(keys))
    assert (_same_as(filled, keys[0]), _same_as(filled, keys[1])) == (None, None)
    with filled.sessions() as session:
        assert "ann" in session.scalars(select(PersonMerge.cut_by)).all()


def test_only_people_of_the_archive_are_made_one(filled: Archive) -> None:
    with pytest.raises(NotFoundError, match="two different people"):
        _about_people(filled, CorrectionAction.SAME_PERSON, "nobody", "noone")


def _same_as(archive: Archive, key: str) -> str | None:
    with archive.sessions() as session:
        person = session.scalars(select(Person).where(Person.key == key)).one()
        return session.get_one(Person, person.same_as_id).key if person.same_as_id else None
