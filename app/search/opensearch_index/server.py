"""Talk to an OpenSearch server: requests, bulk writes that try again, and errors that say what to do."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Untyped
from urllib.parse import urlsplit

from app.errors import BadRequestError, IndexUnreachableError

try:
    import opensearchpy
except ImportError:
    opensearchpy = None  # type: ignore[assignment]  # an extra

log = logging.getLogger(__name__)
logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # the client's own words on what we raise

_TIMEOUT_S = 30
_BULK_TIMEOUT_S = 120
_SHARD_TIMEOUT = "5s"  # an entry waits so long for a shard that is not there; then we wait and try again
_BULK_BYTES = 8_000_000
_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0)  # about half a minute
_BUSY = frozenset({429, 502, 503, 504})
_CONNECTIONS = 32  # as many threads search at a time; the service has 40 at most


class ServerError(IndexUnreachableError):
    """The server answered that it cannot: `status_code` is HTTP's, `reason` its own words."""

    def __init__(self, status_code: int, reason: str) -> None:
        super().__init__(f"OpenSearch says: {reason} (HTTP {status_code}).")
        self.status_code = status_code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Write:
    """A document to be put under a key in place of what is there, or removed."""

    key: str
    fields: Mapping[str, Untyped] | None  # None: remove


class Server:
    """An OpenSearch server; safe to use from several threads.

    Raises:
        BadRequestError: the address makes no sense, or the extra `opensearch` is not installed.
    """

    def __init__(self, address: str, pause: Callable[[float], None] = time.sleep) -> None:
        if opensearchpy is None:
            raise BadRequestError("Searching with OpenSearch needs its client: pip install 'reading-room[opensearch]'.")
        addresses = address.replace(",", " ").split()
        self._shown = ", ".join(map(_without_password, addresses))
        self._pause = pause
        # Trying again is ours: the client would at once, and where it does no good.
        options: dict[str, Untyped] = {"timeout": _TIMEOUT_S, "pool_maxsize": _CONNECTIONS, "http_compress": True}
        options |= {"max_retries": len(addresses) - 1, "retry_on_status": ()}
        try:
            self._client = opensearchpy.OpenSearch(addresses, **options)
        except (ValueError, opensearchpy.exceptions.OpenSearchException) as error:
            raise BadRequestError("READINGROOM_OPENSEARCH is no address such as https://host:9200.") from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def ask(self, method: str, path: str, body: Mapping[str, Untyped] | None = None, **parameters: str) -> Untyped:
        """Send a request and return the answer's JSON.

        Raises:
            IndexUnreachableError: no server answers.
            ServerError: it answers that it cannot.
        """
        return self._send(method, path, body, parameters)

    def write(self, alias: str, writes: Sequence[Write]) -> None:
        """Carry out all writes, each key at most once; those the server had no room for are tried again.

        The name must be an alias: the server makes an index of any other name that it does not know.

        Raises:
            IndexUnreachableError: no server answers, for half a minute.
            ServerError: it does not take a document, or is too busy for half a minute; some may be written.
        """
        for lines in _chunks(writes):
            self._write_chunk(alias, lines)

    def refresh(self, name: str) -> None:
        """Let everything that was written to an index be found.

        Raises:
            IndexUnreachableError: no server answers, or a part of the index does not for half a minute.
        """
        for pause_s in _PAUSES_S:
            parts = self.ask("POST", f"/{name}/_refresh")["_shards"]
            if not parts["failed"]:
                return
            log.warning("refreshed again failed=%d pause_s=%.1f", parts["failed"], pause_s)
            self._pause(pause_s)
        raise ServerError(503, f"{parts['failed']} parts of the index cannot be refreshed")

    def _write_chunk(self, alias: str, lines: dict[str, str]) -> None:
        for pause_s in (*_PAUSES_S, None):
            try:
                left, reason = self._try_chunk(alias, lines)
            except (IndexUnreachableError, ServerError) as error:
                if pause_s is None or (isinstance(error, ServerError) and error.status_code not in _BUSY):
                    raise
                left, reason = lines, str(error)
            if not left:
                return
            if pause_s is None:
                raise ServerError(503, f"{len(left)} entries could not be written: {reason}")
            log.warning("written again entries=%d pause_s=%.1f reason=%s", len(left), pause_s, reason)
            self._pause(pause_s)
            lines = left

    def _try_chunk(self, alias: str, lines: dict[str, str]) -> tuple[dict[str, str], str]:
        """Return the writes that the server had no room for, and why; a write that came through may be repeated."""
        parameters = {"require_alias": "true", "timeout": _SHARD_TIMEOUT, "request_timeout": _BULK_TIMEOUT_S}
        answer = self._send("POST", f"/{alias}/_bulk", "".join(lines.values()), parameters)
        if not answer["errors"]:
            return {}, ""
        left, reason = {}, ""
        for told in answer["items"]:
            ((verb, each),) = told.items()
            if each["status"] in _BUSY:
                left[each["_id"]] = lines[each["_id"]]
                reason = _reason(each)
            elif "error" in each:
                raise ServerError(each["status"], f"{verb} of entry {each['_id']}: {_reason(each)}")
        return left, reason

    def _send(self, method: str, path: str, body: Untyped, parameters: Mapping[str, Untyped]) -> Untyped:
        errors = opensearchpy.exceptions
        kind = "application/x-ndjson" if isinstance(body, str) else "application/json"
        try:
            return self._client.transport.perform_request(
                method, path, params=dict(parameters), body=body, headers={"content-type": kind}
            )
        except errors.ConnectionError as error:
            raise IndexUnreachableError(
                f"The search server at {self._shown} does not answer ({type(error.info).__name__}); "
                "start it, or see that READINGROOM_OPENSEARCH names it."
            ) from error
        except (errors.AuthenticationException, errors.AuthorizationException) as error:
            raise IndexUnreachableError(
                f"The search server at {self._shown} refuses ({_reason(error.info)}); see that the user and password "
                "in READINGROOM_OPENSEARCH are right, and that the user may make and write indexes."
            ) from error
        except errors.TransportError as error:
            raise ServerError(int(error.status_code), _reason(error.info)) from error
        except errors.OpenSearchException as error:
            raise ServerError(500, str(error)) from error


def _chunks(writes: Sequence[Write]) -> Iterator[dict[str, str]]:
    """Yield the lines of the writes by their keys, a few megabytes at a time."""
    lines: dict[str, str] = {}
    size = 0
    for write in writes:
        verb = "delete" if write.fields is None else "index"
        line = json.dumps({verb: {"_id": write.key}}) + "\n"
        if write.fields is not None:
            line += json.dumps(write.fields, ensure_ascii=False, separators=(",", ":")) + "\n"
        if lines and size + len(line) > _BULK_BYTES:
            yield lines
            lines, size = {}, 0
        lines[write.key] = line
        size += len(line)
    if lines:
        yield lines


def _reason(told: Untyped) -> str:
    """Return the innermost reason of an error in the server's JSON."""
    error = told.get("error", told) if isinstance(told, Mapping) else told
    if not isinstance(error, Mapping):
        return str(error)
    for inner in (*error.get("root_cause", ()), error.get("caused_by")):
        if inner:
            return _reason(inner)
    return f"{error.get('type')}: {error.get('reason')}"


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
