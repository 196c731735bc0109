"""The face for programs: the same resources as JSON, and problems that say what to do."""

import httpx
import pytest

from app.web.parameters import SEARCH_NAMES
from tests.app.web.conftest import Keys


def test_a_message_has_everything_known_of_it(client: httpx.Client, keys: Keys) -> None:
    message = client.get(f"/api/v1/messages/{keys.main}").json()
    assert message["subject"] == "Water main"
    assert message["text"].count("\f") == 1
    assert [page["number"] for page in message["pages"]] == [1, 2]
    assert message["bates_numbers"] == ["DEA-001", "DEA-002"]
    assert [one["key"] for one in message["quoted_messages"]] == [keys.quoted]
    assert message["places"][0]["slug"] == "pilot"


def test_a_date_is_as_precise_as_printed(client: httpx.Client, keys: Keys) -> None:
    read = [
        client.get(f"/api/v1/messages/{key}").json()["date"]["read"] for key in (keys.main, keys.scripted, keys.undated)
    ]
    assert read == ["2012-09-11T08:30", "2012-10", None]


def test_a_withheld_mailbox_is_neither_absent_nor_a_person(client: httpx.Client, keys: Keys) -> None:
    recipients = client.get(f"/api/v1/messages/{keys.main}").json()["recipients"]
    withheld = recipients[1]
    assert (withheld["withheld"], withheld["codes"], withheld["person"]) == (True, ["(b)(6)"], None)


def test_a_page_marks_the_words_of_the_query(client: httpx.Client, keys: Keys) -> None:
    marks = client.get(f"/api/v1/documents/{keys.letters}/pages/1", params={"q": "plumber OR main"}).json()["marks"]
    assert [round(box["top"]) for box in marks] == [72, 88]


def test_a_search_finds_messages_and_pages_with_their_addresses(client: httpx.Client, keys: Keys) -> None:
    found = client.get("/api/v1/search", params={"q": "water"}).json()
    assert (found["count"], found["entries"]) == (4, 4)  # a copy with another subject stands beside the other
    assert {hit["url"] for hit in found["results"]} == {
        f"/messages/{keys.main}",
        f"/messages/{keys.undated}",
        f"/messages/{keys.scripted}",
        f"/documents/{keys.letters}/pages/3",
    }
    assert found["unsearchable_pages"] == 1


def test_a_search_filters_by_repeated_parameters(client: httpx.Client, keys: Keys) -> None:
    found = client.get("/api/v1/search", params={"from": ["mills", "eve"], "date_after": "2012-10"}).json()
    assert [hit["key"] for hit in found["results"]] == [keys.scripted]


def test_empty_fields_of_a_form_are_no_filters(client: httpx.Client) -> None:
    found = client.get("/api/v1/search?q=water&from=&agency=&date_after=&has_attachment=&order_by=").json()
    assert found["entries"] == 4


def test_the_pages_of_a_search_are_all_and_once(client: httpx.Client) -> None:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get(
            "/api/v1/search", params={"q": "water", "per_page": 1, "cursor": cursor, "collapse": False}
        ).json()
        seen += [hit["url"] for hit in page["results"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("/search?form=mills", "'from'"),
        ("/search?date_afer=2012", "'date_after'"),
        ("/releases?page=2", "takes none"),
        ("/people?nam=x", "'name'"),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest(client: httpx.Client, address: str, nearest: str) -> None:
    answer = client.get(f"/api/v1{address}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert nearest in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/messages/nowhere", 404, "not_found"),
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/search?per_page=1000", 400, "bad_request"),
        ("GET", "/search?date_after=yesterday", 400, "bad_request"),
        ("GET", "/search?order_by=luck", 400, "bad_request"),
        ("GET", "/people/%00", 400, "bad_request"),
        ("POST", "/search", 405, "method_not_allowed"),
    ],
)
def test_a_problem_has_one_shape(client: httpx.Client, method: str, address: str, status: int, code: str) -> None:
    answer = client.request(method, f"/api/v1{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "code"}
    assert (problem["status"], problem["code"]) == (status, code)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/api/v1/messages/0ldmessage?q=water", "/api/v1/messages/{main}?q=water"),
        ("/messages/0ldmessage", "/messages/{main}"),
        ("/documents/0lddocument/pages/2", "/documents/{letters}/pages/2"),
    ],
)
def test_a_moved_address_leads_to_the_new_one(client: httpx.Client, keys: Keys, old: str, new: str) -> None:
    answer = client.get(old)
    assert answer.status_code == 308
    assert answer.headers["location"] == new.format(main=keys.main, letters=keys.letters)


def test_the_status_counts_what_is_there(client: httpx.Client) -> None:
    status = client.get("/api/v1/status").json()
    assert (status["files_found"], status["documents"], status["pages"]) == (3, 3, 4)
    assert status["documents_by_state"] == {"published": 2, "partial": 1}
    assert status["messages"] == {"printed": 3, "quoted": 1}
    assert status["waiting_for_index"] == 0


def test_an_agency_counts_its_components(client: httpx.Client) -> None:
    justice = client.get("/api/v1/agencies/doj").json()
    assert (justice["messages"], justice["people"], justice["releases"]) == (1, 1, 1)
    assert [one["slug"] for one in justice["components"]] == ["dea"]
    assert [one["slug"] for one in justice["release_list"]] == ["pilot"]


def test_a_merged_person_leads_to_who_stands_for_both_for_now(client: httpx.Client) -> None:
    response = client.get("/api/v1/people/joe-p")
    assert (response.status_code, response.headers["location"]) == (307, "/api/v1/people/plumber-joe")
    assert client.get("/people/joe-p").headers["location"] == "/people/plumber-joe"
    person = client.get("/api/v1/people/plumber-joe").json()
    assert [one["key"] for one in person["identities"]] == ["plumber-joe", "joe-p"]
    assert [(one["evidence"], one["confidence"], one["made_by"]) for one in person["merges"]] == [
        ("ann says so", 1.0, "ann")
    ]
    assert person["addresses"] == [{"address": "joe@pipes.example", "times": 1}]


def test_a_person_has_roles_and_correspondents(client: httpx.Client) -> None:
    people = client.get("/api/v1/people", params={"name": "mills"}).json()["people"]
    person = client.get(f"/api/v1{people[0]['url']}").json()
    assert (person["messages"], person["sent"], person["received"]) == (1, 1, 0)
    assert [one["name"] for one in person["correspondents"]] == ["Plumber, Joe"]
    assert person["agencies"][0]["agency"]["slug"] == "dea"


def test_openapi_describes_every_path(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/v1",
        "/api/v1/status",
        "/api/v1/search",
        "/api/v1/help/search",
        "/api/v1/releases",
        "/api/v1/releases/{slug}",
        "/api/v1/releases/{slug}/missing",
        "/api/v1/missing",
        "/api/v1/documents/{key}",
        "/api/v1/documents/{key}/pages/{number}",
        "/api/v1/messages/{key}",
        "/api/v1/bates/{number}",
        "/api/v1/people",
        "/api/v1/people/{key}",
        "/api/v1/agencies",
        "/api/v1/agencies/{slug}",
    }
    names = [one["name"] for one in paths["/api/v1/search"]["get"]["parameters"]]
    assert tuple(names) == SEARCH_NAMES


def test_a_filter_takes_a_few_values_only(client: httpx.Client) -> None:
    answer = client.get("/api/v1/search", params=[("from", f"name{number}") for number in range(21)])
    assert answer.status_code == 400
    assert "from" in answer.json()["detail"]


@pytest.mark.parametrize("written", ["DEA-002", "dea_002", "DEA 2"])
def test_a_bates_number_leads_to_its_page(client: httpx.Client, keys: Keys, written: str) -> None:
    answer = client.get(f"/api/v1/bates/{written}").json()
    assert [(place["number"], place["page"]) for place in answer["places"]] == [("DEA-002", 2)]
    moved = client.get(f"/bates/{written}")
    assert (moved.status_code, moved.headers["location"]) == (302, f"/documents/{keys.letters}/pages/2")


def test_a_bates_number_that_no_page_bears_is_not_found(client: httpx.Client, keys: Keys) -> None:
    assert client.get("/api/v1/bates/DEA-999").status_code == 404
    assert "DEA-999" in client.get("/bates/DEA-999").text


def test_a_release_tells_how_its_pages_are_numbered(client: httpx.Client, keys: Keys) -> None:
    (series,) = client.get("/api/v1/releases/pilot").json()["bates_series"]
    assert (series["first"], series["last"], series["missing"], series["gaps"]) == ("DEA-001", "DEA-003", 0, [])


def test_pages_documents_and_messages_count_what_is_withheld(client: httpx.Client, keys: Keys) -> None:
    page = client.get(f"/api/v1/documents/{keys.letters}/pages/1").json()
    assert page["withheld"] == {"boxes": 1, "exemptions": [{"code": "(b)(5)", "times": 1}]}
    assert page["redactions"][0]["shape"] == "box"
    document = client.get(f"/api/v1/documents/{keys.letters}").json()
    assert document["withheld"] == {"boxes": 3, "exemptions": [{"code": "(b)(5)", "times": 3}]}
