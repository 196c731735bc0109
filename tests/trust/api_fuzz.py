"""Does the service answer whatever it is asked, as its description says?

    python -m tests.trust.api_fuzz [--full]

Schemathesis makes requests from /openapi.json of the real app over an archive of hostile files, valid ones and others,
half of them about records that exist; Hypothesis asks the pages, which are not in the description, for hostile parts
and parameters. Floor: no answer is a server's error (a limit that says when to come again is none), and every answer of
the API has a status, a media type, headers and a body that its description names.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from sqlalchemy import select

from app.archive import Archive
from app.database.models import Agency, BatesNumber, Document, Message, Person, Release
from app.web.main import create_app
from ingest.review import decide
from tests.support.planted import REVIEW_TOKEN, Marks, open_planted
from tests.support.routes import KnownRoute, every_route
from tests.support.service import serve

_HOST = {"Host": "127.0.0.1"}
_CHECKS = ("status_code_conformance", "content_type_conformance", "response_headers_conformance",
           "response_schema_conformance")  # fmt: skip
_PIECES = (
    "", " ", "0", "-1", "1", "9" * 30, "1e9", "NaN", "null", "true", "\x00", "\x1b[2J", "\ud800", "\u202e", "é" * 300,
    "%", "%00", "%2e%2e%2f", "../", "//planted.example", "'", '"', "\\", "\r\nSet-Cookie: a=b", "' OR 1=1 --",
    "{{7*7}}", "<script>", "*", "*" * 40, "a*b*c*d*", "(" * 300, ")", '"' * 51, "water AND", "NOT NOT -", "from:",
    "bates:1..9999999", "after:9999-99-99", "date:..", "exemption:(b)(7)(", "a~9", '"a b"~999999', "release:",
    "[" * 50, "page:0", "a " * 900,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How many requests are made."""

    per_call: int  # of the API, of each mode
    per_page: int


SMALL, FULL = Size(per_call=12, per_page=5), Size(per_call=920, per_page=60)


@dataclass(slots=True)
class Report:
    """What was answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    api_cases: int = 0
    limits: int = 0  # 503 that say when to come again
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        told = ", ".join(f"{status} {count}" for status, count in sorted(self.statuses.items()))
        pages = self.statuses.total() - self.api_cases
        return (
            f"api_fuzz: {self.api_cases} requests to the API and {pages} to pages; answered {told}; "
            f"limits {self.limits}, server errors and answers not as described {self.faults.total()}; "
            f"{self.seconds:.0f} s at a load of {os.getloadavg()[0]:.1f}"
        )

    def note(self, asked: str, status: int, headers: Any) -> None:
        """Count an answer; a server's error is a fault, unless it says when to come again."""
        self.statuses[status] += 1
        if status == 503 and "retry-after" in headers:
            self.limits += 1
        elif status >= 500:
            self.faults[f"{status} for {asked}"] += 1


def run(size: Size) -> Report:
    """Ask the API and the pages of an archive of hostile files."""
    began, report = time.monotonic(), Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzzed-")))
        archive = stack.enter_context(open_planted(folder, Marks()))
        app, real = create_app(archive, decide), _real_parts(archive)
        ask_api(app, real, size.per_call, report)
        report.api_cases = report.statuses.total()
        _ask_pages(stack.enter_context(serve(archive, decide)), app, real, size.per_page, report)
    report.seconds = time.monotonic() - began
    return report


def _real_parts(archive: Archive) -> dict[str, list[str]]:
    """Return what stands in addresses of records that exist, by the word before it."""
    columns = {
        "documents": Document.key,
        "messages": Message.key,
        "people": Person.key,
        "releases": Release.slug,
        "agencies": Agency.slug,
        "bates": BatesNumber.number,
    }
    with archive.sessions() as session:
        return {noun: list(session.scalars(select(column).limit(20))) for noun, column in columns.items()}


def _each(strategy: st.SearchStrategy[Any], count: int, ask: Callable[[Any], None]) -> None:
    """Ask about `count` examples, the same in every run."""

    @settings(max_examples=count, phases=[Phase.generate], database=None, derandomize=True, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def ask_each(example: Any) -> None:
        ask(example)

    ask_each()


def ask_api(app: FastAPI, real: dict[str, list[str]], count: int, report: Report) -> None:
    """Make `count` requests of each mode for every call that the app describes; half are about `real` records."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=_HOST)
    load_all_checks()
    checks = CHECKS.get_by_names(list(_CHECKS))

    def ask(example: tuple[Case, str | None]) -> None:
        case, part = example
        if part is not None:
            name = next(iter(case.path_parameters))
            case.path_parameters[name] = part
        try:
            answer = case.call(headers=_HOST)
            report.note(f"{case.method} {case.formatted_path} {case.query}"[:300], answer.status_code, answer.headers)
            case.validate_response(answer, checks=checks)
        except FailureGroup as failures:
            report.faults.update(f"{one.title} of {case.operation.label}: {one}"[:600] for one in failures.exceptions)

    for result in schema.get_all_operations():
        operation = result.ok()
        noun = operation.path.split("/")[3] if operation.path.count("/") > 3 else ""
        known = real.get(noun, []) if "{" in operation.path else []
        parts = st.one_of(st.none(), st.sampled_from(known)) if known else st.none()
        for mode in GenerationMode:
            try:
                _each(st.tuples(operation.as_strategy(generation_mode=mode), parts), count, ask)
            except Unsatisfiable:  # what takes no parameter cannot be asked wrongly
                continue


def _ask_pages(service: str, app: FastAPI, real: dict[str, list[str]], count: int, report: Report) -> None:
    with httpx.Client(base_url=service, timeout=60) as client:
        client.post("/review/sign-in", data={"name": "Ann", "token": REVIEW_TOKEN})
        for route in every_route(app):
            if route.path.startswith("/api"):
                continue

            def ask(example: tuple[str, str, list[tuple[str, str]]]) -> None:
                method, path, query = example
                answer = client.request(method, path, params=query)
                report.note(f"{method} {path} {query}"[:300], answer.status_code, answer.headers)

            _each(_requests(route, real), count, ask)


def _requests(
    route: KnownRoute, real: dict[str, list[str]]
) -> st.SearchStrategy[tuple[str, str, list[tuple[str, str]]]]:
    """Return requests to a route: method, path and parameters, hostile or about a record that exists."""
    texts = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=20)), max_size=4).map("".join)
    texts = texts.map(lambda text: text.encode("utf-8", "replace").decode())  # no client can send half a letter
    known = [part for noun, parts in real.items() if f"/{noun}/" in route.path for part in parts]
    parts = st.one_of(st.sampled_from(["1", "2", *known]), texts.filter(lambda text: text not in ("", ".", "..")))
    paths = st.fixed_dictionaries(dict.fromkeys(route.open_parts, parts)).map(
        lambda chosen: route.fill({name: quote(part, safe="") for name, part in chosen.items()})
    )
    names = st.sampled_from([*route.parameters, *route.parameters, "unknown", "q[]", ""])
    queries = st.lists(st.tuples(names, texts), max_size=3)
    return st.tuples(st.sampled_from(sorted(route.methods)), paths, queries)


def main() -> None:
    """Print the line of figures, and the faults if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="20,000 requests to the API")
    report = run(FULL if parser.parse_args().full else SMALL)
    print(report)
    for fault, times in report.faults.most_common(20):
        print(f"{times} x {fault}", file=sys.stderr)
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
