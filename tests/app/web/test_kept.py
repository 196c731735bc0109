"""Answers given again are those that would be made anew: a service that keeps them beside one that does not."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Document, Message, Page, Release, Visibility
from app.database.tombstones import WithdrawalRepository
from app.database.worlds import settle_release
from app.web.kept import KeptAnswersMiddleware
from tests.support.seed import add_document, add_message, add_page, add_release
from tests.support.service import serve

_NOW = datetime(2026, 1, 2)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(Settings(home=tmp_path, database=None)) as archive:
        with archive.sessions.begin() as session:
            for slug in ("town", "water-board"):
                document = add_document(session, add_release(session, slug), f"{slug}.pdf")
                add_page(session, document, "The water main broke", in_message=True, bates=f"{slug.upper()}-1")
                add_page(session, document, "and nobody came")
                message = add_message(session, document, subject=f"Of {slug}", sender=f"Ann <ann@{slug}.gov>")
                add_message(session, document, subject="Quoted", text="Before", parent=message)
        archive.search.sync()
        yield archive


def _addresses(archive: Archive) -> list[str]:
    with archive.sessions() as session:
        documents = session.scalars(select(Document.key)).all()
        messages = session.scalars(select(Message.key)).all()
        slugs = session.scalars(select(Release.slug)).all()
    paths = ["/", "/people", "/missing", "/agencies", "/releases", *(f"/releases/{slug}" for slug in slugs)]
    paths += [path for key in documents for path in (f"/documents/{key}", f"/documents/{key}/pages/1")]
    paths += [f"/messages/{key}" for key in messages]
    paths += ["/search", "/search?q=water", "/search?q=renamed+OR+added&order_by=date", "/search?q=nothing-of-it"]
    return [*paths, *(f"/api/v1{path}" for path in paths if path != "/search"), "/api/v1/status"]


def _rename(session: Session, choice: random.Random) -> None:
    choice.choice(session.scalars(select(Message)).all()).subject = f"Renamed {choice.random()}"


def _add(session: Session, choice: random.Random) -> None:
    document = choice.choice(session.scalars(select(Document)).all())
    add_message(session, document, subject=f"Added {choice.random()}", sender="Bob <bob@town.gov>", to=["Ann"])


def _read_anew(session: Session, choice: random.Random) -> None:
    choice.choice(session.scalars(select(Page)).all()).text = f"Read anew {choice.random()}"


def _hide(session: Session, choice: random.Random) -> None:
    release = choice.choice(session.scalars(select(Release)).all())
    release.visibility = choice.choice(list(Visibility))


def _withdraw(session: Session, choice: random.Random) -> None:
    message = choice.choice(session.scalars(select(Message)).all())
    withdrawals = WithdrawalRepository(session)
    if withdrawals.in_force(message.key) is None:
        withdrawals.withdraw(message, reason="A name", by="keeper", now=_NOW)


_CHANGES: tuple[Callable[[Session, random.Random], None], ...] = (_rename, _add, _read_anew, _hide, _withdraw)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_an_answer_is_never_older_than_the_record(archive: Archive, seed: int) -> None:
    choice = random.Random(seed)
    forgetful = replace(archive, settings=archive.settings.model_copy(update={"answer_cache_mb": 0}))
    with serve(archive) as keeping, serve(forgetful) as plain, httpx.Client(timeout=60) as client:
        for _ in range(12):
            addresses = _addresses(archive)
            for path in [*addresses, *addresses]:
                given = client.get(keeping + path)
                made = client.get(plain + path)
                assert given.status_code == made.status_code, path
                assert given.text.replace(keeping, "") == made.text.replace(plain, ""), path
                assert given.headers.get("cache-control") == made.headers.get("cache-control"), path
            with archive.sessions.begin() as session:
                choice.choice(_CHANGES)(session, choice)
                session.flush()
                for release in session.scalars(select(Release)).all():
                    settle_release(session, release.id)
            if choice.random() < 0.6:
                archive.search.sync()


def test_what_was_answered_is_given_again_without_asking_the_record(archive: Archive) -> None:
    path = next(path for path in _addresses(archive) if path.startswith("/messages/"))
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        first = client.get(path).text
        assert _is_given_again(client, path)
        with archive.sessions.begin() as session:
            add_release(session, "elsewhere")
        with _Counting() as asked:
            assert client.get(path).text == first
        assert asked == []


@pytest.mark.parametrize("is_related", [False, True])
def test_what_is_written_while_an_answer_is_made_is_found_when_it_is_given(
    archive: Archive, is_related: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(path for path in _addresses(archive) if path.startswith("/messages/"))
    written: list[str] = []
    kept = threading.Event()
    keep = KeptAnswersMiddleware._keep

    def keep_and_tell(*told: Any) -> None:
        keep(*told)
        kept.set()

    monkeypatch.setattr(KeptAnswersMiddleware, "_keep", keep_and_tell)

    def write() -> None:
        with archive.sessions.begin() as session:
            add_release(session, "elsewhere")
            if is_related:
                key = path.rpartition("/")[2]
                session.scalars(select(Message).where(Message.key == key)).one().subject = "Another"

    def interrupt(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM pages" in statement and not written:  # the message was read before
            written.append(statement)
            other = threading.Thread(target=write)
            other.start()
            other.join()

    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        event.listen(Engine, "before_cursor_execute", interrupt)
        try:
            first = client.get(path).text
        finally:
            event.remove(Engine, "before_cursor_execute", interrupt)
        assert written
        assert kept.wait(60)  # or not kept, as it is right: that is decided when it has been sent
        with _Counting() as asked:
            second = client.get(path).text
    assert (second != first, bool(asked), "Another" in second) == (is_related, is_related, is_related)


def test_a_search_is_answered_again_until_the_index_changes(archive: Archive) -> None:
    path = "/api/v1/search?q=water"
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        count = client.get(path).json()["count"]
        assert _is_given_again(client, path)
        with archive.sessions.begin() as session:
            add_page(session, add_document(session, add_release(session, "new"), "new.pdf"), "more water")
        assert client.get(path).json()["count"] == count  # it waits for the index
        archive.search.sync()
        assert client.get(path).json()["count"] == count + 1


def test_while_something_else_is_made_a_search_is_given_as_before_the_last_visit_to_the_index(archive: Archive) -> None:
    path = "/api/v1/search?q=water"
    message = next(path for path in _addresses(archive) if path.startswith("/messages/"))
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        count = _keep_count(client, path)
        _add_water(archive)
        with _held(address + message, 'messages."key" = ?'):
            assert client.get(path).json()["count"] == count
        _expect_count(client, path, count + 1)  # the service is done with the other a moment after that has its answer


def test_after_a_search_is_made_anew_others_have_their_turn(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    later_s = 0.0
    monkeypatch.setattr("app.web.kept._REST", 1e6)
    monkeypatch.setattr("app.web.kept.monotonic", lambda: time.monotonic() + later_s)
    paths = ["/api/v1/search?q=water", "/api/v1/search?q=wat*"]
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        counts = [_keep_count(client, path) for path in paths]
        _add_water(archive)
        with _held(address + paths[0], ""):
            assert client.get(paths[1]).json()["count"] == counts[1]
        _expect_count(client, paths[0], counts[0] + 1)  # it is kept a moment after it was given
        assert client.get(paths[1]).json()["count"] == counts[1]
        later_s = 10.0
        _expect_count(client, paths[1], counts[1] + 1)


def test_another_host_is_given_an_answer_with_its_own_links(archive: Archive) -> None:
    path = next(path for path in _addresses(archive) if path.startswith("/messages/"))
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        by_number = client.get(path).text
        by_name = client.get(path, headers={"Host": "localhost"}).text
    assert f"{address}{path}" in by_number
    assert f"http://localhost{path}" in by_name


def test_answers_that_nobody_asked_for_lately_are_forgotten(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.main._MIB", 12_000)
    small = replace(archive, settings=archive.settings.model_copy(update={"answer_cache_mb": 1}))
    paths = [path for path in _addresses(archive) if path.startswith("/messages/")]
    with serve(small) as address, httpx.Client(base_url=address, timeout=60) as client:
        for path in paths:
            assert _is_given_again(client, path)
        with _Counting() as asked:
            client.get(paths[0])
        assert asked


def _keep_count(client: httpx.Client, path: str) -> int:
    """Return how much a search finds, when its answer is kept."""
    count = int(client.get(path).json()["count"])
    assert _is_given_again(client, path)
    return count


def _expect_count(client: httpx.Client, path: str, count: int) -> None:
    """Expect that a search soon finds so much."""
    end = time.monotonic() + 10
    while (given := client.get(path).json()["count"]) != count and time.monotonic() < end:
        pass
    assert given == count


def _add_water(archive: Archive) -> None:
    with archive.sessions.begin() as session:
        add_page(session, add_document(session, add_release(session, "new"), "new.pdf"), "more water")
    archive.search.sync()


@contextmanager
def _held(address: str, statement: str) -> Iterator[None]:
    """Ask for an answer, and keep it from being made at the first statement like this, while the context is open."""
    held, waits = threading.Event(), threading.Event()

    def hold(_connection: object, _cursor: object, asked: str, *_: object) -> None:
        if statement in asked:
            waits.set()
            held.wait(timeout=60)

    event.listen(Engine, "before_cursor_execute", hold)
    other = threading.Thread(target=httpx.get, args=(address,), kwargs={"timeout": 60})
    other.start()
    try:
        assert waits.wait(timeout=60)
        yield
    finally:
        held.set()
        other.join()
        event.remove(Engine, "before_cursor_execute", hold)  # not before: it may be in the midst of a call


def _is_given_again(client: httpx.Client, path: str) -> bool:
    """Tell whether an answer is soon given without asking: it is kept when it has been sent."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with _Counting() as asked:
            client.get(path)
        if not asked:
            return True
    return False


class _Counting:
    """Note what SQLAlchemy is asked while the context is open."""

    def __enter__(self) -> list[str]:
        self._asked: list[str] = []
        event.listen(Engine, "before_cursor_execute", self._note)
        return self._asked

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self._asked.append(statement)
