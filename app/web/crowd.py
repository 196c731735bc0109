"""How many answers are made at once: of more requests than can be answered in time, some are told so at once.

Without it each waits behind all others: beyond what the processors do, a queue only grows, until every client has
given up before its answer comes and all that is made is made for nobody.
"""

import re
from collections.abc import Callable

from anyio import Semaphore
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BusyError
from app.web.problems import answer_error

MOST_AT_ONCE = 60  # of a process: about a second of work, beside what else it does
# Records that are made at the same time. More threads than these finish no sooner: each waits for the others' Python,
# and so does what is given again. What is not a record has lanes of its own (app/search/lanes.py) or another process.
_RECORDS_AT_ONCE = 4
RECORDS = re.compile(r"(?:/api/v1)?/(?:messages/[^/]+|documents/[^/]+(?:/pages/\d+)?)")  # no picture, no file
_ALWAYS = ("/healthz", "/static/")  # cheap, and asked by who must know whether the service lives


class CrowdMiddleware:
    """Sends a request away where too many answers are being made; one that is being sent is made already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way = 0
        self._records = Semaphore(_RECORDS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or tell it to come again."""
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS):
            await self._app(scope, receive, send)
            return
        if self._under_way >= MOST_AT_ONCE:
            await send_away(scope, receive, send)
            return
        if not RECORDS.fullmatch(scope["path"]):
            await self._make(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._records.acquire()
        finally:
            self._under_way -= 1
        await self._make(scope, receive, send, self._records.release)

    async def _make(
        self, scope: Scope, receive: Receive, send: Send, release: Callable[[], object] = lambda: None
    ) -> None:
        """Pass the request on, and release its place once its answer begins or fails."""
        self._under_way += 1
        is_made = False

        def leave() -> None:
            nonlocal is_made
            if not is_made:
                is_made = True
                self._under_way -= 1
                release()

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
