"""The service, run for a test on a free port of this machine."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.archive import Archive
from app.web.main import create_app
from app.web.review import Decide

_START_S = 30.0


@contextmanager
def serve(archive: Archive, decide: Decide | None = None) -> Iterator[str]:
    """Serve the archive while the context is open and give the service's address, "http://127.0.0.1:PORT"."""
    config = uvicorn.Config(create_app(archive, decide), port=0, log_level="warning", ws="none", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the service did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
