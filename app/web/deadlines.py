"""Deadlines for clients: who sends a request slowly, or takes an answer slowly, keeps nobody waiting.

uvicorn waits for ever for the end of a request, and for ever for a client to take what it asked for.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from app.web.middleware import IS_GONE

CLIENT_TIMEOUT = "client_timeout_s"
MOST_CONNECTIONS = 1_000  # of a process
LARGEST_HEAD = 32 << 10  # bytes of a request line and its headers: a search may have 2,000 letters of nine each

_LEAST_RATE = 1_000  # bytes a second at which an answer must be taken
_LOOKS = 8  # within the time that a client has
_MOST_UNSENT = 128 << 10  # bytes of an answer that the system takes before the network does
_AT_ONCE = struct.pack("ii", 1, 0)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
    b"connection: close\r\ncontent-length: 51\r\n\r\nThe request took too long to arrive; send it again.\n"[:-1]
)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5\r\n"
    b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: 47\r\n\r\n"
    b"Too many connections are open; try again later."
)


class TimedProtocol(H11Protocol):
    """A connection on which a request must arrive, and an answer be taken, in time.

    How much time that is, `client_timeout_s`, stands in the state that the service's lifespan gives.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timeout_s: float = app_state[CLIENT_TIMEOUT]
        self._asked_since = self.loop.time()  # since when the client may send its request
        self._taking_since: float | None = None  # since when an answer waits to be taken; None: none does
        self._waiting_bytes = 0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch; where there are too many connections, send this one away."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, IS_GONE: transport.is_closing}
        _hold_little(transport.get_extra_info("socket"))
        if len(self.connections) > MOST_CONNECTIONS:
            transport.write(_FULL)
            transport.close()
            return
        self._asked_since = self.loop.time()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no longer."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Give the client its time for the next request."""
        self._asked_since = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Note that the client took nearly all of what waited."""
        self._taking_since = None
        super().resume_writing()

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self._timeout_s / _LOOKS, self._look_at_client)

    def _look_at_client(self) -> None:
        now = self.loop.time()
        if self._takes_too_slowly(now):
            self.logger.info("cut off: takes its answer too slowly")
            self._drop()
            return
        if not self.transport.is_closing() and self._asks_too_slowly(now):
            self.logger.info("cut off: sends its request too slowly")
            self._cut_off()
        self._look_later()

    def _asks_too_slowly(self, now: float) -> bool:
        is_asked = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        return not is_asked and now - self._asked_since > self._timeout_s

    def _cut_off(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _drop(self) -> None:
        # Without this the system goes on sending what it has taken, up to some megabytes, for hours.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def _takes_too_slowly(self, now: float) -> bool:
        waiting = self.transport.get_write_buffer_size()
        if not waiting:
            self._taking_since = None
            return False
        if self._taking_since is None:
            self._taking_since, self._waiting_bytes = now, waiting
            return False
        waited_s = now - self._taking_since
        if waited_s < self._timeout_s:
            return False
        taken = self._waiting_bytes - waiting
        self._taking_since, self._waiting_bytes = now, waiting
        return taken < _LEAST_RATE * waited_s


def _hold_little(connection: socket.socket) -> None:
    """Let the system take no more of an answer than it can soon send.

    Else it takes megabytes for a client that takes none: fifty who ask for a large file kept others waiting for
    half a second, until those buffers were full. What is on its way is not limited, so a fast client loses nothing.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT") and connection.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):  # the client has gone, or the system does without
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _MOST_UNSENT)
