"""Visits to the index grow rarer while files are read, and no failure of one ends the reading."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Message
from app.errors import StorageError
from ingest.visits import Visits, make_ready
from tests.support.seed import add_document, add_message


def test_visits_grow_rarer_up_to_one_in_five_minutes(archive: Archive) -> None:
    now = 0.0
    visits, made = Visits(lambda: now), []
    for second in range(0, 1_300, 5):
        now = float(second)
        _add_message(archive, second)
        visits.make(archive)
        if not _waiting(archive):
            made.append(second)
    assert made == [5, 15, 35, 75, 155, 315, 615, 915, 1215]


def test_a_visit_that_fails_is_made_again_later(archive: Archive) -> None:
    now = 0.0
    visits = Visits(lambda: now)
    _add_message(archive, 1)
    folder = archive.settings.index_folder
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("in its way")
    now = 5.0
    visits.make(archive)
    assert _waiting(archive)
    folder.unlink()
    aside.rename(folder)
    now = 15.0
    visits.make(archive)
    assert not _waiting(archive)


def test_rows_are_counted_after_a_visit_that_found_something(tmp_path: Path) -> None:
    with open_archive(Settings(home=tmp_path, database=None)) as archive:  # PostgreSQL counts its rows by itself
        make_ready(archive)
        assert not _is_counted(archive)
        _add_message(archive, 1)
        make_ready(archive)
        assert _is_counted(archive)


def test_what_is_kept_is_found_though_rows_cannot_be_counted(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_sessions: object) -> None:
        raise StorageError("The database has no room on its disk.")

    monkeypatch.setattr("ingest.visits.analyse", fail)
    _add_message(archive, 1)
    make_ready(archive)
    assert not _waiting(archive)


def _is_counted(archive: Archive) -> bool:
    with archive.sessions() as session:
        return session.scalar(text("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'messages'")) is not None


def _add_message(archive: Archive, number: int) -> None:
    with archive.sessions.begin() as session:
        add_message(session, add_document(session, None, f"{number}.pdf"), subject=f"Letter {number}")


def _waiting(archive: Archive) -> bool:
    with archive.sessions() as session:
        return session.scalar(select(Message.id).where(Message.indexed_at.is_(None)).limit(1)) is not None
