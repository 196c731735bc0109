import socket
import threading
import time

import uvicorn
from starlette.types import Receive, Scope, Send

from app.web.deadlines import CLIENT_TIMEOUT, TimedProtocol

_CHUNK = bytes(64 << 10)
_CHUNKS = 400


class _Stream:
    """Sends 25 MB, and counts what was taken of it."""

    taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"][CLIENT_TIMEOUT] = 60.0
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(_CHUNKS):
            await send({"type": "http.response.body", "body": _CHUNK, "more_body": True})
            self.taken += len(_CHUNK)
        await send({"type": "http.response.body"})


def test_no_more_than_little_is_taken_for_a_client_that_takes_nothing() -> None:
    stream = _Stream()
    server = uvicorn.Server(uvicorn.Config(stream, port=0, http=TimedProtocol, log_level="warning", ws="none"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(server.servers[0].sockets[0].getsockname())
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        taken = -1
        while taken != stream.taken or not taken:
            taken = stream.taken
            time.sleep(0.3)
    server.should_exit = True
    running.join()
    assert taken <= 512 << 10
