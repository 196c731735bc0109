"""Who is merged is found under whoever stands for both, and under the old key too."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.config import Settings
from app.database.connection import Sessions, migrate, open_database, open_sessions
from app.database.person_merges import cut_merge, merge_people
from app.search.results import Results, SearchRequest
from app.search.service import SearchService, open_search
from tests.support.seed import add_document, add_message

_NOW = datetime(2026, 1, 1)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    with open_sessions(engine).begin() as session:
        document = add_document(session, None)
        printed = add_message(session, document, subject="one", sender="Mills, Cheryl <mills@state.gov>")
        add_message(session, document, subject="two", sender="Mills, Cheryl <mills@state.gov>")
        add_message(session, document, subject="three", sender="C. Mills")
        add_message(session, document, subject="below", sender="C. Mills", parent=printed)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def service(index_options: dict[str, object], tmp_path: Path, sessions: Sessions) -> Iterator[SearchService]:
    with open_search(Settings(home=tmp_path, **index_options), sessions) as service:
        with sessions.begin() as session:
            merge_people(session, "c.-mills", "mills-cheryl", by="ann", now=_NOW)
        service.sync()
        yield service


def _senders(results: Results) -> dict[str, int]:
    facet = next(facet for facet in results.facets if facet.name == "from")
    return {value.value: value.count for value in facet.values}


def test_the_facet_counts_both_as_one(service: SearchService) -> None:
    assert _senders(service.search(SearchRequest())) == {"mills-cheryl": 3}


@pytest.mark.parametrize("key", ["c.-mills", "mills-cheryl"])
def test_either_key_finds_the_emails_of_both(service: SearchService, key: str) -> None:
    results = service.search(SearchRequest(sender=(key,)))
    assert (results.count, {hit.sender_key for hit in results.hits}) == (3, {"mills-cheryl"})
    assert service.search(SearchRequest(participant=(key,))).count == 3


def test_after_a_cut_each_finds_its_own_and_what_quotes_it(service: SearchService, sessions: Sessions) -> None:
    with sessions.begin() as session:
        _cut(session)
    assert service.sync() == 2  # hers under the other key stay as they are
    assert _senders(service.search(SearchRequest())) == {"mills-cheryl": 2, "c.-mills": 1}
    subjects = {hit.title for hit in service.search(SearchRequest(participant=("c.-mills",))).hits}
    assert subjects == {"three", "one"}


def _cut(session: Session) -> None:
    cut_merge(session, "mills-cheryl", "c.-mills", by="ann", now=_NOW)
