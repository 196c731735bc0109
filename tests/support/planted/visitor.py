"""A reader's browser with a witness in it: notes whatever runs, loads, or comes to stand where only words should."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, Route

from tests.support.planted.marks import CALL

# Our pages have no handler, no frame, no base and no script without an address: whatever has one is made of a marker.
_LOOK = """() => {
    const made = [], links = [];
    for (const one of document.querySelectorAll("*")) {
        const odd = one.matches("[data-planted], base, iframe, object, embed, meta[http-equiv], script:not([src])");
        const handler = [...one.attributes].some((attribute) => attribute.name.startsWith("on"));
        if (odd || handler) made.push(one.outerHTML.slice(0, 120));
        for (const name of ["href", "src", "action", "formaction"]) {
            const value = one.getAttribute(name);
            if (value === null) continue;
            const url = URL.parse(value, document.baseURI);
            if (url && !["http:", "https:"].includes(url.protocol)) made.push(`${name}=${value.slice(0, 120)}`);
            const isRead = !one.matches("form[method=post]");
            if (isRead && url && url.origin === location.origin) links.push(url.pathname + url.search);
        }
    }
    return [made, links, document.documentElement.outerHTML];
}"""


_LONG_ENOUGH_S = 20


@dataclass(slots=True)
class Seen:
    """What a browser saw, each with the address where it stood."""

    ran: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # by the content security policy
    off_origin: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)  # elements and addresses that came out of markers
    errors: list[str] = field(default_factory=list)  # of the service
    marks: set[int] = field(default_factory=set)  # markers that stood on a page, as words

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        return [
            f"{name}: {one}"
            for name in ("ran", "refused", "off_origin", "planted", "errors")
            for one in getattr(self, name)
        ]


class Visitor:
    """Opens addresses of the service and notes what it sees in `seen`."""

    def __init__(self, context: BrowserContext, service: str, seen: Seen) -> None:
        self.seen = seen
        self._service = service
        self._page = context.new_page()
        self._here = ""
        context.expose_function("planted", lambda number=0, *_: seen.ran.append(f"planted({number}) at {self._here}"))
        context.route("**/*.webp*", self._skip_pictures)
        self._page.on("dialog", self._dismiss)
        self._page.on("console", self._listen)
        context.on("request", self._note_request)
        context.on("response", self._note_response)

    def visit(self, path: str) -> list[str]:
        """Open an address and return those of the service that stand on its page, [] for a download."""
        self._here = path
        try:
            self._page.goto(path)
        except Error as error:
            if "ERR_INVALID_AUTH" in str(error):  # it asks for a name and a token itself, and here nobody answers it
                self.wait_until(lambda: self._page.url.startswith("chrome-error:"))
                self._page.goto("about:blank")  # the next page about an error is told from this one
            elif "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            return []
        return self.look()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Give the browser time for what it does by itself: until it is done, or long enough."""
        end = time.monotonic() + _LONG_ENOUGH_S
        while not is_so() and time.monotonic() < end:
            self._page.wait_for_timeout(50)

    def send_form(self, path: str, fields: dict[str, str]) -> list[str]:
        """Send a form from the page that is open and look at the answer."""
        self._here = f"POST {path}"
        with self._page.expect_navigation():
            self._page.evaluate(_SEND, [path, fields])
        return self.look()

    def look(self) -> list[str]:
        """Look at the page that is open and return the addresses of the service that stand on it."""
        made, links, html = self._page.evaluate(_LOOK)
        self.seen.planted += [f"{one} at {self._here}" for one in made]
        self.seen.marks |= {int(number) for number in CALL.findall(html)}
        return list(links)

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self._page

    def _skip_pictures(self, route: Route) -> None:
        """Draw a page's image only where it is visited itself: within pages it costs time and cannot run."""
        route.abort() if route.request.resource_type == "image" else route.continue_()

    def _dismiss(self, dialog: Any) -> None:
        self.seen.ran.append(f"dialog {dialog.message!r} at {self._here}")
        dialog.dismiss()

    def _listen(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.seen.refused.append(f"{message.text[:160]} at {self._here}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._service}/", "data:", "blob:")):
            self.seen.off_origin.append(f"{request.url} at {self._here}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.errors.append(f"{response.status} {response.url[:300]}")


_SEND = """([path, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = path;
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        input.name = name;
        input.value = value;
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


@contextmanager
def open_visitor(browser: Browser, service: str, seen: Seen, *, policy: bool) -> Iterator[Visitor]:
    """Give a visitor whose browser keeps to the content security policy, or takes no notice of it."""
    context = browser.new_context(base_url=service, bypass_csp=not policy)
    yield Visitor(context, service, seen)
    context.close()
