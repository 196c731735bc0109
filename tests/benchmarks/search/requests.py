"""Whole requests of /api/v1/search to a warm service in a process of its own: one client, then eight at once."""

import http.client
import os
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from app.config import IndexEngine
from app.search.results import Order, SearchRequest
from tests.benchmarks.search.cases import Case
from tests.benchmarks.search.engines import find_cursor, open_service
from tests.benchmarks.search.processes import serve
from tests.benchmarks.search.tables import print_table, spread, verdict
from tests.benchmarks.search.timing import percentile

_CLIENTS = 8
_LEAST_GAIN, _MOST_SLOWER = 1.7, 5.0
_LIMITS_MS = {32: 100.0}  # by copies; at all smaller sizes:
_LIMIT_MS, _AIM_MS = 50.0, 25.0
_TIMEOUT_S = 60
_KEPT_MB = 128  # as where nothing is set
_NAMES = {"sender": "from"}


class Client:
    """A client that keeps its connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)

    def get(self, path: str) -> float:
        """Ask for an address, read all of the answer and return the milliseconds."""
        start = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        ms = 1000 * (time.perf_counter() - start)
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return ms


def measure_requests(folder: Path, copies: int, cases: Sequence[Case], repeats: int) -> dict[str, list[float]]:
    """Time every class over HTTP, print the table and return the milliseconds by class."""
    paths = _paths(folder, cases)
    taken: dict[str, list[float]] = {}
    with serve(folder, workers=1, kept_mb=0) as port:
        client = Client(port)
        for _ in range(2):
            for path, _case in paths:
                client.get(path)
        for _ in range(repeats):
            for path, case in paths:
                taken.setdefault(case.group, []).append(client.get(path))
    _print_requests(taken, copies)
    for kept_mb in (0, _KEPT_MB):
        with serve(folder, workers=os.cpu_count() or 1, kept_mb=kept_mb) as port:
            for _ in range(3):  # all processes are warm
                _run_clients(port, [path for path, _ in paths], _CLIENTS)
            of_what = "answers that are kept" if kept_mb else "answers made anew"
            _measure_clients(port, [path for path, _ in paths], f"{of_what}, {copies} x 31k emails")
    return taken


def search_path(request: SearchRequest) -> str:
    """Return the address of a search."""
    pairs: list[tuple[str, str]] = []
    for name in ("q", "sender", "release", "date_after", "date_before", "cursor"):
        value = getattr(request, name)
        pairs += [(_NAMES.get(name, name), one) for one in ([value] if isinstance(value, str) else value) if one]
    if request.order_by is not Order.RELEVANCE:
        pairs.append(("order_by", request.order_by.value))
    return f"/api/v1/search?{urlencode(pairs)}"


def _paths(folder: Path, cases: Sequence[Case]) -> list[tuple[str, Case]]:
    with open_service(folder, IndexEngine.TANTIVY) as service:
        return [
            (search_path(replace(case.request, cursor=find_cursor(service, case.request, case.offset))), case)
            for case in cases
        ]


def _print_requests(taken: dict[str, list[float]], copies: int) -> None:
    limit = _LIMITS_MS.get(copies, _LIMIT_MS)
    rows: list[list[object]] = []
    for group, ms in taken.items():
        p95 = percentile(ms, 0.95)
        aimed = f"{verdict(p95, limit)}{', and the aim' if p95 <= _AIM_MS else ''}"
        rows.append([group, len(ms), statistics.median(ms), p95, spread(ms), f"<= {limit:.0f}", aimed])
    head = ["class", "requests", "median", "p95", "least–most", "asked for", "verdict"]
    print_table(f"### /api/v1/search, {copies} x 31k emails, one warm process (ms)", head, rows)


def _measure_clients(port: int, paths: Sequence[str], of_what: str) -> None:
    """Ask everything by one client and by eight at once, twice in turns, each from another place in the list."""
    single: list[dict[str, list[float]]] = []
    together: list[dict[str, list[float]]] = []
    rates: dict[int, list[float]] = {1: [], _CLIENTS: []}
    for _ in range(2):
        for clients, taken in ((1, single), (_CLIENTS, together)):
            start = time.perf_counter()
            taken.extend(_run_clients(port, paths, clients))
            rates[clients].append(clients * len(paths) / (time.perf_counter() - start))
    gain = statistics.median(rates[_CLIENTS]) / statistics.median(rates[1])
    slower = {
        path: max(ms for one in together for ms in one[path]) / statistics.median([one[path][0] for one in single])
        for path in paths
    }
    worst = max(slower, key=lambda path: slower[path])
    held = sum(times <= _MOST_SLOWER for times in slower.values())
    rows: list[list[object]] = [
        ["requests/s, one client", statistics.median(rates[1]), "", ""],
        [f"requests/s, {_CLIENTS} clients", statistics.median(rates[_CLIENTS]), "", ""],
        ["gain", gain, f">= {_LEAST_GAIN}", verdict(gain, _LEAST_GAIN, at_least=True)],
        [
            f"slowest against its time alone ({held} of {len(paths)} hold): `{worst[:60]}`",
            slower[worst],
            f"<= {_MOST_SLOWER}",
            verdict(slower[worst], _MOST_SLOWER),
        ],
    ]
    title = f"### {_CLIENTS} clients at once, {of_what}, {os.cpu_count()} processes"
    print_table(title, ["figure", "measured", "asked for", "verdict"], rows)


def _run_clients(port: int, paths: Sequence[str], clients: int) -> list[dict[str, list[float]]]:
    taken: list[dict[str, list[float]]] = [{path: [] for path in paths} for _ in range(clients)]
    threads = [
        threading.Thread(target=_ask_all, args=(port, paths, number * len(paths) // clients, taken[number]))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _ask_all(port: int, paths: Sequence[str], first: int, taken: dict[str, list[float]]) -> None:
    client = Client(port)
    for path in [*paths[first:], *paths[:first]]:
        taken[path].append(client.get(path))
