"""Records are corrected through the real service, and by nobody without the token."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Correction, Message, Paper, Person
from app.web.review.desk import SESSION_S, ReviewDesk, TooManyTriesError, WrongTokenError
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from ingest.review import decide
from tests.support.service import serve
from tests.support.typeset import PRINTED_REPLY, print_pdf

_TOKEN = "a long and secret word"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an archive with one doubtful email; each test takes a copy."""
    home = tmp_path_factory.mktemp("ingested")
    path = print_pdf(home / "a.pdf", [PRINTED_REPLY.format(subject=subject) for subject in ("one", "two")])
    with open_archive(Settings(home=home / "home", database=None)) as archive:
        list(ingest(archive, [path], ReleaseRecord("test", "Test")))
        with archive.sessions.begin() as session:
            for message in session.scalars(select(Message).where(Message.subject == "two")):
                message.doubtful, message.doubts = True, [["boundary", "No <b>separator</b> stands above."]]
    return home / "home"


@pytest.fixture
def filled(ingested: Path, tmp_path: Path) -> Iterator[Archive]:
    home = shutil.copytree(ingested, tmp_path / "home")
    with open_archive(Settings(home=home, database=None, review_token=SecretStr(_TOKEN))) as archive:
        yield archive


@pytest.fixture
def visitor(filled: Archive) -> Iterator[httpx.Client]:
    """A client of the service that is not signed in."""
    with _client(filled) as client:
        yield client


@pytest.fixture
def reviewer(visitor: httpx.Client) -> httpx.Client:
    """A client that is signed in."""
    answer = visitor.post("/review/sign-in", data={"name": "Ann", "token": _TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    return visitor


@contextmanager
def _client(archive: Archive) -> Iterator[httpx.Client]:
    with serve(archive, decide) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def _mark(client: httpx.Client) -> str:
    found = re.search(r'name="mark" value="(\w+)"', client.get("/review").text)
    assert found is not None
    return found[1]


def _key(archive: Archive, subject: str = "two") -> str:
    with archive.sessions() as session:
        keys = select(Message.key).where(Message.subject == subject).order_by(Message.position)
        return session.scalars(keys).first() or ""


def _post(client: httpx.Client, path: str, **fields: str) -> str:
    """Send a form of the session and return where it leads."""
    answer = client.post(path, data={"mark": _mark(client), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _corrections(archive: Archive) -> int:
    with archive.sessions() as session:
        return session.scalar(select(func.count()).select_from(Correction)) or 0


def _api(client: httpx.Client, path: str) -> dict[str, object]:
    answer: dict[str, object] = client.get("/api/v1" + path.removeprefix("/review")).json()
    return answer


def test_the_queue_says_why_and_escapes_what_was_released(reviewer: httpx.Client) -> None:
    page = reviewer.get("/review").text
    assert "1 email waits for a person" in page
    assert "No &lt;b&gt;separator&lt;/b&gt; stands above." in page


def test_the_queue_shows_one_kind_of_doubt(reviewer: httpx.Client) -> None:
    assert ">two</a>" in reviewer.get("/review?code=boundary").text
    assert "Nothing waits with this doubt" in reviewer.get("/review?code=weekday").text


def test_a_field_is_set_at_once(reviewer: httpx.Client, filled: Archive) -> None:
    place = _post(reviewer, f"/review/messages/{_key(filled)}/fields/from", do="set", value="Doe, John <j@doe.example>")
    assert place == f"/review/messages/{_key(filled)}#field-from"
    sender = _api(reviewer, f"/messages/{_key(filled)}")["sender"]
    assert isinstance(sender, dict)
    assert sender["address"] == "j@doe.example"
    assert "set by a person" in reviewer.get(f"/messages/{_key(filled)}").text


def test_a_field_is_withheld_at_once(reviewer: httpx.Client, filled: Archive) -> None:
    _post(reviewer, f"/review/messages/{_key(filled)}/fields/to", do="withhold", codes="b6")
    (to,) = _api(reviewer, f"/messages/{_key(filled)}")["recipients"]  # type: ignore[misc]
    assert (to["withheld"], to["codes"], to["person"]) == (True, ["(b)(6)"], None)


def test_setting_a_list_as_it_stands_keeps_who_is_withheld(reviewer: httpx.Client, filled: Archive) -> None:
    path = f"/review/messages/{_key(filled)}"
    _post(reviewer, f"{path}/fields/to", do="set", value="Poe, Ann; (b)(6)")
    assert 'value="Poe, Ann; (b)(6)"' in reviewer.get(path).text
    first, second = _api(reviewer, path)["recipients"]  # type: ignore[misc]
    assert (first["name"], second["withheld"], second["codes"]) == ("Poe, Ann", True, ["(b)(6)"])


def test_a_split_leads_to_the_new_email(reviewer: httpx.Client, filled: Archive) -> None:
    place = _post(reviewer, f"/review/messages/{_key(filled)}/split", place="2:5")
    message = _api(reviewer, place)
    assert (message["level"], message["subject"], message["text"]) == (
        "printed", None, "We meet at noon.\nThe plumber comes too.\nHe brings the pipes.",
    )  # fmt: skip


def test_a_page_can_be_split_too(reviewer: httpx.Client, filled: Archive) -> None:
    document = str(_api(reviewer, f"/messages/{_key(filled)}")["document"]["key"])  # type: ignore[index]
    assert "An email begins on this line" in reviewer.get(f"/review/documents/{document}/pages/2").text
    place = _post(reviewer, f"/review/documents/{document}/split", place="2:8")
    assert _api(reviewer, place)["subject"] == "Noon"


def test_a_join_makes_it_part_of_the_email_before(reviewer: httpx.Client, filled: Archive) -> None:
    place = _post(reviewer, f"/review/messages/{_key(filled)}/join")
    assert _api(reviewer, place)["level"] == "quoted"


def test_what_is_no_email_is_listed_as_such_and_its_address_leads_on(reviewer: httpx.Client, filled: Archive) -> None:
    key = _key(filled)
    assert _post(reviewer, f"/review/messages/{key}/not-email") == "/review"
    with filled.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 1
    assert reviewer.get(f"/messages/{key}").status_code == 308
    assert reviewer.get(f"/review/messages/{key}").headers["location"].startswith("/review/messages/")


def test_a_confirmed_email_is_checked_and_leaves_the_queue(reviewer: httpx.Client, filled: Archive) -> None:
    assert _post(reviewer, f"/review/messages/{_key(filled)}/confirm") == "/review"
    assert "0 emails wait" in reviewer.get("/review").text
    message = _api(reviewer, f"/messages/{_key(filled)}")
    assert (message["checked"], message["doubts"]) == (True, [])


def test_people_are_made_one_and_two(reviewer: httpx.Client, filled: Archive) -> None:
    with filled.sessions() as session:
        first, second = list(session.scalars(select(Person.key).order_by(Person.id)))[:2]
    _post(reviewer, f"/review/people/{first}/same", other=f"/people/{second}")
    assert "Ann says so" in unescape(reviewer.get(f"/review/people/{second}").text)
    _post(reviewer, f"/review/people/{second}/not-same", other=first)
    assert "cut by Ann" in reviewer.get(f"/review/people/{first}").text


def test_a_message_is_opened_by_its_address(reviewer: httpx.Client, filled: Archive) -> None:
    key = _key(filled, "one")
    answer = reviewer.get("/review/open", params={"key": f"http://archive.example/messages/{key}?q=noon"})
    assert answer.headers["location"] == f"/review/messages/{key}"


def test_a_decision_is_kept_with_its_name_and_what_stood_there(reviewer: httpx.Client, filled: Archive) -> None:
    _post(reviewer, f"/review/messages/{_key(filled)}/fields/subject", do="set", value="three")
    with filled.sessions() as session:
        kept = session.scalars(select(Correction)).one()
    assert (kept.made_by, kept.before, kept.after, kept.page, kept.line) == ("Ann", "two", "three", 2, 1)
    assert kept.anchor.startswith("From:")


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("fields/date", {"do": "set", "value": "soon"}, "no date"),
        ("fields/colour", {"do": "set", "value": "red"}, "no field"),
        ("split", {"place": ""}, "Choose the line"),
        ("split", {"place": "2:99"}, "no line 99"),
        ("burn", {}, "nothing that can be decided"),
        ("fields/subject", {"do": "set", "value": "a\0b"}, "cannot be printed"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    reviewer: httpx.Client, filled: Archive, path: str, fields: dict[str, str], told: str
) -> None:
    answer = reviewer.post(f"/review/messages/{_key(filled)}/{path}", data={"mark": _mark(reviewer), **fields})
    assert answer.status_code in (400, 404)
    assert told in unescape(answer.text)
    assert _corrections(filled) == 0


_WRITES = ("fields/from", "split", "join", "not-email", "confirm")


@pytest.mark.parametrize("path", _WRITES)
def test_who_is_not_signed_in_changes_nothing(visitor: httpx.Client, filled: Archive, path: str) -> None:
    answer = visitor.post(f"/review/messages/{_key(filled)}/{path}", data={"value": "x", "place": "2:1", "mark": "x"})
    assert answer.status_code == 403
    assert _corrections(filled) == 0


@pytest.mark.parametrize("path", _WRITES)
def test_a_form_without_the_mark_of_the_session_changes_nothing(
    reviewer: httpx.Client, filled: Archive, path: str
) -> None:
    for mark in ("", "0" * 64):
        answer = reviewer.post(f"/review/messages/{_key(filled)}/{path}", data={"place": "2:1", "mark": mark})
        assert answer.status_code == 403
    assert _corrections(filled) == 0


def test_a_form_on_another_site_changes_nothing(reviewer: httpx.Client, filled: Archive) -> None:
    fields, headers = {"mark": _mark(reviewer)}, {"Sec-Fetch-Site": "cross-site"}
    answer = reviewer.post(f"/review/messages/{_key(filled)}/confirm", data=fields, headers=headers)
    assert answer.status_code == 403
    assert _corrections(filled) == 0


def test_a_visitor_is_led_to_the_door(visitor: httpx.Client, filled: Archive) -> None:
    for path in ("/review", f"/review/messages/{_key(filled)}", "/review/people/x", "/review/documents/x/pages/1"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/review/sign-in")


def test_a_wrong_token_opens_nothing_and_guesses_are_slowed_down(visitor: httpx.Client) -> None:
    wrong = {"name": "Eve", "token": "a wrong but long word"}
    assert [visitor.post("/review/sign-in", data=wrong).status_code for _ in range(6)] == [403] * 5 + [429]
    assert visitor.post("/review/sign-in", data={**wrong, "token": _TOKEN}).status_code == 429
    assert visitor.get("/review").status_code == 303


def test_the_session_is_kept_from_scripts_other_sites_and_caches(visitor: httpx.Client) -> None:
    answer = visitor.post("/review/sign-in", data={"name": "Ann", "token": _TOKEN})
    cookie = answer.headers["set-cookie"].lower()
    assert all(each in cookie for each in ("httponly", "samesite=strict", "path=/review", "max-age="))
    assert _TOKEN not in answer.headers["set-cookie"]
    for path in ("/review", "/review/sign-in", "/review/messages/nosuch"):
        assert visitor.get(path).headers["cache-control"] == "no-store"


def test_signing_out_closes_the_door(reviewer: httpx.Client) -> None:
    assert _post(reviewer, "/review/sign-out") == "/review/sign-in"
    assert reviewer.get("/review").status_code == 303


def _writing_routes(client: httpx.Client) -> list[int]:
    paths = ("/review", "/review/sign-in", "/review/messages/x/confirm", "/messages/x", "/api/v1/messages/x", "/")
    return [client.post(path, data={"token": _TOKEN, "name": "x"}).status_code for path in paths]


def test_without_a_token_nothing_is_there_and_nothing_writes(tmp_path: Path) -> None:
    with open_archive(Settings(home=tmp_path, database=None)) as archive, _client(archive) as client:
        assert client.get("/review").status_code == client.get("/review/sign-in").status_code == 404
        assert set(_writing_routes(client)) <= {404, 405}


class _Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _desk(clock: _Clock) -> ReviewDesk:
    return ReviewDesk(_TOKEN, lambda _archive, _correction: None, clock)


def test_a_session_ends_and_is_nobody_elses() -> None:
    clock = _Clock()
    desk = _desk(clock)
    cookie = desk.sign_in(_TOKEN, "Ann", "127.0.0.1")
    assert desk.reviewer(cookie) is not None
    forged = "A" + cookie[1:]
    assert [desk.reviewer(each) for each in (forged, cookie[:-1], "", ".", "x.y", "é.é")] == [None] * 6
    other = ReviewDesk("quite another word", lambda _archive, _correction: None, clock)
    assert other.reviewer(cookie) is None
    clock.now += SESSION_S + 1
    assert desk.reviewer(cookie) is None


def test_two_sessions_have_marks_of_their_own() -> None:
    desk = _desk(_Clock())
    marks = {desk.reviewer(desk.sign_in(_TOKEN, "Ann", "127.0.0.1")) for _ in range(2)}
    assert len({each.mark for each in marks if each}) == 2


def test_guesses_are_counted_by_address_and_forgotten_after_a_minute() -> None:
    clock = _Clock()
    desk = _desk(clock)
    for _ in range(5):
        with pytest.raises(WrongTokenError):
            desk.sign_in("wrong", "Eve", "10.0.0.1")
    with pytest.raises(TooManyTriesError):
        desk.sign_in(_TOKEN, "Eve", "10.0.0.1")
    assert desk.sign_in(_TOKEN, "Ann", "10.0.0.2")
    clock.now += 61
    assert desk.sign_in(_TOKEN, "Eve", "10.0.0.1")
