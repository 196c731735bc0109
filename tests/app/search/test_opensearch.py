"""What is the OpenSearch engine's own: bulk writes, the server's limits, and servers that are away."""

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.config import IndexEngine, Settings
from app.database.connection import migrate, open_database, open_sessions
from app.database.index_queue import IndexQueueRepository
from app.errors import BadRequestError, IndexUnavailableError, IndexUnreachableError
from app.search.index import Search
from app.search.opensearch_index import OpenSearchEngine, OpenSearchIndex
from app.search.opensearch_index.mapping import PREFIX
from app.search.opensearch_index.server import Server, ServerError, Write
from app.search.query import Everything, Pattern, Word, parse
from app.search.results import Order, SearchRequest
from app.search.service import open_search
from tests.support.entries import make_entry, number_entries
from tests.support.opensearch.node import NoServerError, run_nodes, skip_or_fail
from tests.support.seed import add_document, add_page

NOWHERE = "http://127.0.0.1:9"  # nobody listens there
MANY = 10_050


@pytest.fixture(scope="module")
def engine(opensearch: str) -> OpenSearchEngine:
    return OpenSearchEngine(opensearch)


@pytest.fixture
def server(opensearch: str) -> Iterator[Server]:
    server = Server(opensearch)
    yield server
    server.close()


@pytest.fixture
def folder(engine: OpenSearchEngine, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "index"
    folder.mkdir()
    yield folder
    engine.remove(folder)


@pytest.fixture
def index(engine: OpenSearchEngine, folder: Path) -> Iterator[OpenSearchIndex]:
    index = engine.create(folder)
    yield index
    index.close()


def total(index: OpenSearchIndex, query: str = "") -> int:
    return index.search(Search(parse(query).tree)).total


def wait_for_health(server: Server, name: str, **wanted: str) -> dict[str, object]:
    """Return how an index is, once it is as wanted: a busy machine takes a while, and a request has half a minute."""
    end = time.monotonic() + 120
    path = f"/_cluster/health/{name}?{urlencode({**wanted, 'timeout': '20s'})}"  # a parameter would be the client's
    while True:
        try:
            health: dict[str, object] = server.ask("GET", path)
        except ServerError:
            if time.monotonic() > end:
                raise
        else:
            return health


def test_only_what_the_server_could_not_take_is_written_again(server: Server, opensearch: str) -> None:
    name = f"{PREFIX}-two-shards-{uuid.uuid4().hex}"
    settings: dict[str, object] = {"number_of_shards": 2, "auto_expand_replicas": False, "number_of_replicas": 0}
    settings["routing.allocation.total_shards_per_node"] = 1  # the second has no place on the one node
    body = {"settings": settings, "aliases": {f"{name}-writing": {}}}
    server.ask("PUT", f"/{name}", body, wait_for_active_shards="0")
    wait_for_health(server, name, wait_for_active_shards="1")
    pauses: list[float] = []
    written: list[int] = []

    def make_room(pause_s: float) -> None:
        pauses.append(pause_s)
        written.append(server.ask("GET", f"/{name}/_stats/indexing")["_all"]["total"]["indexing"]["index_total"])
        server.ask("PUT", f"/{name}/_settings", {"index.routing.allocation.total_shards_per_node": -1})
        server.ask("POST", "/_cluster/reroute")
        wait_for_health(server, name, wait_for_status="green")

    writer = Server(opensearch, pause=make_room)
    writer.write(f"{name}-writing", [Write(f"k{n}", {"sequence": n}) for n in range(40)])
    writer.close()
    server.ask("POST", f"/{name}/_refresh")
    assert 0 < written[0] < 40
    assert (total_on(server, name), pauses) == (40, [0.1])
    server.ask("DELETE", f"/{name}")


def total_on(server: Server, name: str) -> int:
    return int(server.ask("GET", f"/{name}/_count")["count"])


def test_what_the_server_will_never_take_is_told_with_its_reason(index: OpenSearchIndex, server: Server) -> None:
    writes = [Write("good", {"sequence": 1}), Write("bad", {"sequence": "many"}), Write("fine", {"sequence": 2})]
    with pytest.raises(ServerError, match="entry bad: "):
        server.write(f"{index.name}-writing", writes)
    server.ask("POST", f"/{index.name}/_refresh")
    assert total_on(server, index.name) == 3


def test_a_server_that_is_away_is_asked_again_with_longer_and_longer_pauses() -> None:
    pauses: list[float] = []
    server = Server(NOWHERE, pause=pauses.append)
    with pytest.raises(IndexUnreachableError, match="READINGROOM_OPENSEARCH"):
        server.write("any", [Write("a", {})])
    server.close()
    assert pauses == sorted(pauses)
    assert 20 < sum(pauses) < 60


def test_a_server_that_comes_back_meanwhile_gets_everything(engine: OpenSearchEngine, folder: Path) -> None:
    index = engine.create(folder)
    index.close()
    addresses = [NOWHERE, engine.address]
    again = OpenSearchIndex.open(Server(" ".join(addresses)), index.name)
    again.update(number_entries([make_entry("a"), make_entry("b")]))
    assert total(again) == 2
    again.close()


def test_a_password_is_not_shown() -> None:
    address = "http://reader:secret@127.0.0.1:9"
    settings = Settings(index=IndexEngine.OPENSEARCH, opensearch=address)
    server = Server(address)
    with pytest.raises(IndexUnreachableError) as told:
        server.ask("GET", "/")
    server.close()
    assert "secret" not in f"{told.value} {settings!r} {OpenSearchEngine(address)!r}"
    assert "http://127.0.0.1:9" in str(told.value)


def test_without_an_address_the_engine_says_what_it_needs(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    settings = Settings(home=tmp_path, index=IndexEngine.OPENSEARCH)
    with pytest.raises(BadRequestError, match="READINGROOM_OPENSEARCH"), open_search(settings, open_sessions(engine)):
        pass
    engine.dispose()


def test_while_the_server_is_away_nothing_is_made_anew(opensearch: str, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(database)
    sessions = open_sessions(database)
    with sessions.begin() as session:
        add_page(session, add_document(session, None), "water")
    settings = Settings(home=tmp_path, index=IndexEngine.OPENSEARCH, opensearch=opensearch)
    with open_search(settings, sessions) as service:
        assert service.search(SearchRequest(q="water")).count == 1
    away = Settings(home=tmp_path, index=IndexEngine.OPENSEARCH, opensearch=NOWHERE)
    with open_search(away, sessions) as service, pytest.raises(IndexUnavailableError, match="does not answer"):
        service.search(SearchRequest(q="water"))
    with sessions() as session:
        assert IndexQueueRepository(session).is_empty()
    with open_search(settings, sessions) as service:
        assert service.search(SearchRequest(q="water")).count == 1
    for made in settings.index_folder.glob("*-*"):
        OpenSearchEngine(opensearch).remove(made)
    database.dispose()


def test_the_alias_of_the_version_follows_what_is_published(
    engine: OpenSearchEngine, server: Server, tmp_path: Path
) -> None:
    other = f"{PREFIX}0-of-another-version"
    server.ask("PUT", f"/{other}", {"aliases": {f"{PREFIX}0": {}}})
    folders = [tmp_path / name for name in ("First_One", "second")]
    names = []
    for folder in folders:
        folder.mkdir()
        index = engine.create(folder)
        names.append(index.name)
        index.close()
        engine.publish(folder)
        live = {name for name in server.ask("GET", f"/_alias/{PREFIX}") if name in names}
        assert live == {index.name}
    assert names[0].startswith(f"{PREFIX}-first-one-")
    assert list(server.ask("GET", f"/_alias/{PREFIX}0")) == [other]
    for folder in folders:
        engine.remove(folder)
    server.ask("DELETE", f"/{other}")


def test_removing_a_folder_deletes_its_index(engine: OpenSearchEngine, server: Server, folder: Path) -> None:
    index = engine.create(folder)
    index.close()
    engine.remove(folder)
    assert not folder.exists()
    with pytest.raises(ServerError, match="no such index"):
        server.ask("GET", f"/{index.name}")
    engine.remove(folder)


def test_an_index_that_somebody_deleted_is_not_made_again_half_empty(index: OpenSearchIndex, server: Server) -> None:
    index.update([make_entry("a")])
    server.ask("DELETE", f"/{index.name}")
    with pytest.raises(IndexUnavailableError, match="reindex"):
        index.update([make_entry("b")])
    with pytest.raises(IndexUnavailableError, match="reindex"):
        index.search(Search(Everything()))


def test_few_points_in_time_are_open_however_many_search(index: OpenSearchIndex, server: Server) -> None:
    def opened() -> int:
        told = server.ask("GET", f"/{index.name}/_stats/search")
        return int(told["_all"]["total"]["search"]["point_in_time_current"])

    index.update(number_entries([make_entry(f"k{n}", "water") for n in range(9)]))
    for _ in range(20):
        index.search(Search(Word("water"), limit=2))
    assert opened() == 1
    for n in range(5):
        index.update([make_entry("new", sequence=20 + n)])
        assert total(index) == 10
    assert opened() == 2  # a reader may still be paging through the first
    index.close()
    assert opened() == 0


@pytest.fixture(scope="module")
def many(engine: OpenSearchEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearchIndex]:
    folder = tmp_path_factory.mktemp("many")
    index = engine.create(folder)
    entries = [make_entry(f"k{n:05}", f"water{n} w{n} 2", day=f"2012-01-{n % 28 + 1:02}") for n in range(MANY)]
    index.update(number_entries(entries))
    yield index
    index.close()
    engine.remove(folder)


@pytest.mark.parametrize("order", list(Order))
def test_pages_go_on_beyond_ten_thousand_hits(many: OpenSearchIndex, order: Order) -> None:
    found: list[str] = []
    search = Search(parse("2").tree, order=order, limit=4000)
    while True:
        matches = many.search(search)
        found += matches.keys
        if matches.after is None:
            break
        search = replace(search, after=matches.after)
    assert (len(found), len(set(found)), matches.total) == (MANY, MANY, MANY)


def test_pages_by_relevance_go_on_by_count_where_the_state_is_gone(many: OpenSearchIndex) -> None:
    search = Search(Word("2"), limit=10_000)
    first = many.search(search)
    whole = {*first.keys, *many.search(replace(search, after=first.after)).keys}
    assert first.after
    rest = many.search(replace(search, after=replace(first.after, generation="gone", score=0.0, rank=0)))
    assert {*first.keys, *rest.keys} == whole
    assert rest.after is None


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("w*", MANY), ("w*-2", MANY), ("w1*-2", 1161), ("?*9*-2", None), ("water?-2", 0), ("w?-2", 10)],
)
def test_a_pattern_may_stand_for_any_number_of_words(many: OpenSearchIndex, pattern: str, count: int | None) -> None:
    found = many.search(Search(Pattern(pattern))).total
    assert found == (sum("9" in str(n) for n in range(MANY)) if count is None else count)


def test_a_pattern_that_no_server_can_follow_is_refused(many: OpenSearchIndex) -> None:
    with pytest.raises(BadRequestError, match="pattern"):
        many.search(Search(Pattern("*1" + "?" * 40 + "*")))


def test_nothing_is_lost_when_one_of_two_nodes_dies_while_entries_are_written(tmp_path: Path) -> None:
    try:
        with run_nodes(2) as nodes:
            index = OpenSearchEngine(" ".join(node.address for node in nodes)).create(tmp_path)
            server = Server(nodes[0].address)
            health = wait_for_health(server, index.name, wait_for_status="green")
            assert health["active_shards"] == 2  # the index and its copy
            dying = threading.Thread(target=nodes[1].stop)
            for batch in range(12):
                if batch == 4:
                    dying.start()
                index.update(number_entries([make_entry(f"{batch}-{n}", "water") for n in range(100)], batch * 100 + 1))
            dying.join()
            assert total(index, "water") == 1200
            nodes[0].stop()
            with pytest.raises(IndexUnavailableError, match="does not answer"):
                index.search(Search(Everything()))
            index.close()
            server.close()
    except NoServerError as error:
        skip_or_fail(error)
