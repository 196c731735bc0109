"""The face for people: pages without scripts, that show released text and never run it."""

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from app.archive import Archive
from tests.app.web.conftest import Keys

_PAGES = (
    "/",
    "/search?q=water",
    "/search?q=water&from=mills&date_after=2012&include_undated=true&order_by=date",
    "/search?q=nothinglikeit",
    "/releases",
    "/releases/pilot",
    "/documents/{letters}?q=water",
    "/documents/{broken}",
    "/documents/{mail}",
    "/documents/{letters}/pages/2",
    "/documents/{broken}/pages/1",
    "/messages/{main}?q=water",
    "/messages/{quoted}",
    "/messages/{undated}",
    "/messages/{scripted}?q=water",
    "/people",
    "/people?name=mills",
    "/people/mills-cheryl",
    "/agencies",
    "/agencies/doj",
    "/docs",
)


def read(client: httpx.Client, address: str) -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


@pytest.fixture(params=_PAGES)
def address(request: pytest.FixtureRequest, keys: Keys) -> str:
    template: str = request.param
    return template.format(**vars(keys))


def test_a_page_keeps_to_the_strict_policy(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    page = LexborHTMLParser(answer.text)
    assert answer.status_code == 200
    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not page.css("[style], style, script:not([src])")
    assert not [one for one in page.css("*") if any(name.startswith("on") for name in one.attributes)]


def test_a_page_can_be_used_without_eyes(client: httpx.Client, address: str) -> None:
    page = read(client, address)
    ids = [one.attributes["id"] for one in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert [len(page.css(one)) for one in ("h1", "main", "head title", "a.skip")] == [1, 1, 1, 1]
    labelled = {one.attributes.get("for") for one in page.css("label[for]")}
    for field in page.css("input:not([type=hidden]), select"):
        assert field.attributes.get("id") in labelled or _stands_in_label(field)
    for image in page.css("img"):
        assert {"alt", "width", "height"} <= image.attributes.keys()


def test_a_page_names_its_json(client: httpx.Client, address: str) -> None:
    twin = read(client, address).css_first("link[rel=alternate][type='application/json']")
    if address == "/docs":
        assert twin is None
        return
    assert client.get(str(twin.attributes["href"])).json()


def test_released_text_is_shown_and_not_run(client: httpx.Client, keys: Keys) -> None:
    page = read(client, f"/messages/{keys.scripted}")
    assert page.css_first("h1").text() == "<script>alert(1)</script>"
    assert page.css_first(".letter .text").text() == "<img src=x onerror=alert(2)> water"


def test_a_message_shows_its_words_the_quoted_ones_and_the_page_turn(client: httpx.Client, keys: Keys) -> None:
    page = read(client, f"/messages/{keys.main}?q=water+main")
    letter = page.css_first(".letter")
    assert letter.css_first("mark").text() == "water main"
    assert letter.css_first("#text-page-2").text().strip() == "page 2"
    assert page.css_first("details.quoted[open] .text").text() == "The bill is due"
    assert page.css_first("#page-1 svg.marks rect") is not None


def test_a_message_shows_what_is_withheld(client: httpx.Client, keys: Keys) -> None:
    headers = read(client, f"/messages/{keys.main}").css_first(".headers").text()
    assert "withheld" in headers
    assert "(b)(6)" in headers


def test_a_message_can_be_cited(client: httpx.Client, keys: Keys, service: str) -> None:
    citation = read(client, f"/messages/{keys.main}?q=x").css_first(".cite").text()
    assert citation == (
        "Mills, Cheryl to Plumber, Joe and 1 more, “Water main”, email, 11 Sep 2012, 08:30; letters.pdf, "
        f"pp. 1–2, DEA-001 to DEA-002; released in The pilot. {service}/messages/{keys.main}"
    )


def test_a_hit_leads_to_its_page_with_the_words_marked(client: httpx.Client, keys: Keys) -> None:
    page = read(client, "/search?q=plumber")
    link = page.css_first(".hits .page-link").attributes["href"]
    assert link == f"/messages/{keys.main}?q=plumber#page-2"


def test_the_search_page_says_what_it_does_not_know(client: httpx.Client) -> None:
    notices = [one.text() for one in read(client, "/search?q=water&form=mills").css(".notice")]
    assert notices == ["There is no parameter 'form'; did you mean 'from'?"]


def test_the_histogram_is_made_of_links(client: httpx.Client) -> None:
    links = read(client, "/search?q=water").css(".histogram svg a")
    assert links
    assert all("date_after=" in str(link.attributes["href"]) for link in links)


def test_a_release_shows_its_record_and_its_problems(client: httpx.Client) -> None:
    shown = read(client, "/releases/pilot").css_first("main").text()
    for words in ("19-00457-F", "15 Jun 2020", "Drug Enforcement Administration", "Page 1 has no text.", "no_text"):
        assert words in shown


def test_what_fails_is_said_on_a_page(client: httpx.Client) -> None:
    answer = client.get("/messages/nowhere")
    assert answer.status_code == 404
    assert "There is no message" in LexborHTMLParser(answer.text).css_first("h1").text()


def test_the_original_is_what_was_released(client: httpx.Client, keys: Keys, reading_room: Archive) -> None:
    document = client.get(f"/api/v1/documents/{keys.letters}").json()
    answer = client.get(document["original_url"])
    assert answer.content == reading_room.store.path(document["sha256"]).read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="letters.pdf"'
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_page_image_is_kept_by_browsers_and_hardly_by_proxies(client: httpx.Client, keys: Keys) -> None:
    answer = client.get(f"/documents/{keys.letters}/pages/1.webp?dpi=72")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=3600, s-maxage=2, immutable"


def test_a_page_that_cannot_be_drawn_says_so_to_programs_and_to_browsers(client: httpx.Client, keys: Keys) -> None:
    address = f"/documents/{keys.broken}/pages/1.webp"
    problem = client.get(address)
    note = client.get(address, headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
    assert (problem.status_code, note.status_code) == (422, 422)
    assert "cannot be drawn" in problem.text
    assert note.headers["content-type"].startswith("image/svg+xml")


def test_head_answers_as_get_without_a_body(client: httpx.Client, keys: Keys) -> None:
    for address in ("/", f"/messages/{keys.main}", f"/api/v1/messages/{keys.main}"):
        head, get = client.head(address), client.get(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"]


def test_the_service_says_that_it_is_well(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def _stands_in_label(field: object) -> bool:
    parent = field.parent  # type: ignore[attr-defined]  # selectolax has no public node type
    while parent is not None:
        if parent.tag == "label":
            return True
        parent = parent.parent
    return False
