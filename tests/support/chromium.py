"""The Chromium of this machine, without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


class NoBrowserError(Exception):
    """There is no Chromium on this machine."""


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """Give a browser that asks the network for nothing but the pages.

    Raises:
        NoBrowserError: none is on the PATH.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise NoBrowserError(f"no browser here: none of {', '.join(_NAMES)} is on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield browser
        browser.close()
