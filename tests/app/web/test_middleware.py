"""Nobody reads a large file for a client that does not want it."""

import asyncio
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from app.web.middleware import IS_GONE, AnswerMiddleware
from tests.support.apart import run_apart

_CHUNKS = 1_000


def _send_a_large_file(scope: dict[str, object], *, on_chunk: Callable[[], None]) -> list[Message]:
    """Answer a request with many chunks and return what was sent to the client."""
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        for number in range(_CHUNKS):
            on_chunk()
            await send({"type": "http.response.body", "body": b"x", "more_body": number < _CHUNKS - 1})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    request = {"type": "http", "method": "GET", "path": "/", **scope}
    run_apart(lambda: asyncio.run(AnswerMiddleware(app)(request, receive, send)))
    return sent


def test_head_reads_no_more_than_the_beginning() -> None:
    chunks: list[None] = []
    sent = _send_a_large_file({"method": "HEAD"}, on_chunk=lambda: chunks.append(None))
    assert (len(chunks), len(sent)) == (1, 2)
    assert (sent[1]["body"], sent[1].get("more_body", False)) == (b"", False)


def test_nothing_is_read_for_who_has_gone_away() -> None:
    chunks: list[None] = []
    scope: dict[str, object] = {"state": {IS_GONE: lambda: len(chunks) > 10}}
    _send_a_large_file(scope, on_chunk=lambda: chunks.append(None))
    assert len(chunks) == 11


def test_who_stays_gets_all() -> None:
    sent = _send_a_large_file({}, on_chunk=lambda: None)
    assert len(sent) == _CHUNKS + 1
