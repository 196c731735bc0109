"""Serve an archive: in this process, or in several that share the port."""

import atexit
import gc
import socket
import sys
from contextlib import ExitStack

import click
import uvicorn
from fastapi import FastAPI

from app.archive import Archive, open_archive
from app.cli.errors import report_errors
from app.config import Settings
from app.corrector import Corrector
from app.logs import set_up_logging
from app.web.main import create_app
from app.web.review import Decide

_TURN_S = 0.0005


@click.command()
@click.option("--host", help="Address to listen on (default READINGROOM_HOST or 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default READINGROOM_PORT or 8000).")
@click.pass_obj
@report_errors
def serve(corrector: Corrector, host: str | None, port: int | None) -> None:
    """Serve the archive's pages and its API, and /review where READINGROOM_REVIEW_TOKEN is set."""
    with ExitStack() as stack:
        archive = _open(stack)
        settings = archive.settings
        archive.search.sync()
        address, number = host or settings.host, settings.port if port is None else port
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, number), family=family) as listening:
            # What accepts knows from this to send at once: without it each answer waits 40 ms for an acknowledgement.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            shown = f"[{address}]" if ":" in address else address
            click.echo(f"Reading Room is at http://{shown}:{listening.getsockname()[1]} (Ctrl-C ends it)", err=True)
            level = settings.log_level.lower()
            if settings.web_workers == 1:
                service = create_app(archive, corrector.decide)
                uvicorn.Server(uvicorn.Config(service, log_level=level)).run(sockets=[listening])
                return
            stack.close()  # each process opens the archive for itself
            uvicorn.run(
                corrector.service,
                factory=True,
                fd=listening.fileno(),
                workers=settings.web_workers,
                log_level=level,
            )


def open_service(decide: Decide) -> FastAPI:
    """Return the service of the archive that the settings name, open until the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return create_app(_open(stack), decide)


def _be_fair() -> None:
    """Let threads take turns more often: a quick search gives Python's lock away a dozen times and must get it back."""
    sys.setswitchinterval(_TURN_S)


def _open(stack: ExitStack) -> Archive:
    _be_fair()
    settings = Settings.load()
    set_up_logging(settings.log_level)
    archive = stack.enter_context(open_archive(settings))
    gc.freeze()  # what is loaded by now stays: to look through it for garbage would hold up answers
    return archive
