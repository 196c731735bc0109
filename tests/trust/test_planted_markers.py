"""Nothing of a released file runs or loads in a browser; and the witness would notice it."""

import pytest
from playwright.sync_api import Browser, Route

from tests.support.apart import run_apart
from tests.support.chromium import NoBrowserError, launch_chromium
from tests.support.planted import Marks
from tests.support.planted.visitor import Seen, open_visitor
from tests.trust.planted_markers import SMALL, run

pytestmark = pytest.mark.browser

_SERVICE = "http://service.example"


def test_no_marker_runs_or_loads() -> None:
    try:
        report = run_apart(lambda: run(SMALL))
    except NoBrowserError as error:
        pytest.skip(str(error))
    assert report.faults == [], str(report)


def test_a_marker_that_is_not_escaped_is_noticed() -> None:
    try:
        free, held = run_apart(_see_both)
    except NoBrowserError as error:
        pytest.skip(str(error))
    assert _markers_run(free) == {"planted(1)", "planted(2)"}
    assert any("//planted.example/1" in one for one in free.off_origin)
    assert any("data-planted" in one for one in free.planted)
    assert any("javascript:planted(2)" in one for one in free.planted)
    assert (held.ran, bool(held.refused)) == ([], True)


def _see_both() -> tuple[Seen, Seen]:
    with launch_chromium() as browser:
        return _see_unescaped(browser, policy=False), _see_unescaped(browser, policy=True)


def _see_unescaped(browser: Browser, *, policy: bool) -> Seen:
    """Return what is seen of a page that shows markers without escaping them."""
    marks, seen = Marks(), Seen()
    text, link = marks.full("text"), marks.address("link")
    with open_visitor(browser, _SERVICE, seen, policy=policy) as visitor:

        def answer(route: Route) -> None:
            headers = {"Content-Security-Policy": "default-src 'self'"}
            route.fulfill(
                body=f"<a href='{link}'>link</a><p title='{text}'>", content_type="text/html", headers=headers
            )

        visitor.page.route(f"{_SERVICE}/**", answer)
        visitor.visit("/")
        if not policy:
            visitor.page.get_by_text("link").first.click()
            visitor.wait_until(lambda: len(_markers_run(seen)) >= 2)  # neither is awaited by the click
        visitor.look()
    return seen


def _markers_run(seen: Seen) -> set[str]:
    return {one.split()[0] for one in seen.ran}
