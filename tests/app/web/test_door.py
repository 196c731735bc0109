"""Requests that name another host, bring a body, or come slowly."""

import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.archive import open_archive
from app.config import Settings
from tests.app.web.conftest import Keys
from tests.support.service import serve

_PATIENCE_S = 20


def _answer(service: str, request: bytes) -> bytes:
    host, _, port = service.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=_PATIENCE_S) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "8.8.8.8", "localhost.evil.example"])
@pytest.mark.parametrize("path", ["/", "/search/", "/api/v1/search", "/nothing", "/static/style.css"])
def test_another_name_is_refused_and_named_in_no_link(client: httpx.Client, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "location" not in answer.headers
    assert "READINGROOM_HOSTS" in answer.text
    assert f"//{host}" not in answer.text


@pytest.mark.parametrize("host", ["a/b", "a b", "a@b", "[::1", "a:b", "http://a", "", "localhost:99999"])
def test_what_is_no_name_is_refused(service: str, host: str) -> None:
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert _answer(service, request.encode()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:80"])
def test_own_names_are_known(client: httpx.Client, host: str) -> None:
    assert client.get("/releases", headers={"Host": host}).status_code == 200


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("named")
    settings = Settings(home=home, database=None, hosts="Records.example, other.example", client_timeout_s=0.8)
    with open_archive(settings) as archive, serve(archive) as address:
        yield address


def test_names_that_the_keeper_gave_are_known(named: str) -> None:
    for host in ("records.example", "other.example:443"):
        assert httpx.get(f"{named}/releases", headers={"Host": host}, timeout=_PATIENCE_S).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/"])
def test_no_path_leads_elsewhere(service: str, path: str) -> None:
    answer = _answer(service, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    location = answer.partition(b"\r\nlocation: ")[2].partition(b"\r\n")[0]
    assert location == b"" or location.startswith(b"http://localhost/")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "length", [b"Content-Length: 3\r\n\r\nq=a", b"Transfer-Encoding: chunked\r\n\r\n3\r\nq=a\r\n0\r\n\r\n"]
)
def test_a_body_is_refused_and_ends_the_connection(service: str, method: str, length: bytes) -> None:
    answer = _answer(service, f"{method} /search HTTP/1.1\r\nHost: localhost\r\n".encode() + length)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"\r\nconnection: close\r\n" in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_nothing_can_be_written(client: httpx.Client, keys: Keys, method: str) -> None:
    for path in ("/", "/search", f"/messages/{keys.main}", "/api/v1/search", f"/documents/{keys.letters}/original"):
        assert client.request(method, path, content=b"x").status_code == 405


def test_headers_without_end_are_refused(service: str) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 90) for n in range(1000))
    assert _answer(service, request).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"]
)
def test_a_request_that_does_not_end_is_cut_off(named: str, begun: bytes) -> None:
    start = time.monotonic()
    answer = _answer(named, begun)
    assert time.monotonic() - start < 9  # it would have ten seconds, had nothing been set
    assert answer == b"" or answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 405"))


def test_the_errors_of_the_service_itself_are_harmless(client: httpx.Client) -> None:
    for path in ("/nothing", "/search?nonsense=1", "/search?per_page=0"):
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_is_harmless_too(tmp_path: Path) -> None:
    with open_archive(Settings(home=tmp_path, database=None)) as archive, serve(archive) as address:
        with sqlite3.connect(tmp_path / "archive.sqlite3") as database:
            database.execute("ALTER TABLE agencies RENAME TO lost")
        answer = httpx.get(f"{address}/agencies", timeout=_PATIENCE_S)
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for template in (Path(__file__).parents[3] / "app" / "web" / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "style=" not in text, template.name
        assert "<style" not in text, template.name
        assert not re.search(r"\son[a-z]+\s*=", text), template.name
        assert all("src=" in part.partition(">")[0] for part in text.split("<script")[1:]), template.name
