"""What is backed up can be restored, and a backup that is not whole says so."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.archive import open_archive
from app.config import Settings
from app.database.models import Document
from app.errors import ArchiveError, BadRequestError, NotFoundError
from app.keeping import Holdings, back_up, open_holdings, restore, verify
from app.keeping.specimen import make_specimen
from app.search.results import SearchRequest


@pytest.fixture
def holdings(tmp_path: Path) -> Iterator[Holdings]:
    settings = Settings(home=tmp_path / "home")
    make_specimen(settings, 5)
    with open_holdings(settings) as holdings:
        yield holdings


def hashes(holdings: Holdings) -> list[str]:
    with holdings.sessions() as session:
        return sorted(session.scalars(select(Document.sha256)))


def test_an_archive_is_restored_whole(holdings: Holdings, tmp_path: Path) -> None:
    back_up(holdings, tmp_path / "backup")
    again = Settings(home=tmp_path / "again")
    assert restore(tmp_path / "backup", again).failures == []
    with open_holdings(again) as restored:
        assert hashes(restored) == hashes(holdings)
        assert list(verify(restored)) == []
    with open_archive(again) as archive:
        assert archive.search.search(SearchRequest()).count == 20


def test_a_second_backup_copies_what_is_new(holdings: Holdings, tmp_path: Path) -> None:
    assert back_up(holdings, tmp_path / "backup").new == 5
    assert back_up(holdings, tmp_path / "backup").new == 0
    assert len(list((tmp_path / "backup").glob("archive-*.sqlite3"))) == 1


def test_it_is_as_the_archive_was_at_one_moment(holdings: Holdings, tmp_path: Path) -> None:
    with holdings.sessions.begin() as session:  # an ingest writes and has not committed yet
        session.add(
            Document(
                key="f" * 16, sha256="f" * 64, name="x", kind="eml", size_bytes=1, page_count=0, state="published",
                pipeline_version=1, ingested_at=session.scalar(select(func.max(Document.ingested_at))),
            )
        )  # fmt: skip
        session.flush()
        assert back_up(holdings, tmp_path / "backup").documents == 5


def test_originals_may_be_linked(holdings: Holdings, tmp_path: Path) -> None:
    back_up(holdings, tmp_path / "backup", link=True)
    sha256 = hashes(holdings)[0]
    assert (tmp_path / "backup" / "files" / sha256[:2] / sha256).samefile(holdings.store.path(sha256))


def test_damaged_originals_are_named_and_the_others_saved(holdings: Holdings, tmp_path: Path) -> None:
    gone, changed, *_ = map(holdings.store.path, hashes(holdings))
    gone.unlink()
    changed.unlink()
    changed.write_bytes(b"other")
    copied = back_up(holdings, tmp_path / "backup")
    assert [failure[:64] for failure in copied.failures] == [gone.name, changed.name]
    assert copied.new == 3
    again = restore(tmp_path / "backup", Settings(home=tmp_path / "again"))
    assert {failure[:64] for failure in again.failures} == {gone.name, changed.name}


def test_a_backup_that_was_broken_off_says_so(holdings: Holdings, tmp_path: Path) -> None:
    back_up(holdings, tmp_path / "backup")
    (tmp_path / "backup" / "manifest.json").unlink()
    with pytest.raises(NotFoundError, match="broken off"):
        restore(tmp_path / "backup", Settings(home=tmp_path / "again"))
    with pytest.raises(NotFoundError, match="no backup"):
        restore(tmp_path / "home", Settings(home=tmp_path / "again"))


def test_one_that_is_broken_off_leaves_the_one_before(
    holdings: Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(holdings, tmp_path / "backup")
    before = json.loads((tmp_path / "backup" / "manifest.json").read_text())["database"]
    monkeypatch.setattr("app.keeping.backup.os.sync", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        back_up(holdings, tmp_path / "backup")
    monkeypatch.undo()
    assert restore(tmp_path / "backup", Settings(home=tmp_path / "again")).documents == 5
    assert (tmp_path / "backup" / before).exists()


def test_a_damaged_backup_is_not_restored(holdings: Holdings, tmp_path: Path) -> None:
    back_up(holdings, tmp_path / "backup")
    (database,) = (tmp_path / "backup").glob("archive-*.sqlite3")
    with database.open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    with pytest.raises(ArchiveError, match="damaged"):
        restore(tmp_path / "backup", Settings(home=tmp_path / "again"))


def test_a_home_that_holds_something_is_left_alone(holdings: Holdings, tmp_path: Path) -> None:
    back_up(holdings, tmp_path / "backup")
    with pytest.raises(BadRequestError, match="not empty"):
        restore(tmp_path / "backup", holdings.settings)
    with pytest.raises(BadRequestError, match="something else"):
        back_up(holdings, holdings.settings.home)
    assert list(verify(holdings)) == []


def test_a_restore_that_was_broken_off_is_taken_up(
    holdings: Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(holdings, tmp_path / "backup")
    again = Settings(home=tmp_path / "again")
    monkeypatch.setattr("app.keeping.backup.os.sync", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        restore(tmp_path / "backup", again)
    monkeypatch.undo()
    assert restore(tmp_path / "backup", again).documents == 5
    with open_holdings(again) as restored:
        assert list(verify(restored)) == []


def test_of_a_postgresql_server_it_says_what_to_do(database_url: str, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("of SQLite it makes the copy itself")
    settings = Settings(home=tmp_path / "home", database=database_url)
    make_specimen(settings, 1)
    with open_holdings(settings) as holdings, pytest.raises(BadRequestError, match="pg_dump"):
        back_up(holdings, tmp_path / "backup")
