"""What every answer has: the headers that keep released text harmless, and HEAD."""

import contextlib

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
IS_GONE = "is_gone"  # in a request's state: a function that tells whether its client has gone away
_REVIEW = "/review"
SAFE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class _EnoughError(Exception):
    """Nobody wants the rest of the answer."""


class AnswerMiddleware:
    """Adds security headers that a handler did not set, and answers HEAD as GET without a body.

    A file of gigabytes is read no further for who has gone away or asked for its headers alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_gone = scope.get("state", {}).get(IS_GONE, _never)
        is_head, is_review = scope["method"] == "HEAD", scope["path"].startswith(_REVIEW)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                if is_review:
                    headers["Cache-Control"] = "no-store"
            elif is_head and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b""}
                await send(message)
                raise _EnoughError
            elif message.get("more_body") and is_gone():
                raise _EnoughError
            await send(message)

        with contextlib.suppress(_EnoughError):
            await self._app({**scope, "method": "GET"} if is_head else scope, receive, answer)


def _never() -> bool:
    return False
