"""Each email says how it was read, and each file what in it is no email."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy.orm import Session

from app.archive import open_archive
from app.config import Settings
from app.database.models import Paper, PaperKind
from tests.support.seed import add_document, add_message, add_page, add_release
from tests.support.service import serve

_FIELD = {"field": "from", "printed": "Mi11s", "method": "ocr", "confidence": 0.4, "page": 1, "box": [72, 72, 300, 84]}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(home=tmp_path_factory.mktemp("how-read"), database=None)
    with open_archive(settings) as archive:
        with archive.sessions.begin() as session:
            _fill(session)
        with serve(archive) as address, httpx.Client(base_url=address, timeout=30) as client:
            yield client


def _fill(session: Session) -> None:
    document = add_document(session, add_release(session, "pilot"))
    for text in ("From: Mi11s\nSubject: Water", "map"):
        add_page(session, document, text, in_message=True)
    doubtful = add_message(session, document, subject="Water", text="noon", sender="Mills")
    doubtful.header_fields, doubtful.confidence, doubtful.doubtful = [_FIELD], 0.6, True
    doubtful.doubts, doubtful.reasons = [["weekday", "13 November 2012 was no Monday."]], ["top of page"]
    add_message(session, document, subject="Bill", sender="Mills").checked_by = "Examiner Seven"
    place = {"document_id": document.id, "message_id": doubtful.id, "position": 0, "first_line": 1}
    session.add(Paper(kind=PaperKind.ATTACHMENT, title="map", first_page=2, last_page=2, confidence=0.9, **place))


def _message(client: httpx.Client, number: int) -> dict[str, object]:
    document = client.get("/api/v1/documents/" + _document_key(client)).json()
    answer: dict[str, object] = client.get("/api/v1" + document["messages"][number]["url"]).json()
    return answer


def _document_key(client: httpx.Client) -> str:
    return str(client.get("/api/v1").json()["newest"][0]["key"])


def test_a_message_says_how_sure_it_is(client: httpx.Client) -> None:
    message = _message(client, 0)
    assert (message["kind"], message["confidence"], message["certainty"]) == ("email", 0.6, "unsure")
    assert (message["checked"], message["reasons"]) == (False, ["top of page"])
    assert message["doubts"] == [
        {"code": "weekday", "name": "the weekday", "detail": "13 November 2012 was no Monday."}
    ]


def test_a_field_says_where_it_stands_and_how_it_was_read(client: httpx.Client) -> None:
    (field,) = _message(client, 0)["header_fields"]  # type: ignore[misc]
    assert (field["name"], field["printed"], field["certainty"]) == ("sender", "Mi11s", "a guess")
    assert field["box"] == {"x0": 72, "top": 72, "x1": 300, "bottom": 84}


def test_the_page_says_it_in_plain_words(client: httpx.Client) -> None:
    page = client.get(str(_message(client, 0)["url"])).text
    assert "Read by machine; no person has checked it. That an email begins here is unsure." in page
    assert "The sender: a guess, read again from the picture of the page." in page
    assert "13 November 2012 was no Monday." in page


def test_who_checked_is_not_published(client: httpx.Client) -> None:
    page = client.get(str(_message(client, 1)["url"])).text
    assert "Checked by a person." in page
    assert "Examiner" not in page


def test_a_file_lists_what_is_no_email(client: httpx.Client) -> None:
    document = client.get("/api/v1/documents/" + _document_key(client)).json()
    (paper,) = document["papers"]
    assert (paper["kind"], paper["title"], paper["first_page"]) == ("attachment", "map", 2)
    assert paper["message"]["subject"] == "Water"
    assert "attached to" in client.get(document["url"]).text
