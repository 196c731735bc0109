"""Releases count what they hold, each document once."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.database.models import Problem
from app.database.releases import ReleaseCounts, ReleaseRepository
from tests.support.seed import (
    add_agency,
    add_document,
    add_message,
    add_page,
    add_release,
    add_released_file,
)


def test_counts_a_document_once_though_it_stands_in_two_places(session: Session) -> None:
    release = add_release(session, "pilot")
    document = add_document(session, release)
    add_released_file(session, release, document, "copy/letters.pdf")
    add_page(session, document, "a page")
    printed = add_message(session, document, sent_at=datetime(2012, 9, 11))
    add_message(session, document, sent_at=datetime(2012, 10, 1))
    add_message(session, document, parent=printed, sent_at=datetime(2001, 1, 1))
    session.add(Problem(document_id=document.id, code="no_text", detail="none"))
    session.flush()
    assert ReleaseRepository(session).counts([release.id])[release.id] == ReleaseCounts(
        files=2,
        documents=1,
        pages=1,
        messages=2,
        problems=1,
        first_sent_at=datetime(2012, 9, 11),
        last_sent_at=datetime(2012, 10, 1),
    )


def test_an_empty_release_counts_nothing(session: Session) -> None:
    release = add_release(session, "empty")
    assert ReleaseRepository(session).counts([release.id]) == {release.id: ReleaseCounts()}


def test_gives_a_release_with_its_agency(session: Session) -> None:
    add_release(session, "pilot", agency=add_agency(session, "dea"))
    session.expire_all()
    release = ReleaseRepository(session).get("pilot")
    assert release is not None
    assert release.agency is not None
    assert release.agency.slug == "dea"


def test_lists_files_by_path_a_stretch_at_a_time(session: Session) -> None:
    release = add_release(session, "pilot")
    for path in ("c.pdf", "a.pdf", "b.pdf"):
        add_released_file(session, release, add_document(session, None, path), path)
    files = ReleaseRepository(session).files(release.id, offset=1, limit=2)
    assert [(file.path, file.document.name) for file in files] == [("b.pdf", "b.pdf"), ("c.pdf", "c.pdf")]


def test_gives_the_places_of_a_document_with_their_releases(session: Session) -> None:
    first, second = add_release(session, "b-second"), add_release(session, "a-first")
    document = add_document(session, first)
    add_released_file(session, second, document, "again.pdf")
    places = ReleaseRepository(session).places(document.id)
    assert [place.release.slug for place in places] == ["a-first", "b-second"]
