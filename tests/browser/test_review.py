"""A reviewer goes through the queue in a real browser: with JavaScript by keys and clicks, and without it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Level, Message
from app.database.models import Page as PageRow
from app.web.resources.review import lines_of_page
from ingest.pipeline import ingest
from ingest.releases import describe_release
from ingest.review import decide
from tests.support.service import serve

pytestmark = pytest.mark.browser

_SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "release" / "release-part-1.pdf"
_TOKEN = "a long and secret word"
_LABELS = {"From:": "from", "Sent:": "date", "Date:": "date", "To:": "to", "Cc:": "cc", "Subject:": "subject"}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an archive whose first emails are doubtful; each test decides about a copy."""
    home = tmp_path_factory.mktemp("ingested")
    with open_archive(Settings(home=home, database=None)) as archive:
        list(ingest(archive, [_SAMPLE], describe_release([_SAMPLE], {"slug": "sample", "title": "Sample"})))
        with archive.sessions.begin() as session:
            printed = select(Message).where(Message.level == Level.PRINTED).order_by(Message.position).limit(6)
            for message in session.scalars(printed):
                _doubt(session, message)
    return home


@pytest.fixture
def reviewed(ingested: Path, tmp_path: Path) -> Iterator[Archive]:
    home = shutil.copytree(ingested, tmp_path / "home")
    with open_archive(Settings(home=home, database=None, review_token=SecretStr(_TOKEN))) as archive:
        yield archive


def _doubt(session: Session, message: Message) -> None:
    """Note where the fields stand as the reading does, and that two are unsure."""
    of_page = (PageRow.document_id == message.document_id, PageRow.number == message.first_page)
    page = session.scalars(select(PageRow).where(*of_page)).one()
    boxes = {line.text.split()[0]: line for line in lines_of_page(page) if line.box}
    message.header_fields = [
        {
            "field": field,
            "printed": boxes[label].text.removeprefix(label).strip(),
            "method": "label",
            "page": page.number,
        }
        | {"confidence": 0.6 if field == "from" else 0.99, "box": list(dict(boxes[label].box or {}).values())}
        for label, field in _LABELS.items()
        if label in boxes
    ]
    message.confidence, message.doubtful, message.reasons = 0.8, True, ["top of page", "no separator above"]
    message.doubts = [["sender_unsure", "The sender is a guess: two names stand on the line."]]


@pytest.fixture
def service(reviewed: Archive) -> Iterator[str]:
    with serve(reviewed, decide) as address:
        yield address


def _sign_in(page: Page) -> None:
    page.goto("/review")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Token").fill(_TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("for a person")


def _open_first(page: Page) -> None:
    _sign_in(page)
    _open(page, page.locator(".queue a").first)


def _open(page: Page, link: Locator) -> None:
    link.click()
    page.wait_for_url("**/review/messages/*")
    page.wait_for_load_state("load")  # modules have run by then


def test_sets_a_field_and_sees_it_where_readers_do(page: Page) -> None:
    _open_first(page)
    field = page.locator("#field-subject")
    field.get_by_label("Subject").fill("Corrected by hand")
    field.get_by_role("button", name="Set").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Corrected by hand")
    expect(page.locator("#field-subject")).to_contain_text("set by a person")


def test_the_boxes_of_the_fields_stand_on_the_page(page: Page) -> None:
    _sign_in(page)
    _open(page, page.locator(".queue a").last)
    image = page.locator(".review-sheet img").first.bounding_box()
    box = page.locator('.boxes [data-field="from"] rect').first.bounding_box()
    assert image is not None
    assert box is not None
    assert image["x"] <= box["x"] < box["x"] + box["width"] <= image["x"] + image["width"]
    assert image["y"] < box["y"] < image["y"] + image["height"] / 2


def test_confirms_and_goes_on_to_the_next(page: Page) -> None:
    _open_first(page)
    before = page.url
    waiting = page.get_by_role("navigation", name="Queue").inner_text()
    page.get_by_role("button", name="All is right, next").click()
    expect(page).not_to_have_url(before)
    expect(page.get_by_role("navigation", name="Queue")).not_to_have_text(waiting)


def test_splits_and_joins_again(page: Page) -> None:
    _sign_in(page)
    page.locator(".queue a").last.click()
    old = page.url
    page.get_by_label("An email begins on this line").select_option(index=14)
    page.get_by_role("button", name="Split").click()
    expect(page).not_to_have_url(old)
    expect(page.get_by_text("decided that an email begins here")).to_be_visible()
    page.get_by_role("button", name="Is not an email").click()


def test_goes_through_the_queue_by_keys(reader: Page) -> None:
    _open_first(reader)
    first = reader.url
    reader.keyboard.press("j")
    reader.wait_for_url(lambda url: url != first)
    reader.keyboard.press("k")
    reader.wait_for_url(first)
    reader.keyboard.press("s")
    expect(reader.locator("#place")).to_be_focused()


def test_a_click_on_the_page_chooses_its_line(reader: Page) -> None:
    _open_first(reader)
    reader.locator(".review-sheet .paper").first.click(position={"x": 200, "y": 120})
    assert reader.locator("#place").input_value() != ""


def test_a_key_alone_changes_nothing(reader: Page) -> None:
    _open_first(reader)
    before = reader.url
    reader.keyboard.press("m")
    expect(reader.get_by_role("button", name="Belongs to the email before")).to_be_focused()
    assert reader.url == before


@pytest.fixture
def reader(browser: Browser, service: str) -> Iterator[Page]:
    """A page with JavaScript."""
    context = browser.new_context(base_url=service, viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def test_fits_on_a_phone(phone: Page) -> None:
    _open_first(phone)
    addresses = ["/review", phone.url, "/review/sign-in"]
    for address in addresses:
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, address


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_of_the_review(browser: Browser, service: str, pytestconfig: pytest.Config, width: int) -> None:
    folder: Path | None = pytestconfig.getoption("--screenshots", default=None)
    if folder is None:
        pytest.skip("no pictures asked for: --screenshots FOLDER writes them")
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(base_url=service, viewport={"width": width, "height": 900})
    page = context.new_page()
    _sign_in(page)
    page.screenshot(path=folder / f"review-{width}.png")
    page.locator(".queue a").last.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"review-message-{width}.png", full_page=width < 1000)
    context.close()
