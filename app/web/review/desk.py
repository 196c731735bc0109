"""Who may write: a token opens a signed session, every form carries a mark of it, and guesses are slowed down.

Without READINGROOM_REVIEW_TOKEN there is no desk, and nothing of the service writes. Where the service
listens does not matter to that rule: a proxy on the same machine makes every visitor look local.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.database.models import Correction
from app.errors import ArchiveError

SESSION_S = 12 * 3600  # a day's work; then one signs in again
_WINDOW_S = 60.0
_WRONG_OF_ONE, _WRONG_OF_ALL = 5, 50  # wrong tokens a minute, of one address and of all

Decide = Callable[[Correction], None]  # by an archive of its own, which can be written
Clock = Callable[[], float]


class WrongTokenError(ArchiveError):
    """What was given is not the token."""

    code = "wrong_token"
    status = 403


class TooManyTriesError(ArchiveError):
    """So many wrong tokens came that none is looked at for a while."""

    code = "too_many_tries"
    status = 429


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person who is signed in."""

    name: str  # kept with each correction
    mark: str  # what every form of the session carries, against forms of other sites


class ReviewDesk:
    """Signs reviewers in and lets their decisions take effect."""

    def __init__(self, token: str, decide: Decide, clock: Clock = time.time) -> None:
        self.decide = decide
        self._token = token.encode()
        # The token itself signs nothing: who sees a cookie must not be able to try tokens on it quickly.
        self._key = hashlib.scrypt(self._token, salt=b"reading room review", n=2**14, r=8, p=1)
        self._clock = clock
        self._wrong = _WrongTokens(clock)

    def sign_in(self, token: str, name: str, address: str) -> str:
        """Return the session of a new reviewer, as a cookie keeps it; `address` is where the request comes from.

        Raises:
            WrongTokenError: it is not the token.
            TooManyTriesError: too many wrong ones came before.
        """
        self._wrong.check(address)
        if not hmac.compare_digest(token.encode(), self._token):
            self._wrong.note(address)
            raise WrongTokenError("This is not the token of READINGROOM_REVIEW_TOKEN.")
        session = {"name": name, "until": int(self._clock()) + SESSION_S, "nonce": secrets.token_hex(8)}
        payload = base64.urlsafe_b64encode(json.dumps(session).encode()).decode().rstrip("=")
        return f"{payload}.{self._sign('session', payload)}"

    def reviewer(self, cookie: str) -> Reviewer | None:
        """Return who a session belongs to; None if it is not ours or over."""
        payload, _, signature = cookie.rpartition(".")
        if not payload or not hmac.compare_digest(signature.encode(), self._sign("session", payload).encode()):
            return None
        session = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if session["until"] < self._clock():
            return None
        return Reviewer(session["name"], self._sign("form", payload))

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose} {text}".encode(), hashlib.sha256).hexdigest()


class _WrongTokens:
    """The wrong tokens of the last minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def check(self, address: str) -> None:
        with self._lock:
            while self._tries and self._tries[0][0] < self._clock() - _WINDOW_S:
                self._tries.popleft()
            of_one = sum(each == address for _, each in self._tries)
            if of_one >= _WRONG_OF_ONE or len(self._tries) >= _WRONG_OF_ALL:
                raise TooManyTriesError("Too many wrong tokens; wait a minute and try again.")

    def note(self, address: str) -> None:
        with self._lock:
            self._tries.append((self._clock(), address))
