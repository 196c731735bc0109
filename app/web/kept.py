"""Answers that are given again for as long as the record says the same.

Most readers of a day ask for the same few records. An answer is kept with the statements it was read by: while nothing
was written to the database since, or those statements still answer the same, and the index that a search asked looks as
it did, it would be made the same again. To ask again what a list asked costs nearly as much as to make it, so lists are
given again only while nothing was written.

When an ingest has visited the index, no kept search looks at its newest state. To make them all anew at once would keep
all readers waiting, so they are made anew one by one, when nothing else is being made, with rests where others come,
and until then given as if the visit were still to come: if they told the newest state within the last five minutes, and
the record still says what it says.
"""

import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database.rereading import Noted, Question, RecordWatch, Seen, noting_reads
from app.web.crowd import RECORDS, send_away

# What the record says, and the index, beside single records.
_LISTS = re.compile(r"/api/v1|(?:/api/v1)?/(?:(?:people|agencies|releases)(?:/[^/]+)?|missing|status)?")
_SEARCHES = re.compile(r"(?:/api/v1)?/(?:help/)?search")
_LONGEST = 4_000  # bytes of a query string
_MOST_LOOKS = 4  # at once, in threads of their own: what is kept waits for nothing that is made
_MOST_WAITING = 60  # to be looked at, or to be kept
_LONGEST_OLD_S = 300.0  # since it told the newest state of the index
# After one old search was made anew, if others came meanwhile: so many times as long as that took, until the next is.
_REST, _LONGEST_REST_S = 3.0, 10.0
_FAILED = 500  # and above: no answer could be made
_LARGEST = 1 << 20  # bytes of an answer that is kept
_MOST_ASKED = 200  # statements
_OVERHEAD, _OVERHEAD_ASKED, _OVERHEAD_PARAMETER = 2_000, 300, 40  # bytes of what is kept beside the body

_Pairs = Sequence[tuple[bytes, bytes]]
_Given = tuple[_Pairs, bytes]


class _Key(NamedTuple):
    """What an answer depends on beside the record: links in it name the host."""

    scheme: str
    host: bytes
    root: str
    path: str
    query: bytes
    server: str  # which links name where the request has no host


@dataclass(slots=True)
class _Answer:
    """An answer, and when the record was last seen to say the same."""

    headers: _Pairs
    deflated: bytes
    version: int
    seen: Sequence[Seen]
    questions: tuple[Question, ...]  # without any it is not asked again
    newest_at: float  # when it was last seen to tell the newest state of the index, on the monotonic clock

    @property
    def size(self) -> int:
        """About how many bytes are kept, the texts of questions left out: those of others are the same objects."""
        asked = sum(_OVERHEAD_ASKED + _OVERHEAD_PARAMETER * len(one.parameters) for one in self.questions)
        return len(self.deflated) + _OVERHEAD + asked

    def must_be_looked_at(self, version: int) -> bool:
        """Tell whether something may have changed what it says, if this is the version of the record now."""
        return bool(self.seen) or self.version != version

    def give(self) -> "_Given":
        """Return headers and body."""
        return self.headers, zlib.decompress(self.deflated)


class KeptAnswersMiddleware:
    """Gives kept answers to those who send no token."""

    def __init__(self, app: ASGIApp, *, watch: RecordWatch, limit_bytes: int) -> None:
        self._app = app
        self._watch = watch
        self._limit_bytes = limit_bytes
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._looking = CapacityLimiter(_MOST_LOOKS)
        self._keeping = CapacityLimiter(1)
        self._under_way = 0  # answers that are being made
        self._come = 0  # requests for what may be kept
        self._rests_until = 0.0  # from making old answers anew, on the monotonic clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the kept answer, or make one and keep it."""
        key = _find_key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        self._come += 1
        version = self._watch.version()
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
        given, is_old = None, False
        if kept is not None and version is not None:
            if not kept.must_be_looked_at(version):
                given = kept.give()
            elif self._looking.statistics().tasks_waiting < _MOST_WAITING:
                given, is_old = await run_sync(self._look, kept, version, limiter=self._looking)
            else:
                await send_away(scope, receive, send)
                return
        if given is None or (is_old and not self._under_way and monotonic() >= self._rests_until):
            await self._make(scope, receive, send, key, version, given)
        else:
            await _give(given, send)

    async def _make(
        self, scope: Scope, receive: Receive, send: Send, key: _Key, version: int | None, old: _Given | None
    ) -> None:
        """Make an answer and keep it; where that fails the old one is given."""
        made = _Copy(send, old)
        self._under_way += 1
        begun, come = monotonic(), self._come
        try:
            with noting_reads() as noted:
                await self._app(scope, receive, made.take)
        finally:
            self._under_way -= 1
            if old is not None and self._come > come:
                self._rest(monotonic() - begun)
        is_for_all = made.is_whole and noted.asked and not scope.get("state", {}).get("opened")
        if is_for_all and version is not None and self._keeping.statistics().tasks_waiting < _MOST_WAITING:
            await run_sync(self._keep, key, made, noted, version, limiter=self._keeping)

    def _rest(self, worked_s: float) -> None:
        """Make no old answer anew for a while, after one took so long."""
        self._rests_until = max(self._rests_until, monotonic() + min(_REST * worked_s, _LONGEST_REST_S))

    @staticmethod
    def _look(kept: _Answer, version: int) -> tuple[_Given | None, bool]:
        """Return headers and body of a kept answer, and whether it is old, by this version of the record, or None."""
        seen_now = [one.look_again() for one in kept.seen]
        is_old = seen_now != [one.was for one in kept.seen]
        now = monotonic()
        if not is_old:
            kept.newest_at = now
        if None in seen_now or now - kept.newest_at > _LONGEST_OLD_S:
            return None, False
        if kept.version != version:
            if not kept.questions or not all(one.is_answered_the_same() for one in kept.questions):
                return None, False
            kept.version = version  # it was asked after that: what was written meanwhile changes the next version
        return kept.give(), is_old

    def _keep(self, key: _Key, made: "_Copy", noted: Noted, version: int) -> None:
        """Keep an answer, if it is true now; `version` is the record's before it was made."""
        now = self._watch.version()
        questions: tuple[Question, ...] | None = ()
        if _LISTS.fullmatch(key.path) or len(noted.asked) > _MOST_ASKED:
            if now != version:
                return  # who knows which of both states the answer tells
        else:
            questions = noted.settle()
        if now is None or questions is None or any(one.was is None or one.look() != one.was for one in noted.seen):
            return
        answer = _Answer(made.headers, zlib.compress(bytes(made.body), 1), now, noted.seen, questions, monotonic())
        with self._lock:
            replaced = self._answers.pop(key, None)
            self._size += answer.size - (replaced.size if replaced else 0)
            self._answers[key] = answer
            while self._size > self._limit_bytes:
                self._size -= self._answers.popitem(last=False)[1].size


class _Copy:
    """Sends an answer on and copies it."""

    def __init__(self, send: Send, old: _Given | None) -> None:
        """With `old` that is given in place of an answer that says that none could be made."""
        self._send = send
        self._old = old
        self._is_failed = False
        self.headers: _Pairs = ()
        self.body = bytearray()
        self.is_whole = False
        self._is_wanted = False

    async def take(self, message: Message) -> None:
        """Send a part on and copy it."""
        if self._is_failed:
            return
        if message["type"] == "http.response.start":
            if self._old is not None and message["status"] >= _FAILED:
                self._is_failed = True
                await _give(self._old, self._send)
                return
            self.headers = tuple((bytes(name), bytes(value)) for name, value in message.get("headers", ()))
            self._is_wanted = message["status"] == 200 and all(name != b"cache-control" for name, _ in self.headers)
        elif self._is_wanted:
            self.body += message.get("body", b"")
            self._is_wanted = len(self.body) <= _LARGEST
            self.is_whole = self._is_wanted and not message.get("more_body")
        await self._send(message)


async def _give(given: _Given, send: Send) -> None:
    headers, body = given
    await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _find_key(scope: Scope) -> _Key | None:
    """Return under what the answer to a request is kept; None: it is not."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path, query = scope["path"], scope["query_string"]
    if len(query) > _LONGEST or not any(pattern.fullmatch(path) for pattern in (RECORDS, _LISTS, _SEARCHES)):
        return None
    names = [name for name, _ in scope["headers"]]
    if b"authorization" in names or b"cookie" in names:
        return None
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return _Key(scope["scheme"], host, scope.get("root_path", ""), path, query, str(scope.get("server")))
