"""Requests sent by a schedule, whatever becomes of those before: the time of each counts from when it was due.

A client that waits for its answer before it asks again measures a slow service too seldom.
"""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PATIENCE_S = 30.0  # of a client; what takes longer has failed


@dataclass(frozen=True, slots=True)
class Due:
    """A request, and how many seconds after the beginning it is due."""

    at_s: float
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request; status 0: nothing."""

    kind: str
    path: str
    status: int
    sent_away: bool  # told to come again later
    seconds: float  # from when it was due


async def send_all(port: int, requests: Iterable[Due]) -> list[Answered]:
    """Send each when it is due, over connections that are kept, and return what became of all."""
    start = time.perf_counter()
    idle: list[_Connection] = []
    running = []
    for due in requests:
        wait_s = start + due.at_s - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        running.append(asyncio.create_task(_send(port, due, start + due.at_s, idle)))
    answered = await asyncio.gather(*running)
    for connection in idle:
        connection.close()
    await asyncio.sleep(0)  # a connection is gone only in the next turn
    return answered


async def _send(port: int, due: Due, moment: float, idle: list["_Connection"]) -> Answered:
    status, sent_away = 0, False
    connection = None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            connection = _take(idle) or await _connect(port)
            status, sent_away = await connection.ask(due.path)
    except (OSError, TimeoutError):
        status = 0
    if connection is not None and status and not connection.is_closed:
        idle.append(connection)
    elif connection is not None:
        connection.close()
    return Answered(due.kind, due.path, status, sent_away, time.perf_counter() - moment)


def _take(idle: list["_Connection"]) -> "_Connection | None":
    while idle:
        connection = idle.pop()
        if not connection.is_closed and connection.is_fresh():
            return connection
        connection.close()
    return None


async def _connect(port: int) -> "_Connection":
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port)
    return connection


class _Connection(asyncio.Protocol):
    """Asks for one thing at a time and reads no more of the answer than it must."""

    def __init__(self) -> None:
        self.is_closed = False
        self._answer = b""
        self._waiting: asyncio.Future[tuple[int, bool]] | None = None
        self._used_at = time.monotonic()

    def is_fresh(self) -> bool:
        """Tell whether the service has had no time yet to close it for want of use."""
        return time.monotonic() - self._used_at < 3

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, path: str) -> "asyncio.Future[tuple[int, bool]]":
        """Return what will be the status, and whether one was told when to come again."""
        self._answer = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return self._waiting

    def close(self) -> None:
        """Close it."""
        self.is_closed = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        if not blank or self._waiting is None or self._waiting.done():
            return
        fields = head.lower()
        _, found, rest = fields.partition(b"\r\ncontent-length: ")
        if len(body) >= int(rest.split(b"\r\n")[0]) if found else body.endswith(b"0\r\n\r\n"):
            self._used_at = time.monotonic()
            self.is_closed = b"\r\nconnection: close" in fields
            self._waiting.set_result((int(head[9:12]), b"\r\nretry-after:" in fields))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of all requests of a run."""

    answered: Sequence[Answered]

    def p95_ms(self, kind: str) -> float:
        """Return the time under which 95 of 100 requests of a kind were answered, those sent away left out."""
        times = [one.seconds for one in self.answered if one.kind == kind and not self._is_sent_away(one)]
        return 1000 * statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("inf")

    def sent_away(self) -> dict[str, int]:
        """Return by kind how many were told to come again later."""
        return self._count(self._is_sent_away(one) and one.kind for one in self.answered)

    def failures(self) -> list[Answered]:
        """Return what was not answered, or by an error of the service."""
        return [one for one in self.answered if not one.status or (one.status >= 500 and not self._is_sent_away(one))]

    @staticmethod
    def _is_sent_away(one: Answered) -> bool:
        return one.status == 503 and one.sent_away

    @staticmethod
    def _count(kinds: Iterable[str | bool]) -> dict[str, int]:
        counted: dict[str, int] = defaultdict(int)
        for kind in kinds:
            if isinstance(kind, str):
                counted[kind] += 1
        return dict(counted)
