"""The commands that say who reads what, beside a service that runs."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Document, Message
from ingest.cli import main
from tests.support.service import serve
from tests.support.typeset import print_pdf

_MAIL = """From:\tRoe, Jane <jane@state.gov>
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann
Subject:\t{subject}

The {word} comes at noon.
"""
_REASON = "A minor is named."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("READINGROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("READINGROOM_WORKERS", "1")
    monkeypatch.setenv("READINGROOM_OCR", "off")
    source = tmp_path / "in"
    source.mkdir()
    pages = [_MAIL.format(subject="Pipes", word="plumber"), _MAIL.format(subject="Locks", word="locksmith")]
    print_pdf(source / "letters.pdf", pages)
    _run("ingest", str(source), "--release", "town")
    return tmp_path / "home"


@pytest.fixture
def archive(home: Path) -> Iterator[Archive]:
    with open_archive(Settings(home=home, database=None)) as archive:
        yield archive


@pytest.fixture
def client(archive: Archive) -> Iterator[httpx.Client]:
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_a_token_opens_what_it_names_until_it_is_revoked(archive: Archive, client: httpx.Client) -> None:
    before = client.get("/api/v1/releases/town")
    assert before.status_code == 200
    _run("visibility", "town", "private")
    token = _run("token", "add", "ann", "--release", "town").stdout.split()[0]
    assert client.get("/api/v1/releases/town").status_code == 404
    assert client.get("/api/v1/search?q=plumber").json()["count"] == 0
    opened = {"Authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/releases/town", headers=opened)
    assert answer.json() == before.json()
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Authorization" in answer.headers["vary"]
    assert client.get("/api/v1/search?q=plumber", headers=opened).json()["count"] == 1
    password = base64.b64encode(f"anyone:{token}".encode()).decode()
    assert client.get("/releases/town", headers={"Authorization": f"Basic {password}"}).status_code == 200
    assert "ann: town" in _run("token", "list").stdout
    _run("token", "revoke", "ann")
    assert client.get("/api/v1/releases/town", headers=opened).status_code == 401
    with archive.sessions() as session:
        assert token not in str(session.connection().exec_driver_sql("SELECT * FROM read_tokens").all())


def test_a_browser_is_asked_at_unlock_alone(client: httpx.Client) -> None:
    assert client.get("/unlock").headers["www-authenticate"].startswith("Basic ")
    foreign = {"Authorization": "Basic " + base64.b64encode(b"proxy:secret").decode()}
    assert client.get("/", headers=foreign).status_code == 200  # a proxy's own password
    assert client.get("/unlock", headers=foreign).status_code == 401


def test_making_a_release_public_again_gives_all_of_it_back(client: httpx.Client) -> None:
    before = client.get("/api/v1/search?q=comes").json()
    _run("visibility", "town", "private")
    _run("visibility", "town", "public")
    after = client.get("/api/v1/search?q=comes").json()
    assert {**after, "results": 0} == {**before, "results": 0}
    assert "town: public" in _run("visibility").stdout


def test_a_withdrawn_email_is_gone_within_five_seconds_and_says_why(archive: Archive, client: httpx.Client) -> None:
    key, document = _keys(archive, "Pipes")
    assert client.get(f"/documents/{document}/pages/1.webp").status_code == 200
    begun = time.monotonic()
    _run("withdraw", key, "--reason", _REASON, "--by", "Ann")
    taken_s = time.monotonic() - begun
    found = client.get("/api/v1/search?q=comes").json()
    assert [one["title"] for one in found["results"]] == ["Locks"]
    assert (found["count"], client.get("/api/v1/search?q=plumber").json()["count"]) == (1, 0)
    for address in (f"messages/{key}", f"documents/{document}/pages/1"):
        problem = client.get(f"/api/v1/{address}")
        assert (problem.status_code, problem.json()["code"]) == (410, "withdrawn")
        assert _REASON in problem.json()["detail"]
        assert client.get(f"/{address}").status_code == 410
    for address in (f"/documents/{document}/pages/1.webp", f"/documents/{document}/original"):
        assert client.get(address).status_code == 410
    assert client.get(f"/documents/{document}/pages/2.webp").status_code == 200
    whole = client.get(f"/api/v1/documents/{document}")
    assert "plumber" not in whole.text
    assert "locksmith" in whole.text
    assert taken_s < 60  # the command with its start, on a busy machine; the service itself waits for nothing


def test_a_cursor_does_not_lead_to_what_was_withdrawn_meanwhile(archive: Archive, client: httpx.Client) -> None:
    key, _ = _keys(archive, "Locks")
    first = client.get("/api/v1/search?order_by=date&per_page=1").json()
    assert first["count"] == 2
    _run("withdraw", key, "--reason", _REASON)
    parameters = {"order_by": "date", "per_page": 1, "cursor": first["next_cursor"]}
    second = client.get("/api/v1/search", params=parameters).json()
    assert second["count"] < 2
    assert key not in str(second)


def test_a_withdrawn_document_stays_withdrawn_when_it_is_ingested_again(
    archive: Archive, client: httpx.Client, tmp_path: Path
) -> None:
    key, document = _keys(archive, "Pipes")
    _run("withdraw", document, "--reason", _REASON)
    _run("ingest", str(tmp_path / "in"), "--release", "again")
    assert client.get(f"/messages/{key}").status_code == client.get(f"/documents/{document}").status_code == 410
    assert client.get("/api/v1/search?q=comes").json()["count"] == 0
    assert client.get("/api/v1/status").json()["documents"] == 0
    assert archive.store.path(_hash(archive, document)).is_file()
    assert _REASON in _run("withdraw", "--list").stdout


def test_a_withdrawn_document_stays_withdrawn_when_it_is_read_again(archive: Archive, client: httpx.Client) -> None:
    key, document = _keys(archive, "Pipes")
    _run("withdraw", key, "--reason", _REASON)
    with archive.sessions.begin() as session:
        session.scalars(select(Document)).one().pipeline_version = 0
    _run("retry")
    assert client.get(f"/messages/{key}").status_code == 410
    assert client.get(f"/documents/{document}/pages/1.webp").status_code == 410
    assert client.get("/api/v1/search?q=comes").json()["count"] == 1


def test_a_restored_record_is_as_it_was(archive: Archive, client: httpx.Client) -> None:
    key, document = _keys(archive, "Pipes")
    addresses = (f"/api/v1/messages/{key}", f"/api/v1/documents/{document}", "/api/v1/people", "/api/v1/missing")
    before = [client.get(address).json() for address in addresses]
    original = client.get(f"/documents/{document}/original").content
    _run("withdraw", document, "--reason", _REASON)
    assert client.get(addresses[0]).status_code == 410
    _run("restore-record", document)
    assert [client.get(address).json() for address in addresses] == before
    assert client.get(f"/documents/{document}/original").content == original
    assert client.get("/api/v1/search?q=plumber").json()["count"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("withdraw", "nothing", "--reason", "x"), "no document or message 'nothing'"),
        (("withdraw", "nothing"), "--reason"),
        (("restore-record", "nothing"), "Nothing with the key 'nothing'"),
        (("visibility", "nothing", "private"), "no release 'nothing'"),
        (("token", "add", "ann", "--release", "nothing"), "no release 'nothing'"),
        (("token", "revoke", "nobody"), "no token 'nobody'"),
    ],
)
def test_a_mistake_is_explained(home: Path, arguments: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (2, 4)
    assert told in result.stderr


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result


def _keys(archive: Archive, subject: str) -> tuple[str, str]:
    with archive.sessions() as session:
        key = session.scalars(select(Message.key).where(Message.subject == subject)).one()
        return key, session.scalars(select(Document.key)).one()


def _hash(archive: Archive, key: str) -> str:
    with archive.sessions() as session:
        return session.scalars(select(Document.sha256).where(Document.key == key)).one()
