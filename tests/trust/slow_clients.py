"""Clients that send and read a byte a second: nobody else waits for them, and all are cut off in time.

python -m tests.trust.slow_clients [--full]
"""

import argparse
import asyncio
import contextlib
import hashlib
import select
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from app.archive import open_archive
from app.config import Settings
from app.store import hash_file
from tests.support.seed import add_document, add_message, add_release
from tests.trust.serving import going_first, serve

_CLIENTS, _TIMEOUT_S, _BASE_S = 200, 4.0, 3.0
_FULL_CLIENTS, _FULL_TIMEOUT_S, _FULL_BASE_S = 500, 10.0, 8.0
_GRACE = 2.0  # of the deadline: what is taken slowly is looked at now and then
_LATE_S, _FULL_LATE_S = 30.0, 5.0  # other tests keep the cores busy
_PATIENCE_S = 30.0
_RATE = 40  # ordinary requests a second
_MOST_SLOWER = 2.0
_LEAST_P95_S = 0.005  # below this a doubled p95 says nothing but that two cores do something else too
_LARGE = 24 << 20  # bytes of the file that slow readers ask for: more than the system's buffers take


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; times in seconds."""

    clients: int
    cut: int
    slowest_cut_s: float
    timeout_s: float
    p95_calm_s: float
    p95_during_s: float
    failed: int  # ordinary requests

    @property
    def holds(self) -> bool:
        """Whether the floor is reached."""
        allowed = _MOST_SLOWER * max(self.p95_calm_s, _LEAST_P95_S)
        return self.cut == self.clients and self.p95_during_s <= allowed and not self.failed

    def line(self) -> str:
        """Return the figures in a line."""
        return (
            f"slow clients: {self.cut} of {self.clients} cut, the last after {self.slowest_cut_s:.1f} s (deadline "
            f"{self.timeout_s:.0f} s); ordinary p95 {1000 * self.p95_calm_s:.1f} ms without them, "
            f"{1000 * self.p95_during_s:.1f} ms meanwhile; {self.failed} ordinary requests failed"
        )


def measure(home: Path, *, full: bool = False) -> Figures:
    """Make a small archive in `home`, serve it, and set slow clients on it."""
    path, original = _make_archive(home)
    clients, timeout_s, base_s, late_s = (
        (_FULL_CLIENTS, _FULL_TIMEOUT_S, _FULL_BASE_S, _FULL_LATE_S)
        if full
        else (_CLIENTS, _TIMEOUT_S, _BASE_S, _LATE_S)
    )
    given_up_s = _GRACE * timeout_s + late_s
    with (
        serve(home, client_timeout_s=timeout_s, web_workers=2) as service,
        ProcessPoolExecutor(1, get_context("spawn")) as attacker,  # else who measures waits for what they do
    ):
        attack = partial(attacker.submit, _attack, service.port, path, original)
        attack(0, given_up_s).result()  # it has begun and loaded all before who measures goes first
        with going_first():
            return asyncio.run(_measure(service.port, path, partial(attack, clients, given_up_s), timeout_s, base_s))


def _make_archive(home: Path) -> tuple[str, str]:
    """Return the addresses of an email, and of a file that is large."""
    content = hashlib.shake_128(b"noise").digest(_LARGE)
    settings = Settings(home=home, database=None, review_token=None)
    with open_archive(settings) as archive:
        with archive.sessions.begin() as session:
            release = add_release(session, "pilot", "The pilot")
            document = add_document(session, release, "large.eml", content=content, kind="eml")
            message = add_message(session, document, subject="Water main", text="It broke. " * 200)
            addresses = f"/messages/{message.key}", f"/documents/{document.key}/original"
        source = home / "large.eml"
        source.write_bytes(content)
        archive.store.add(source, hash_file(source))
        source.unlink()
    return addresses


async def _measure(
    port: int, path: str, attack: Callable[[], "Future[list[float | None]]"], timeout_s: float, base_s: float
) -> Figures:
    await _ask_often(port, path, 1.0)  # warm
    before, failed_before = await _ask_often(port, path, base_s)
    attacked = asyncio.wrap_future(attack())
    during, failed = await _ask_often(port, path, timeout_s)
    all_times = await attacked
    times = [taken for taken in all_times if taken is not None]
    after, failed_after = await _ask_often(port, path, base_s)  # what else the machine does falls on both sides
    return Figures(
        len(all_times),
        len(times),
        max(times, default=0.0),
        timeout_s,
        _p95(before + after),
        _p95(during),
        failed + failed_before + failed_after,
    )


async def _ask_often(port: int, path: str, for_s: float) -> tuple[list[float], int]:
    """Ask by a schedule, each time on a connection of its own; return the seconds, and how many failed."""
    start = time.perf_counter()
    due = [start + number / _RATE for number in range(int(for_s * _RATE))]
    answers = await asyncio.gather(*(_ask(port, path, moment) for moment in due), return_exceptions=True)
    times = [answer for answer in answers if isinstance(answer, float)]
    return times, len(answers) - len(times)


async def _ask(port: int, path: str, due: float) -> float:
    await asyncio.sleep(due - time.perf_counter())
    async with _connection(port) as (reader, writer):
        writer.write(_head("GET", path) + b"Connection: close\r\n\r\n")
        answer = await reader.read()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer[:80])
    return time.perf_counter() - due


@contextlib.asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


def _attack(port: int, path: str, original: str, clients: int, given_up_s: float) -> list[float | None]:
    """Be so many slow clients; return what became of each."""

    async def attack() -> list[float | None]:
        return await asyncio.gather(*(_be_slow(port, number, path, original, given_up_s) for number in range(clients)))

    return asyncio.run(attack())


async def _be_slow(port: int, number: int, path: str, original: str, given_up_s: float) -> float | None:
    """Be one of four kinds of slow client; return after how many seconds it was cut off, None: it was not."""
    kinds: tuple[tuple[bytes, bytes], ...] = (
        (b"", _head("GET", path)),  # sends its headers slowly
        (_head("POST", "/review/sign-in") + b"Content-Length: 5000\r\n", b"\r\n" + b"x" * 5000),  # its body
        (_head("GET", original) + b"\r\n", b""),  # reads slowly
        (b"", b""),  # says nothing
    )
    at_once, slowly = kinds[number % len(kinds)]
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    with client:
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
        client.send(at_once)
        reads = number % len(kinds) == 2
        if reads:  # its time begins with the answer
            await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 1), _PATIENCE_S)
        start = time.perf_counter()
        while (waited_s := time.perf_counter() - start) < given_up_s:
            if _is_cut(client, take=client.recv if reads else None):
                return waited_s
            slowly = _send_a_byte(client, slowly)
            await asyncio.sleep(1.0)
    return None


def _send_a_byte(client: socket.socket, text: bytes) -> bytes:
    """Send the first byte and return the others."""
    with contextlib.suppress(OSError):
        client.send(text[:1])
    return text[1:]


def _is_cut(client: socket.socket, take: Callable[[int], bytes] | None) -> bool:
    """Tell whether the service has closed the connection; a client that reads takes a byte."""
    poll = select.poll()
    poll.register(client, select.POLLRDHUP)
    if any(events & (select.POLLRDHUP | select.POLLHUP | select.POLLERR) for _, events in poll.poll(0)):
        return True
    if take:
        with contextlib.suppress(BlockingIOError):
            take(1)
    return False


def _head(method: str, path: str) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n".encode()


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("inf")


def main() -> None:
    """Measure, print the line, and fail below the floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="500 clients, and the deadline that a service has")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), full=parser.parse_args().full)
    print(figures.line())
    sys.exit(not figures.holds)


if __name__ == "__main__":
    main()
