"""How the record comes into the index, and what happens when things go wrong on the way."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from app.config import IndexEngine, Settings
from app.database.connection import Sessions, migrate, open_database, open_sessions
from app.database.index_queue import IndexQueueRepository
from app.database.models import Message, Page, RetiredEntry
from app.errors import IndexUnavailableError
from app.search.home import IndexHome
from app.search.index import Search
from app.search.query import Everything
from app.search.results import SearchRequest
from app.search.service import open_search
from app.search.sync import Synchroniser
from tests.support.entries import make_entry
from tests.support.seed import add_document, add_message, add_page

EVERYTHING = Search(Everything())


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    with open_sessions(engine).begin() as session:
        document = add_document(session, None)
        for number in range(3):
            add_message(session, document, subject=f"Letter {number}", text="water")
        add_page(session, document, "cover", in_message=False)
        add_page(session, document, "water", in_message=True)
        add_page(session, document, "  ", in_message=False)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def settings(index_options: dict[str, object], tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, **index_options)


def count(settings: Settings, sessions: Sessions, q: str = "") -> int:
    with open_search(settings, sessions) as service:
        return service.search(SearchRequest(q=q)).count


def live_folder(settings: Settings) -> Path:
    return settings.index_folder / (settings.index_folder / "current").read_text()


def test_a_missing_index_is_made_from_the_record(settings: Settings, sessions: Sessions) -> None:
    assert count(settings, sessions) == 4
    assert count(settings, sessions, "water") == 3


def test_the_queue_is_empty_afterwards(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    with sessions() as session:
        assert IndexQueueRepository(session).is_empty()


def test_a_queue_of_many_batches_is_emptied(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        document = add_document(session, None)
        for number in range(1, 1200):
            add_page(session, document, f"page{number}")
    assert count(Settings(home=tmp_path), sessions) == 1203


def test_a_repeated_batch_replaces_what_is_there(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    with sessions.begin() as session:  # as if the program had died after the index's commit
        session.execute(update(Message).values(indexed_at=None))
    assert count(settings, sessions) == 4


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves its file open
def test_a_damaged_index_is_made_anew(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    damaged = live_folder(settings)
    for file in damaged.iterdir():
        file.write_bytes(b"\0" * 10)
    assert count(settings, sessions, "water") == 3
    assert live_folder(settings) != damaged


def test_an_index_of_another_version_is_made_anew(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    (live_folder(settings) / "schema.json").write_text('{"schema": 0}')
    assert count(settings, sessions, "water") == 3


def test_an_open_service_goes_over_to_what_another_rebuilt(settings: Settings, sessions: Sessions) -> None:
    with open_search(settings, sessions) as reader, open_search(settings, sessions) as writer:
        before = reader.search(SearchRequest(per_page=2))
        with sessions.begin() as session:
            session.execute(update(Message).values(text="fire"))
        assert writer.rebuild() == 4
        assert reader.search(SearchRequest(q="fire")).count == 3
        rest = reader.search(SearchRequest(per_page=2, cursor=before.next_cursor or ""))
        shown = [(hit.key, hit.page) for hit in before.hits + rest.hits]
        assert len(set(shown)) == 4


def test_a_rebuild_takes_in_what_waits_and_leaves_out_what_retired(settings: Settings, sessions: Sessions) -> None:
    with open_search(settings, sessions) as service:
        with sessions.begin() as session:
            message = session.scalars(select(Message)).first()
            assert message
            session.add(RetiredEntry(key=message.key))
            session.delete(message)
            add_message(session, add_document(session, None), text="new")
        service.rebuild()
        assert service.search(SearchRequest()).count == 4
        assert service.search(SearchRequest(q="new")).count == 1
        assert service.sync() == 0


def test_a_rebuild_that_breaks_off_leaves_the_live_index(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    home = IndexHome(settings)
    with pytest.raises(RuntimeError):
        break_off_rebuild(home)
    assert home.live().search(EVERYTHING).total == 4
    assert [path for path in settings.index_folder.iterdir() if path.is_dir()] == [live_folder(settings)]
    home.close()


def break_off_rebuild(home: IndexHome) -> None:
    with home.writing(0), home.building() as index:
        index.update([make_entry("half")])
        raise RuntimeError


def test_an_index_that_vanishes_is_made_anew_by_the_next_sync(settings: Settings, sessions: Sessions) -> None:
    with open_search(settings, sessions) as service:
        shutil.rmtree(settings.index_folder)
        assert service.sync() == 4
        assert service.search(SearchRequest(q="water")).count == 3


def test_an_archive_may_change_its_engine_and_come_back(sessions: Sessions, tmp_path: Path) -> None:
    for number, engine in enumerate((IndexEngine.TANTIVY, IndexEngine.WHOOSH, IndexEngine.TANTIVY)):
        with sessions.begin() as session:
            add_message(session, add_document(session, None), text="late")
        assert count(Settings(home=tmp_path, index=engine), sessions) == 5 + number


def test_only_one_writes(settings: Settings, sessions: Sessions) -> None:
    with open_search(settings, sessions) as service:
        home = IndexHome(settings)
        other = Synchroniser(home, sessions)
        with sessions.begin() as session:
            add_message(session, add_document(session, None), text="late")
        with IndexHome(settings).writing(0) as mine:
            assert mine
            assert other.sync(wait_s=0) == 0
            with pytest.raises(IndexUnavailableError, match="Another process"):
                other.rebuild(wait_s=0)
        assert service.sync() == 1
        home.close()


def test_folders_of_old_indexes_go_once_nobody_can_open_them(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    old = live_folder(settings)
    with open_search(settings, sessions) as service:
        service.rebuild()
    assert old.is_dir()
    written = (settings.index_folder / "current").stat().st_mtime
    later = IndexHome(settings, clock=lambda: written + 601)
    with later.writing(0):
        assert [path for path in settings.index_folder.iterdir() if path.is_dir()] == [live_folder(settings)]


def test_without_an_index_a_search_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(IndexUnavailableError, match="reindex"):
        IndexHome(settings).live()


def test_where_no_index_can_be_written_the_archive_opens_and_searches_say_so(
    settings: Settings, sessions: Sessions
) -> None:
    settings.index_folder.parent.mkdir(parents=True)
    settings.index_folder.write_text("a file in the way")
    with open_search(settings, sessions) as service, pytest.raises(IndexUnavailableError):
        service.search(SearchRequest())


def test_claims_are_undone_with_their_transaction(engine: Engine) -> None:
    sessions = open_sessions(engine)
    with sessions.begin() as session:
        document = add_document(session, None)
        for number in range(5):
            add_page(session, document, f"page{number}")
    now = datetime(2024, 1, 1, tzinfo=UTC)
    with sessions() as session:
        assert len(IndexQueueRepository(session).claim(Page, 3, now)) == 3
        session.rollback()
    with sessions.begin() as session:
        queue = IndexQueueRepository(session)
        assert len(queue.claim(Page, 3, now)) == 3
        assert len(queue.claim(Page, 3, now)) == 2
    with sessions() as session:
        assert IndexQueueRepository(session).is_empty()


def test_a_pointer_that_is_no_text_is_damage(settings: Settings, sessions: Sessions) -> None:
    count(settings, sessions)
    (settings.index_folder / "current").write_bytes(b"\0\xff\xfe")
    assert count(settings, sessions, "water") == 3
