"""Who asks: a token opens releases that are not public, and without one all looks as if they did not exist.

A token is sent as `Authorization: Bearer TOKEN`, or as the password of HTTP Basic, for which browsers ask at /unlock.
"""

import base64
import binascii
import hmac

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.archive import Archive
from app.database.readers import ANYONE, KEEPER, Reader
from app.database.tokens import TokenRepository, hash_token
from app.errors import ArchiveError

router = APIRouter(include_in_schema=False)

_CHALLENGE = 'Basic realm="Reading Room: any name, and the token as password", charset="UTF-8"'


class UnknownTokenError(ArchiveError):
    """A token that opens nothing."""

    code = "unknown_token"
    status = 401


class AccessMiddleware:
    """Keeps answers that depend on who asks out of caches that others share."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Authorization")
                if state.get("opened"):
                    headers["Cache-Control"] = "private, no-store"
            await send(message)

        await self._app(scope, receive, answer)


def whole_archive(request: Request) -> Archive:
    """Return the archive with all that is not withdrawn: for those who may see it whole."""
    archive: Archive = request.app.state.archive
    return archive.seen_by(KEEPER)


def readers_archive(request: Request) -> Archive:
    """Return the archive as who asks may see it.

    Raises:
        UnknownTokenError: the request has a token that opens nothing.
    """
    archive: Archive = request.app.state.archive
    return archive.seen_by(_find_reader(request))


def addressed_archive(request: Request) -> Archive:
    """Return the archive as who asks for one record, by its key or slug, may see it: an unlisted one is there.

    Raises:
        UnknownTokenError: the request has a token that opens nothing.
    """
    archive: Archive = request.app.state.archive
    reader = _find_reader(request)
    if reader.release_ids is None:
        return archive.seen_by(reader)
    address = str(request.path_params.get("key") or request.path_params.get("slug") or "")
    unlisted = archive.readers.unlisted(address)
    if unlisted:
        request.state.opened = True
    return archive.seen_by(reader.and_also(unlisted))


@router.get("/unlock")
def unlock(request: Request) -> Response:
    """Let a browser ask for a token; it sends it with every request from then on."""
    if request.headers.get("authorization") and _find_reader(request) != ANYONE:
        return RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    raise UnknownTokenError("Give a token as the password, and any name; the archive's keeper makes them.")


def challenge_of(error: ArchiveError, request: Request) -> dict[str, str]:
    """Return the headers by which an answer says how to send a token; a browser is asked at /unlock alone."""
    if not isinstance(error, UnknownTokenError):
        return {}
    return {"WWW-Authenticate": _CHALLENGE if request.url.path == "/unlock" else "Bearer", "Cache-Control": "no-store"}


def _find_reader(request: Request) -> Reader:
    """Return who asks.

    A password that is no token is not ours: it may be meant for a proxy before us, and opens nothing.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    token = credentials.strip() if scheme.lower() == "bearer" else None
    if scheme.lower() == "basic":
        token = _read_password(credentials)
    if not token:
        return ANYONE
    reader = _open(request.app.state.archive, token)
    if reader is not None:
        request.state.opened = True
        return reader
    if scheme.lower() == "bearer":
        raise UnknownTokenError("This token is unknown or was revoked; leave it out to read what is public.")
    return ANYONE


def _open(archive: Archive, token: str) -> Reader | None:
    one_for_all = archive.settings.read_token
    given = hash_token(one_for_all.get_secret_value()) if one_for_all else ""
    if hmac.compare_digest(hash_token(token), given):
        return KEEPER
    with archive.sessions() as session:
        found = TokenRepository(session).find(token)
    if found is None:
        return None
    return KEEPER if found.release_ids is None else Reader(frozenset(map(int, found.release_ids)))


def _read_password(credentials: str) -> str | None:
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[2]
