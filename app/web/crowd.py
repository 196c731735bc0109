"""How many answers are made at once: of more requests than can be answered in time, some are told so at once.

Without it each waits behind all others: beyond what the processors do, a queue only grows, until every client has
given up before its answer comes and all that is made is made for nobody.
"""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BusyError
from app.web.problems import answer_error

MOST_AT_ONCE = 60  # of a process: about a second of work, beside what else it does
_ALWAYS = ("/healthz", "/static/")  # cheap, and asked by who must know whether the service lives


class CrowdMiddleware:
    """Sends a request away where too many answers are being made; one that is being sent is made already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or tell it to come again."""
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS):
            await self._app(scope, receive, send)
            return
        if self._under_way >= MOST_AT_ONCE:
            busy = BusyError("More is asked for than this service can answer at once; try again in a moment.")
            await answer_error(Request(scope), busy)(scope, receive, send)
            return
        self._under_way += 1
        is_made = False

        async def leave(message: Message) -> None:
            nonlocal is_made
            if not is_made:
                is_made = True
                self._under_way -= 1
            await send(message)

        try:
            await self._app(scope, receive, leave)
        finally:
            if not is_made:
                self._under_way -= 1
