"""Keep the words that open releases which are not public, as hashes."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.models import ReadToken, Release
from app.errors import BadRequestError, NotFoundError

_BYTES = 32  # of chance in a token: one that is guessed at a million times a second lasts for ever


class TokenRepository:
    """The tokens by which readers read what is not public."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, name: str, release_ids: Collection[int] | None, *, now: datetime) -> str:
        """Make a token for these releases, or with None for all, and return it: it is kept nowhere.

        Raises:
            BadRequestError: there is a token of this name.
        """
        if self._session.scalar(select(ReadToken.id).where(ReadToken.name == name)) is not None:
            raise BadRequestError(f"There is a token {name!r} already; a name is never given twice.")
        token = secrets.token_urlsafe(_BYTES)
        ids = None if release_ids is None else sorted(release_ids)
        self._session.add(ReadToken(name=name, sha256=hash_token(token), release_ids=ids, created_at=now))
        return token

    def every(self) -> Sequence[ReadToken]:
        """Return all tokens, revoked ones too, by name."""
        return self._session.scalars(select(ReadToken).order_by(ReadToken.name)).all()

    def find(self, token: str) -> ReadToken | None:
        """Return the token that this word is, unless it was revoked; how long it takes says nothing of the others."""
        hashed, found = hash_token(token), None
        for row in self._session.scalars(select(ReadToken).where(ReadToken.revoked_at.is_(None))):
            if hmac.compare_digest(row.sha256, hashed):
                found = row
        return found

    def revoke(self, name: str, *, now: datetime) -> None:
        """Let a token open nothing from now on.

        Raises:
            NotFoundError: there is none of this name.
        """
        row = self._session.scalar(select(ReadToken).where(ReadToken.name == name))
        if row is None:
            raise NotFoundError(f"There is no token {name!r}; `readingroom token list` names them.")
        row.revoked_at = row.revoked_at or now

    def names_of(self, token: ReadToken) -> list[str]:
        """Return the slugs of the releases that a token is for; [] if for all."""
        ids = token.release_ids or []
        return list(self._session.scalars(select(Release.slug).where(Release.id.in_(ids)).order_by(Release.slug)))


def hash_token(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
