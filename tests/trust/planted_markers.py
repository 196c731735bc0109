"""Does anything that stands in a released file ever run, or load, in the browser of a reader?

    python -m tests.trust.planted_markers [--full]

A real Chromium visits every address of an archive that has a marker in every field (tests/support/planted), follows
all links, and asks every route for markers in each part and parameter; once as it is, once with the content security
policy switched off, so that escaping alone must hold. Floor: no script runs, none is refused, no request leaves the
service, no element and no address of a script comes out of a marker, and every route of the app was visited.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from app.web.main import create_app
from app.web.problems import API_PREFIX
from ingest.review import decide
from tests.support.chromium import launch_chromium
from tests.support.planted import REVIEW_TOKEN, Marks, open_planted
from tests.support.planted.visitor import Seen, Visitor, open_visitor
from tests.support.routes import KnownRoute, every_route, route_of
from tests.support.service import serve

_ENTRANCES = ("/", "/search?q=planted", "/search?q=zzznothing", "/review", "/healthz", "/docs", "/openapi.json")
_LEAST_SEEN = 0.8  # of the markers stand on some page: else the archive shows too little to prove anything


@dataclass(frozen=True, slots=True)
class Size:
    """How much one browser visits."""

    same: int  # addresses of one route without parameters, of those that people read
    same_json: int  # the same of the API's
    alike: int  # addresses of one route that have a certain parameter
    hostile: bool  # ask every route for markers
    one_by_one: bool  # also the API's: there all parameters are asked at once


# With the policy, and without it: escaping is what is tested most.
SMALL = (Size(1, 1, 1, hostile=False, one_by_one=False), Size(10_000, 1, 1, hostile=True, one_by_one=False))
FULL = (Size(10_000, 10_000, 20, hostile=True, one_by_one=True),) * 2


@dataclass(slots=True)
class Report:
    """What a run saw, in both kinds of browser."""

    visits: int = 0
    seen: Seen = field(default_factory=Seen)
    routes_missed: set[str] = field(default_factory=set)
    places_unseen: list[str] = field(default_factory=list)
    marks: int = 0
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What must not be, each with where it was."""
        missed = [f"never visited: {path}" for path in sorted(self.routes_missed)]
        unseen = [f"on no page: {place}" for place in self.places_unseen]
        return self.seen.faults + missed + (unseen if len(unseen) > (1 - _LEAST_SEEN) * self.marks else [])

    def __str__(self) -> str:
        seen = self.seen
        return (
            f"planted_markers: {self.marks} markers, {self.marks - len(self.places_unseen)} of them on pages; "
            f"{self.visits} visits; scripts run {len(seen.ran)}, refused {len(seen.refused)}, "
            f"requests off-origin {len(seen.off_origin)}, elements and addresses made of markers {len(seen.planted)}, "
            f"server errors {len(seen.errors)}, routes not visited {len(self.routes_missed)}; {self.seconds:.0f} s "
            f"at a load of {os.getloadavg()[0]:.1f}"
        )


class _Walk:
    """One browser's way through the whole site."""

    def __init__(self, visitor: Visitor, routes: list[KnownRoute], marks: Marks, size: Size) -> None:
        self._visitor = visitor
        self._routes = routes
        self._marks = marks
        self._size = size
        self._alike: Counter[tuple[str, str]] = Counter()
        self._known: set[str] = set()
        self._waiting: deque[str] = deque()
        self.visited: dict[str, list[str]] = {}  # addresses by the path of their route

    @property
    def visits(self) -> int:
        """How many addresses were opened."""
        return sum(map(len, self.visited.values()))

    def go(self) -> None:
        """Sign in, follow all links, then ask for what nobody links to."""
        self._sign_in()
        for address in _ENTRANCES:
            self._offer(address)
        self._follow()
        if self._size.hostile:
            for route in self._routes:
                for address in self._hostile_addresses(route) if "GET" in route.methods else ():
                    self._open(address)
            if not self._size.one_by_one:
                self._waiting.clear()
            self._follow()
            self._send_hostile_forms()

    def _sign_in(self) -> None:
        self._visitor.visit("/review/sign-in")
        name = self._marks.name("name of a reviewer who signs in")
        self._visitor.send_form("/review/sign-in", {"name": name, "token": REVIEW_TOKEN})

    def _follow(self) -> None:
        while self._waiting:
            self._open(self._waiting.popleft())

    def _offer(self, address: str) -> None:
        """Let an address wait for its visit, unless enough that are like it were offered."""
        if address in self._known:
            return
        self._known.add(address)
        parts = urlsplit(address)
        route = route_of(self._routes, parts.path)
        names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        groups = [(route.path if route else "", name) for name in names or {""}]
        same = self._size.same_json if parts.path.startswith(API_PREFIX) else self._size.same
        most = self._size.alike if names else same
        if any(self._alike[group] < most for group in groups):  # filters combine without end: each is seen often enough
            self._alike.update(groups)
            self._waiting.append(address)

    def _open(self, address: str) -> None:
        route = route_of(self._routes, urlsplit(address).path)
        self.visited.setdefault(route.path if route else "", []).append(address)
        for link in self._visitor.visit(address):
            self._offer(link)

    def _hostile_addresses(self, route: KnownRoute) -> Iterator[str]:
        """Yield addresses of a route with a marker for each open part and for each parameter."""
        for part in route.open_parts:
            yield route.fill({part: quote(self._marks.name(f"{part} of {route.path}"), safe="")})
        path = urlsplit(self.visited.get(route.path, [route.fill({})])[0]).path
        unknown = self._marks.name(f"name of a parameter of {route.path}")
        values = {name: self._marks.full(f"{name} of {route.path}") for name in (*route.parameters, unknown)}
        if route.path.startswith(API_PREFIX) and not self._size.one_by_one:
            yield f"{path}?{urlencode(values)}"
            return
        for name, value in values.items():
            yield f"{path}?{urlencode({name: value})}"
            if self._size.one_by_one:
                yield f"{path}?{urlencode({name: self._marks.name(f'{name} of {route.path}')})}"

    def _send_hostile_forms(self) -> None:
        """Send every route of POST a form in which every field is a marker, with the mark of the session."""
        for route in self._routes:
            if "POST" not in route.methods or route.path == "/review/sign-out":
                continue
            self._visitor.visit("/review")
            mark = self._visitor.page.locator("input[name=mark]").first.get_attribute("value") or ""
            names = ("value", "codes", "note", "place", "other", "code", "name", "token", "do")
            fields = {name: self._marks.short(f"{name} sent to {route.path}") for name in names}
            message = urlsplit(self.visited["/review/messages/{key}"][0]).path.rsplit("/", 1)[-1]
            parts = {part: quote(self._marks.name(f"{part} of {route.path}"), safe="") for part in route.open_parts}
            self._visitor.send_form(route.fill({**parts, "key": message}), {**fields, "mark": mark})
            self.visited[route.path] = [route.path]


def run(sizes: tuple[Size, Size]) -> Report:
    """Make the archive, visit all of it with both kinds of browser, and return what they saw."""
    began = time.monotonic()
    marks, report = Marks(), Report()
    with ExitStack() as stack:
        browser = stack.enter_context(launch_chromium())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="planted-")))
        archive = stack.enter_context(open_planted(folder, marks))
        service = stack.enter_context(serve(archive, decide))
        routes = list(every_route(create_app(archive, decide)))
        planted, visited = set(marks.places), {"/review/sign-out"}
        for policy, size in zip((True, False), sizes, strict=True):
            with open_visitor(browser, service, report.seen, policy=policy) as visitor:
                walk = _Walk(visitor, routes, marks, size)
                walk.go()
            report.visits += walk.visits
            visited |= set(walk.visited)
    report.routes_missed = {route.path for route in routes} - visited
    report.marks = len(planted)
    report.places_unseen = [marks.places[number] for number in sorted(planted - report.seen.marks)]
    report.seconds = time.monotonic() - began
    return report


def main() -> None:
    """Print the line of figures, and the faults if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="every address, not a few of each kind")
    report = run(FULL if parser.parse_args().full else SMALL)
    print(report)
    print("\n".join(report.faults[:50]), file=sys.stderr)
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
