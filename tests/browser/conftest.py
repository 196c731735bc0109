"""A real Chromium on the sample release, ingested and served once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.archive import Archive, open_archive
from app.config import Settings
from ingest.pipeline import ingest
from ingest.releases import describe_release
from tests.support.chromium import NoBrowserError, launch_chromium
from tests.support.service import serve

_PATIENCE_MS = 30_000  # of a busy machine
_SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "release"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", type=Path, metavar="FOLDER", help="Write pictures of the pages, as for the README."
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that asks the network for nothing but the pages; skipped where there is none."""
    expect.set_options(timeout=_PATIENCE_MS)
    try:
        with launch_chromium() as browser:
            yield browser
    except NoBrowserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of the sample release."""
    settings = Settings(home=tmp_path_factory.mktemp("sample"), database=None, workers=2)
    with open_archive(settings) as archive:
        for _ in ingest(archive, [_SAMPLE], describe_release([_SAMPLE], {})):
            pass
        archive.search.sync()
        yield archive


@pytest.fixture(scope="session")
def service(sample: Archive) -> Iterator[str]:
    """The address of the service."""
    with serve(sample) as address:
        yield address


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Browser, service: str) -> Iterator[Page]:
    """A page of a wide window; whatever the console complains of fails the test."""
    context = browser.new_context(
        base_url=service,
        viewport={"width": 1280, "height": 860},
        java_script_enabled=request.param == "with JavaScript",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def phone(browser: Browser, service: str) -> Iterator[Page]:
    """A page of a small phone's width."""
    context = browser.new_context(base_url=service, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()
