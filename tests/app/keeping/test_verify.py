"""What verify says of real archives, and that it says nothing of what is only on its way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from app.archive import open_archive
from app.config import IndexEngine, Settings
from app.database.models import Document, Message, Page
from app.errors import ArchiveError, NotFoundError
from app.keeping import Difference, Holdings, Kind, mend, open_holdings, self_test, verify
from app.keeping.specimen import make_specimen
from app.scratch import open_scratch
from app.store import INCOMING

_READINGROOM = str(Path(sys.executable).with_name("readingroom"))


@pytest.fixture
def settings(tmp_path: Path, index_options: dict[str, object]) -> Settings:
    return Settings(home=tmp_path / "home", **index_options)


@pytest.fixture
def holdings(settings: Settings) -> Iterator[Holdings]:
    make_specimen(settings, 6)
    with open_holdings(settings) as holdings:
        yield holdings


def kinds(differences: list[Difference]) -> list[Kind]:
    return [difference.kind for difference in differences]


def first(holdings: Holdings) -> Document:
    with holdings.sessions() as session:
        document = session.scalars(select(Document).order_by(Document.id)).first()
        assert document is not None
        return document


def test_of_a_whole_archive_nothing_is_said(holdings: Holdings) -> None:
    assert list(verify(holdings)) == []
    assert list(verify(holdings, quick=True)) == []


def test_rows_changed_behind_the_index_are_named_and_mended(holdings: Holdings) -> None:
    with holdings.sessions.begin() as session:
        session.execute(update(Message).where(Message.document_id == first(holdings).id).values(text="other words"))
    differences = list(verify(holdings))
    assert kinds(differences) == [Kind.ENTRY_STALE] * 2
    assert mend(holdings, differences).left == []
    assert list(verify(holdings)) == []


def test_entries_of_rows_that_are_gone_are_named_and_taken_out(holdings: Holdings) -> None:
    with holdings.sessions.begin() as session:
        key = session.scalars(select(Message.key)).first()
        session.execute(delete(Message).where(Message.key == key))
        session.execute(update(Page).where(Page.number == 1).values(text=""))
    differences = list(verify(holdings))
    assert sorted(difference.subject for difference in differences if difference.subject == key) == [key]
    assert kinds(differences) == [Kind.ENTRY_EXTRA] * 7
    mend(holdings, differences)
    assert list(verify(holdings)) == []


def test_what_waits_for_the_index_is_no_difference(holdings: Holdings) -> None:
    with holdings.sessions.begin() as session:
        session.execute(update(Message).values(text="not indexed yet", indexed_at=None))
    assert list(verify(holdings)) == []


def test_an_original_that_changed_is_named_and_cannot_be_mended(holdings: Holdings) -> None:
    path = holdings.store.path(first(holdings).sha256)
    size = path.stat().st_size
    path.unlink()
    path.write_bytes(b"?" * size)
    assert list(verify(holdings, quick=True)) == []  # sizes say nothing
    (difference,) = verify(holdings)
    assert (difference.kind, difference.subject) == (Kind.ORIGINAL_CHANGED, path.name)
    assert "backup" in difference.line
    assert mend(holdings, [difference]).left == [difference]


def test_an_original_that_no_row_names_is_set_aside_with_its_bytes(holdings: Holdings) -> None:
    path = holdings.store.path("ab" * 32)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"from a database that is no more")
    (difference,) = verify(holdings)
    assert difference.kind is Kind.ORIGINAL_UNKNOWN
    assert mend(holdings, [difference]).left == []
    assert (holdings.settings.home / "strays" / path.name).read_bytes() == b"from a database that is no more"
    assert list(verify(holdings)) == []


def test_what_an_ingest_that_runs_has_just_stored_is_no_difference(holdings: Holdings) -> None:
    path = holdings.store.path("ab" * 32)
    path.parent.mkdir(exist_ok=True)
    with open_scratch(holdings.settings.home / "scratch"), open_scratch(holdings.store.folder / INCOMING):
        path.write_bytes(b"its row comes in a moment")
        assert list(verify(holdings)) == []


def test_pages_that_are_lost_let_the_file_be_read_again(holdings: Holdings) -> None:
    with holdings.sessions.begin() as session:
        session.execute(delete(Page).where(Page.document_id == first(holdings).id, Page.number == 4))
    (difference,) = verify(holdings)
    assert difference.kind is Kind.PAGES_LOST
    assert mend(holdings, [difference]).left == []
    assert first(holdings).pipeline_version == 0


def test_there_is_no_archive_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="READINGROOM_HOME"), open_holdings(Settings(home=tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_not_looked_at(holdings: Holdings) -> None:
    with holdings.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(ArchiveError, match="another version"), open_holdings(holdings.settings):
        pass


@pytest.mark.parametrize("engine", [IndexEngine.TANTIVY, IndexEngine.WHOOSH])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves its files open
def test_planted_differences_are_found(engine: IndexEngine) -> None:
    assert self_test(17, Settings(index=engine), seed=3).wrong == []


def test_the_record_on_postgresql_is_compared_too(settings: Settings, database_url: str, tmp_path: Path) -> None:
    moved = settings.model_copy(update={"database": database_url})
    make_specimen(moved, 2)
    with open_holdings(moved) as holdings:
        assert list(verify(holdings)) == []
        with holdings.sessions.begin() as session:
            session.execute(update(Document).values(page_count=9))
        assert kinds(list(verify(holdings))) == [Kind.PAGES_LOST] * 2


def test_the_program_ends_with_1_where_a_difference_is_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_specimen(Settings(home=home), 2)
    with open_archive(Settings(home=home)) as archive, archive.sessions.begin() as session:
        session.execute(update(Message).values(subject="other"))
    environment = {**os.environ, "READINGROOM_HOME": str(home)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_READINGROOM, "verify", *arguments], env=environment, capture_output=True, text=True, check=False
        )

    found = run("--json")
    assert found.returncode == 1
    assert {json.loads(line)["kind"] for line in found.stdout.splitlines()} == {"entry stale"}
    assert (run("--repair").returncode, run().returncode) == (0, 0)
