"""A reader searches, opens a message and sees the words marked on the page as it was released."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

_WORDS = "facial recognition"


def search(page: Page, words: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox", name="Search the archive").fill(words)
    page.get_by_role("button", name="Search").click()


def test_finds_a_message_and_marks_the_words_on_the_page_image(page: Page) -> None:
    search(page, _WORDS)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d+ results?"))
    page.locator(".hits a.page-link").first.click()
    sheet = page.locator(page.url[page.url.index("#page-") :])
    expect(page.locator(".letter mark, .headers mark, .marks rect").first).to_be_attached()
    image = sheet.locator("img")
    expect(image).to_be_visible()
    page.wait_for_load_state("load")  # it stands still then
    mark, drawn = sheet.locator(".marks rect").first.bounding_box(), image.bounding_box()
    assert mark is not None
    assert drawn is not None
    assert drawn["x"] < mark["x"] < mark["x"] + mark["width"] < drawn["x"] + drawn["width"]
    assert drawn["y"] < mark["y"] < mark["y"] + mark["height"] < drawn["y"] + drawn["height"]


def test_the_mark_stands_on_ink(page: Page) -> None:
    search(page, _WORDS)
    page.locator(".hits a.page-link").first.click()
    sheet = page.locator(page.url[page.url.index("#page-") :])
    expect(sheet.locator("img")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert _ink_under(sheet.locator(".marks rect").first.screenshot()) > 0.05


def test_narrows_by_a_facet_and_widens_again(page: Page) -> None:
    search(page, "pilot")
    before = page.get_by_role("status").inner_text()
    page.locator(".facets a").nth(1).click()
    expect(page.locator(".chosen a")).to_have_count(1)
    page.locator(".chosen a").click()
    expect(page.get_by_role("status")).to_have_text(before)


def test_narrows_by_a_bar_of_the_histogram(page: Page) -> None:
    search(page, "pilot")
    page.locator(".histogram a").first.click()
    expect(page.locator(".chosen a")).to_have_count(2)
    assert "date_after=" in page.url


def test_folds_the_quoted_part(page: Page) -> None:
    page.goto("/search?q=pilot+lessons")
    page.locator(".hits h2 a").filter(has_text=re.compile("^RE:", re.IGNORECASE)).first.click()
    quoted = page.locator("details.quoted")
    expect(quoted.locator(".text").first).to_be_visible()
    quoted.locator("summary").click()
    expect(quoted.locator(".text").first).to_be_hidden()


def test_can_be_used_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("pilot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()


def test_fits_on_a_phone(phone: Page) -> None:
    phone.goto("/search?q=pilot")
    message = phone.locator(".hits h2 a").first.get_attribute("href")
    document = phone.locator(".hits .source a").first.get_attribute("href")
    for address in ("/", "/search?q=pilot", "/releases", "/people", "/agencies", "/docs", message, document):
        phone.goto(str(address))
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, address


def test_pictures_for_the_readme(page: Page, pytestconfig: pytest.Config) -> None:
    folder: Path | None = pytestconfig.getoption("--screenshots", default=None)
    if folder is None:
        pytest.skip("no pictures asked for: --screenshots FOLDER writes them")
    folder.mkdir(parents=True, exist_ok=True)
    search(page, _WORDS)
    expect(page.locator(".hits")).to_be_visible()
    page.wait_for_load_state("networkidle")  # a picture of a page that is still changing can fail
    page.screenshot(path=folder / "search.png")
    page.locator(".hits a.page-link").first.click()
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=folder / "message.png")


def _ink_under(picture: bytes) -> float:
    """Return the share of dark pixels in a picture."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    return sum(image.histogram()[:110]) / (image.width * image.height)
