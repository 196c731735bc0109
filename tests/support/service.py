"""The service, run for a test on a free port of this machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from app.archive import Archive
from app.database.models import Correction
from app.web.deadlines import TimedProtocol
from app.web.main import create_app

_START_S = 30.0


@contextmanager
def serve(archive: Archive, decide: Callable[[Archive, Correction], None] | None = None) -> Iterator[str]:
    """Serve the archive while the context is open and give the service's address, "http://127.0.0.1:PORT"."""
    app = create_app(archive, partial(decide, archive) if decide else None)
    config = uvicorn.Config(app, port=0, http=TimedProtocol, log_level="warning", ws="none", lifespan="on")
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
