"""What a request must be before anything looks at it: for a host that is ours, and without a body."""

import ipaddress
import re
from collections.abc import Collection
from functools import partial

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.problems import answer_problem

LARGEST_FORM = 64 << 10  # bytes

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")
_LARGEST_PORT = 65_535
_OWN_NAMES = frozenset({"localhost"})
_CLOSE = (b"connection", b"close")
_BODILESS = ("GET", "HEAD")
_FORMS = "/review/"


class DoorMiddleware:
    """Refuses requests that name another host, or bring a body where none is read.

    A page that another site made a browser ask for under that site's own name would else be read by
    the site (DNS rebinding), and links with the full address would name it.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], takes_forms: bool) -> None:
        self._app = app
        self._hosts = _OWN_NAMES | {name.lower() for name in hosts}
        self._takes_forms = takes_forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._find_fault(scope)
        # What is left of a body that nobody reads must not be taken for the next request.
        closing = partial(_send_last, send) if _has_body(scope) else send
        if refused is None:
            await self._app(scope, receive, closing)
            return
        if refused[0] in (400, 421):  # the answer's own links must not name that host either
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"]
        await answer_problem(Request(scope), *refused)(scope, receive, closing)

    def _find_fault(self, scope: Scope) -> tuple[int, str, str] | None:
        """Return status, code and text of what is wrong with a request; None: nothing."""
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(named) > 1 or (named and not _is_host(named[0])):
            return 400, "bad_host", "The Host header is not the name of one host."
        if named and not self._is_ours(named[0], scope):
            return 421, "unknown_host", (
                f"This archive is not known as {named[0]}. Its keeper sets READINGROOM_HOSTS to the names it has."
            )  # fmt: skip
        if not _has_body(scope):
            return None
        if scope["method"] in _BODILESS:
            return 413, "body_refused", f"{scope['method']} takes no body: send the request without one."
        if self._takes_forms and scope["path"].startswith(_FORMS) and _length(scope) > LARGEST_FORM:
            return 413, "form_too_long", f"The form is longer than {LARGEST_FORM} bytes."
        return None

    def _is_ours(self, host: str, scope: Scope) -> bool:
        match = _HOST.fullmatch(host)
        name = match["name"].strip("[]").rstrip(".").lower() if match else ""
        if name in self._hosts:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        own, _ = scope.get("server") or ("", 0)  # where the connection arrived
        return address.is_loopback or name == own


def _is_host(named: str) -> bool:
    match = _HOST.fullmatch(named)
    return match is not None and int(match["port"] or 0) <= _LARGEST_PORT


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _length(scope: Scope) -> int:
    """Return the length that a request says its body has; 0 if it does not say."""
    return max((int(value) for name, value in scope["headers"] if name == b"content-length"), default=0)


async def _send_last(send: Send, message: Message) -> None:
    """Send an answer that is the connection's last."""
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
    await send(message)
