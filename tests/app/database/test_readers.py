from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.database.connection import Sessions, open_sessions
from app.database.models import (
    Base,
    Document,
    Message,
    Page,
    Person,
    Release,
    ReleasedFile,
    Tombstone,
    Visibility,
)
from app.database.people import PersonRepository
from app.database.readers import ANYONE, KEEPER, OPEN, Reader, ReaderSessions, make_views
from app.database.threads import ThreadRepository
from app.database.tombstones import TombstoneRepository, WithdrawalRepository
from app.database.worlds import settle_release, settle_worlds
from tests.support.seed import add_document, add_message, add_page, add_release, add_released_file

_NOW = datetime(2026, 1, 2)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def readers(engine: Engine, sessions: Sessions) -> Iterator[ReaderSessions]:
    readers = ReaderSessions(engine, sessions)
    yield readers
    readers.close()


def test_no_table_is_forgotten() -> None:
    assert set(Base.metadata.tables) == set(make_views([""], [])) | OPEN


def test_where_all_is_public_the_tables_themselves_are_read(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        _add(session, "open", "a.pdf", "Roe, Jane")
    assert readers.look(ANYONE).sessions is sessions


def test_a_reader_sees_nothing_of_a_private_release(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        _add(session, "open", "a.pdf", "Roe, Jane")
        closed = _add(session, "closed", "b.pdf", "Quill, Mara")
        _set(session, closed, Visibility.PRIVATE)
    assert _seen(readers, ANYONE) == {"open", "a.pdf", "Roe, Jane", 1}
    assert _seen(readers, Reader(frozenset({closed.id}))) == {
        "open",
        "closed",
        "a.pdf",
        "b.pdf",
        "Roe, Jane",
        "Quill, Mara",
        2,
    }
    assert _seen(readers, KEEPER) == _seen(readers, Reader(frozenset({closed.id})))


def test_what_stands_in_a_public_release_too_is_seen_and_the_private_one_is_not(
    readers: ReaderSessions, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        open_, closed = _add(session, "open", "a.pdf", "Roe, Jane"), add_release(session, "closed")
        document = session.scalars(select(Document)).one()
        add_released_file(session, closed, document, "secret name.pdf")
        _set(session, closed, Visibility.PRIVATE)
    with readers.look(ANYONE).sessions() as session:
        assert session.scalars(select(ReleasedFile.release_id)).all() == [open_.id]
        assert session.scalars(select(Document.name)).all() == ["a.pdf"]


def test_two_private_releases_know_nothing_of_each_other(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        one, other = _add(session, "one", "a.pdf", "Roe, Jane"), _add(session, "other", "b.pdf", "Poe, Ann")
        _set(session, one, Visibility.PRIVATE)
        _set(session, other, Visibility.PRIVATE)
    assert _seen(readers, Reader(frozenset({one.id}))) == {"one", "a.pdf", "Roe, Jane", 1}


def test_what_is_withdrawn_is_seen_by_nobody_and_has_a_tombstone(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        _add(session, "open", "a.pdf", "Roe, Jane")
        message = session.scalars(select(Message)).one()
        withdrawals = WithdrawalRepository(session)
        made = withdrawals.withdraw(message, reason="A minor is named.", by="ann", now=_NOW)
        settle_worlds(session, withdrawals.find_touched(made))
    for reader in (ANYONE, KEEPER):
        with readers.look(reader).sessions() as session:
            assert session.scalar(select(func.count()).select_from(Message)) == 0
            assert session.scalar(select(func.count()).select_from(Page)) == 0
            assert PersonRepository(session).count() == 0
            assert ThreadRepository(session).count() == 0
            key = session.scalars(select(Document.key)).one()
            graves = TombstoneRepository(session)
            for address in (message.key, f"{key}/1", f"{key}/original"):
                grave = graves.get(address)
                assert grave is not None
                assert grave.reason == "A minor is named."


def test_the_tombstone_of_a_private_record_is_seen_by_those_who_could_read_it(
    readers: ReaderSessions, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        closed = _add(session, "closed", "a.pdf", "Roe, Jane")
        _set(session, closed, Visibility.PRIVATE)
        document = session.scalars(select(Document)).one()
        withdrawals = WithdrawalRepository(session)
        made = withdrawals.withdraw(document, reason="no", by="ann", now=_NOW)
        settle_worlds(session, withdrawals.find_touched(made))
    counted = select(func.count()).select_from(Tombstone)
    for reader, count in ((ANYONE, 0), (Reader(frozenset({closed.id})), 3)):
        with readers.look(reader).sessions() as session:
            assert session.scalar(counted) == count


def test_an_unlisted_record_is_found_by_its_address_alone(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        release = _add(session, "hidden", "a.pdf", "Roe, Jane")
        _set(session, release, Visibility.UNLISTED)
        key = session.scalars(select(Message.key)).one()
    assert _seen(readers, ANYONE) == {0}
    assert readers.unlisted(key) == readers.unlisted("hidden") == {release.id}
    assert readers.unlisted("nothing") == frozenset()


def test_a_release_that_becomes_public_is_seen(readers: ReaderSessions, sessions: Sessions) -> None:
    with sessions.begin() as session:
        release = _add(session, "closed", "a.pdf", "Roe, Jane")
        _set(session, release, Visibility.PRIVATE)
    with sessions.begin() as session:
        _set(session, session.get_one(Release, release.id), Visibility.PUBLIC)
    assert _seen(readers, ANYONE) == {"closed", "a.pdf", "Roe, Jane", 1}


def _add(session: Session, slug: str, name: str, sender: str) -> Release:
    release = add_release(session, slug)
    document = add_document(session, release, name)
    add_page(session, document, "Some words", in_message=True, bates="PUB-001")
    add_message(session, document, subject="Noon", text="Some words", sender=sender)
    return release


def _set(session: Session, release: Release, visibility: Visibility) -> None:
    release.visibility = visibility
    session.flush()
    settle_release(session, release.id)


def _seen(readers: ReaderSessions, reader: Reader) -> set[object]:
    """Return what a reader sees: slugs, names of files and people, and how many messages."""
    with readers.look(reader).sessions() as session:
        names = [*session.scalars(select(Release.slug)), *session.scalars(select(Document.name))]
        return {
            *names,
            *session.scalars(select(Person.name)),
            session.scalar(select(func.count()).select_from(Message)),
        }
