"""Threads, copies and what is missing are the same on the page and in the API."""

import httpx
import pytest

from tests.app.web.conftest import Keys


def test_a_message_shows_its_thread_in_the_order_of_answers(client: httpx.Client, keys: Keys) -> None:
    thread = client.get(f"/api/v1/messages/{keys.main}").json()["thread"]
    assert (thread["count"], thread["not_released"], thread["left_out_before"]) == (2, 1, 0)
    by_key = {one["key"]: one for one in thread["messages"]}
    assert (by_key[keys.main]["depth"], by_key[keys.main]["is_this"], by_key[keys.main]["appearances"]) == (1, True, 2)
    assert (by_key[keys.quoted]["depth"], by_key[keys.quoted]["released"]) == (0, False)


def test_a_copy_says_how_it_differs_from_either_side(client: httpx.Client, keys: Keys) -> None:
    (copy,) = client.get(f"/api/v1/messages/{keys.main}").json()["copies"]
    (back,) = client.get(f"/api/v1/messages/{keys.scripted}").json()["copies"]
    assert (copy["key"], copy["shown_only_here"], copy["shown_only_there"]) == (keys.scripted, 1, 1)
    assert (back["key"], back["likeness"]) == (keys.main, 0.8)


def test_a_message_that_is_not_tied_yet_has_no_thread(client: httpx.Client, keys: Keys) -> None:
    message = client.get(f"/api/v1/messages/{keys.undated}").json()
    assert message["thread"]["count"] == 1
    assert (message["copies"], message["probably_answers"]) == ([], None)


@pytest.mark.parametrize("path", ["/missing", "/releases/pilot/missing"])
def test_what_is_known_and_not_released_is_counted_and_listed(client: httpx.Client, keys: Keys, path: str) -> None:
    missing = client.get(f"/api/v1{path}").json()
    assert missing["counts"] == {"quoted_only": 1, "attachments": 1, "unanswered": 1}
    assert [one["key"] for one in missing["quoted_only"]] == [keys.quoted]
    assert [(one["name"], one["message"]["key"]) for one in missing["attachments"]] == [("map.pdf", keys.main)]
    assert [one["key"] for one in missing["unanswered"]] == [keys.undated]


def test_pages_say_what_is_not_released(client: httpx.Client, keys: Keys) -> None:
    message = client.get(f"/messages/{keys.main}").text
    assert "quoted only, not released" in message
    assert "shows 1 passage that this email does not" in message
    assert "map.pdf" in client.get("/releases/pilot/missing").text
    assert 'href="/releases/pilot/missing"' in client.get("/releases/pilot").text
    assert 'href="/missing"' in client.get("/").text


def test_what_is_missing_from_a_release_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/releases/none/missing").status_code == 404
    assert client.get("/api/v1/releases/none/missing").status_code == 404


def test_status_and_release_count_what_is_missing(client: httpx.Client) -> None:
    counted = {"quoted_only": 1, "attachments": 1, "unanswered": 1}
    status = client.get("/api/v1/status").json()
    assert (status["missing"], status["threads"]) == (counted, 1)
    assert client.get("/api/v1/releases/pilot").json()["missing"] == counted
