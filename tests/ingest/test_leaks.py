"""Words left under a box are told to the keeper and to nobody else, by no word and by no number."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from reportlab.lib.colors import black

from app.archive import Archive, open_archive
from app.cli.export import every_message
from app.config import Settings
from app.web.drawing import render_page
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from tests.support.boxes import Sheet
from tests.support.service import serve

_HIDDEN = ("Brownlow", "555-0147", "Harbottle")
_TELLTALES = ("leak", "hidden word", "under a box", "under_box", *_HIDDEN)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one release with words under a box, a mark for redaction, and in the colour of a box."""
    folder = tmp_path_factory.mktemp("incoming")
    for name, sheet in (("box", _letter(folder / "box.pdf").text("Brownlow 555-0147").box(black)),
                        ("mark", _letter(folder / "mark.pdf").text("Harbottle 555-0147").annotate("Redact")),
                        ("same", _letter(folder / "same.pdf").box(black).text("Brownlow 555-0147"))):  # fmt: skip
        assert sheet.save().stem == name
    settings = Settings(home=tmp_path_factory.mktemp("home"), database=None, workers=1)
    with open_archive(settings) as archive:
        outcomes = list(ingest(archive, [folder], ReleaseRecord(slug="pilot", title="The pilot")))
        archive.search.sync()
    assert [(outcome.state, outcome.problems) for outcome in outcomes] == [("published", ())] * 3
    return settings.home


def _letter(path: Path) -> Sheet:
    sheet = Sheet(path)
    for row, line in enumerate(("From: Roe, Jane", "Sent: Monday, March 2, 2020 9:53 AM", "To: Doe, John",
                                "Subject: The list", "Here is the list.")):  # fmt: skip
        sheet.text(line, at=(50, 680 - 14 * row))
    return sheet


@pytest.fixture(scope="module")
def archive(home: Path) -> Iterator[Archive]:
    with open_archive(Settings(home=home, database=None)) as archive:
        yield archive


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[httpx.Client]:
    with serve(archive) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def _status(home: Path, *arguments: str) -> str:
    program = str(Path(sys.executable).with_name("readingroom"))
    environment = {**os.environ, "READINGROOM_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run([program, "status", *arguments], env=environment, capture_output=True, text=True, check=True)
    return told.stdout


def test_the_keeper_is_told_where_and_what(home: Path) -> None:
    told = json.loads(_status(home, "--leaks", "--json"))
    assert {(leak["document_name"], leak["page"], leak["text"]) for leak in told} == {
        ("box.pdf", 1, "Brownlow 555-0147"),
        ("mark.pdf", 1, "Harbottle 555-0147"),
        ("same.pdf", 1, "Brownlow 555-0147"),
    }
    assert "box.pdf" in _status(home, "--leaks")


def test_the_status_that_all_may_see_does_not_tell(home: Path) -> None:
    assert not [word for word in _TELLTALES if word in _status(home, "--json")]


def _reachable(client: httpx.Client) -> dict[str, str]:
    """Follow every address of the API that begins with a slash, to its JSON and to its page."""
    waiting, seen = ["/", "/releases/pilot", "/search?q=list", "/people", "/agencies"], {}
    while waiting:
        path = waiting.pop()
        for address in (path, f"/api/v1{path.rstrip('/')}"):
            if address in seen or path.endswith((".webp", "/original")) or path.startswith(("/api", "/docs", "/open")):
                continue
            seen[address] = client.get(address).text
            if address.startswith("/api"):
                waiting += _addresses(json.loads(seen[address]))
    return seen


def _addresses(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for one in value.values() for found in _addresses(one)]
    if isinstance(value, list):
        return [found for one in value for found in _addresses(one)]
    return [value] if isinstance(value, str) and value.startswith("/") else []


def test_no_page_and_no_answer_tells(client: httpx.Client) -> None:
    seen = _reachable(client)
    assert len([path for path in seen if "/documents/" in path]) >= 12
    assert not [(path, word) for path, text in seen.items() for word in _TELLTALES if word.lower() in text.lower()]


@pytest.mark.parametrize("word", _HIDDEN)
def test_no_search_finds_a_hidden_word(client: httpx.Client, word: str) -> None:
    assert client.get("/api/v1/search", params={"q": f'"{word}"'}).json()["count"] == 0
    assert client.get("/api/v1/search", params={"q": "list"}).json()["entries"] == 3


def test_no_export_holds_a_hidden_word(archive: Archive, home: Path) -> None:
    with archive.sessions() as session:
        texts = [
            f"{message.header_text} {message.text} {message.quoted_text}" for message, _ in every_message(session, None)
        ]
    assert len(texts) == 3
    assert not [word for word in _HIDDEN for text in texts if word in text]


def test_no_file_of_the_index_holds_a_hidden_word(home: Path) -> None:
    files = [path for path in (home / "index").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if any(word.lower().encode() in path.read_bytes().lower() for word in _HIDDEN)]


@pytest.mark.parametrize("name", ["box", "mark", "same"])
def test_the_image_of_the_page_is_black_there(archive: Archive, tmp_path: Path, name: str) -> None:
    sheet = {
        "box": lambda path: _letter(path).text("Brownlow").box(black),
        "mark": lambda path: _letter(path).text("Brownlow").annotate("Redact"),
        "same": lambda path: _letter(path).box(black).text("Brownlow"),
    }[name](tmp_path / "page.pdf")
    image = Image.open(io.BytesIO(render_page(sheet.save(), 1, 72))).convert("L")
    assert image.crop((102, 80, 258, 90)).getextrema()[1] < 30
