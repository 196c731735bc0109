"""Serve an archive: in this process, or in several that share the port."""

import atexit
import ctypes
import gc
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import click
import uvicorn
from fastapi import FastAPI

from app.archive import Archive, open_archive, open_for_readers, prepare_archive
from app.cli.errors import report_errors
from app.config import Settings
from app.corrector import Corrector
from app.database.models import Correction
from app.logs import set_up_logging
from app.web.deadlines import LARGEST_HEAD, TimedProtocol
from app.web.main import create_app

# How long a thread runs Python before another may: the loop that takes and gives all answers waits for it many times a
# request, and so does a quick search; five milliseconds, as is usual, are felt when several are at work.
_TURN_S = 0.0005
_M_ARENA_MAX, _ARENAS = -8, 2  # of glibc's mallopt; up to eight a core, as is usual, keep twice what is in use
_KEPT_S = 5  # a connection on which nothing is asked
_SILENT_S = 20  # a process that says nothing for so long is ended and another started: it may be slow to start
_BACKLOG = 512  # connections that wait to be accepted


@click.command()
@click.option("--host", help="Address to listen on (default READINGROOM_HOST or 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default READINGROOM_PORT or 8000).")
@click.pass_obj
@report_errors
def serve(corrector: Corrector, host: str | None, port: int | None) -> None:
    """Serve the archive's pages and its API, and /review where READINGROOM_REVIEW_TOKEN is set."""
    share_memory()
    settings = Settings.load()
    set_up_logging(settings.log_level)
    prepare_archive(settings)  # and close it: the service reads
    address, number = host or settings.host, settings.port if port is None else port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, number), family=family, backlog=_BACKLOG) as listening:
        # What accepts knows from this to send at once: without it each answer waits 40 ms for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{address}]" if ":" in address else address
        click.echo(f"Reading Room is at http://{shown}:{listening.getsockname()[1]} (Ctrl-C ends it)", err=True)
        if settings.web_workers == 1:
            with ExitStack() as stack:
                service = _make_service(settings, stack, corrector.decide)
                config = uvicorn.Config(service, **_options(settings))
                uvicorn.Server(config).run(sockets=[listening])
            return
        uvicorn.run(
            corrector.service,
            factory=True,
            fd=listening.fileno(),
            workers=settings.web_workers,
            **_options(settings),
        )


def open_service(decide: Callable[[Archive, Correction], None]) -> FastAPI:
    """Return the service of the archive that the settings name, open until the process ends."""
    share_memory()
    stack = ExitStack()
    atexit.register(stack.close)
    return _make_service(Settings.load(), stack, decide)


def _make_service(settings: Settings, stack: ExitStack, decide: Callable[[Archive, Correction], None]) -> FastAPI:
    sys.setswitchinterval(_TURN_S)
    set_up_logging(settings.log_level)
    archive = stack.enter_context(open_for_readers(settings))
    writing = stack.enter_context(open_archive(settings)) if settings.review_token else None
    service = create_app(archive, partial(decide, writing) if writing else None)
    gc.freeze()  # what is loaded by now stays: to look through it for garbage would hold up answers
    return service


def share_memory() -> None:
    """Let all threads take memory from the same places, before there are any."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # musl has none, and needs none
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "http": TimedProtocol,
        "ws": "none",
        "server_header": False,
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "timeout_keep_alive": _KEPT_S,
        "timeout_worker_healthcheck": _SILENT_S,
        "backlog": _BACKLOG,
        "log_level": settings.log_level.lower(),
    }
