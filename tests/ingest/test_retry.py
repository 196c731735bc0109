"""Files are read again from the store: those that failed, and those that an older pipeline read."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Document, DocumentState, Problem
from app.errors import NotFoundError
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from ingest.retry import count_stale, retry

MAIL = b"From: a@example.org\nSubject: plan\n\nText.\n"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with a mail and a file that is no PDF, whose originals are gone."""
    given = tmp_path / "in"
    given.mkdir()
    (given / "mail.eml").write_bytes(MAIL)
    (given / "broken.pdf").write_bytes(b"%PDF-1.4 cut off")
    with open_archive(Settings(home=tmp_path / "archive", workers=1)) as archive:
        list(ingest(archive, [given], ReleaseRecord("test", "Test")))
        (given / "mail.eml").unlink()
        (given / "broken.pdf").unlink()
        yield archive


def set_all(archive: Archive, **values: object) -> None:
    with archive.sessions.begin() as session:
        session.execute(update(Document).values(**values))


def read_again(archive: Archive, **options: bool) -> list[tuple[str, str]]:
    return [(each.path, each.state.value) for each in retry(archive, **options)]


def test_only_what_failed_is_read_again(archive: Archive) -> None:
    assert count_stale(archive) == 1
    assert read_again(archive) == [("broken.pdf", "unreadable")]


def test_what_an_older_pipeline_read_is_read_again(archive: Archive) -> None:
    set_all(archive, pipeline_version=1)
    assert read_again(archive) == [("broken.pdf", "unreadable"), ("mail.eml", "published")]
    assert count_stale(archive) == 1


def test_what_was_broken_off_is_read_when_its_source_is_gone(archive: Archive, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    for number in range(3):
        (letters / f"{number}.eml").write_bytes(MAIL + str(number).encode())
    with zipfile.ZipFile(tmp_path / "in" / "letters.zip", "w") as packed:
        for letter in sorted(letters.iterdir()):
            packed.write(letter, letter.name)
    running = ingest(archive, [tmp_path / "in"], ReleaseRecord("test", "Test"))
    next(running)
    running.close()  # as a person does who presses Ctrl-C
    (tmp_path / "in" / "letters.zip").unlink()
    read_again(archive)
    with archive.sessions() as session:
        states = dict(session.execute(select(Document.name, Document.state)).all())
    assert [states[name] for name in ("letters.zip", "0.eml", "1.eml", "2.eml")] == [DocumentState.PUBLISHED] * 4


def test_what_was_refused_and_can_be_read_now_is_published(archive: Archive) -> None:
    set_all(archive, state=DocumentState.REFUSED)
    assert ("mail.eml", "published") in read_again(archive)


def test_files_read_in_part_are_read_again_if_asked_for(archive: Archive) -> None:
    set_all(archive, state=DocumentState.PARTIAL)
    assert count_stale(archive) == 0
    assert len(read_again(archive, partial=True)) == 2


def test_a_file_whose_bytes_are_gone_is_told(archive: Archive) -> None:
    with archive.sessions() as session:
        broken = session.scalars(select(Document).where(Document.name == "broken.pdf")).one()
    archive.store.path(broken.sha256).unlink()
    (outcome,) = retry(archive)
    assert [problem.code for problem in outcome.problems] == ["cannot_open"]
    with archive.sessions() as session:
        assert session.scalars(select(Problem).where(Problem.document_id == broken.id)).all()


def test_a_release_that_is_not_there_is_told(archive: Archive) -> None:
    with pytest.raises(NotFoundError, match="no release 'other'"):
        count_stale(archive, "other")
