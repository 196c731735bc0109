"""How many answers are made at once: of more requests than can be answered in time, some are told so at once.

Without it each waits behind all others: beyond what the processors do, a queue only grows, until every client has
given up before its answer comes and all that is made is made for nobody.
"""

import re

from anyio import Semaphore
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BusyError
from app.web.problems import answer_error

MOST_AT_ONCE = 60  # of a queue of a process: about a second of work, beside what else it does
# Records that are made at the same time. More threads than these finish no sooner: each waits for the others' Python,
# and so does what is given again. What is neither a record nor a file has lanes of its own (app/search/lanes.py) or
# another process.
_RECORDS_AT_ONCE = 4
_FILES_AT_ONCE = 1  # that are looked up and opened: a hundred who ask for one would keep readers of records waiting
RECORDS = re.compile(r"(?:/api/v1)?/(?:messages/[^/]+|documents/[^/]+(?:/pages/\d+)?)")  # no picture, no file
_FILES = re.compile(r"/documents/[^/]+/original")
_ALWAYS = ("/healthz", "/static/")  # cheap, and asked by who must know whether the service lives


class _Queue:
    """Answers that wait for a place, or are being made."""

    def __init__(self, at_once: int) -> None:
        self.places = Semaphore(at_once, fast_acquire=True)
        self.under_way = 0


class CrowdMiddleware:
    """Sends a request away where too many of its kind are under way; an answer that is being sent is made already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._queues = {RECORDS: _Queue(_RECORDS_AT_ONCE), _FILES: _Queue(_FILES_AT_ONCE)}
        self._others = _Queue(MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when there is a place, or tell it to come again."""
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS):
            await self._app(scope, receive, send)
            return
        queue = next((queue for paths, queue in self._queues.items() if paths.fullmatch(scope["path"])), self._others)
        if queue.under_way >= MOST_AT_ONCE:
            await send_away(scope, receive, send)
            return
        queue.under_way += 1
        try:
            await queue.places.acquire()
        except BaseException:
            queue.under_way -= 1
            raise
        await self._make(scope, receive, send, queue)

    async def _make(self, scope: Scope, receive: Receive, send: Send, queue: _Queue) -> None:
        """Pass the request on, and give its place back once its answer begins or fails."""
        is_made = False

        def leave() -> None:
            nonlocal is_made
            if not is_made:
                is_made = True
                queue.under_way -= 1
                queue.places.release()

        async def leave_and_send(message: Message) -> None:
            leave()
            await send(message)

        try:
            await self._app(scope, receive, leave_and_send)
        finally:
            leave()


async def send_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that there is too much to do, and when to come again."""
    busy = BusyError("More is asked for than this service can answer at once; try again in a moment.")
    await answer_error(Request(scope), busy)(scope, receive, send)
