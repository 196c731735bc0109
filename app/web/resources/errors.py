"""What loading a resource may raise beside the archive's own errors."""

from typing import Never

from sqlalchemy.orm import Session

from app.database.messages import MessageRepository
from app.errors import NotFoundError


class MovedError(NotFoundError):
    """The address moved for good; `new_path` is where it is now, "/messages/KEY"."""

    code = "moved"
    status = 308

    def __init__(self, old_key: str, new_path: str) -> None:
        super().__init__(f"{old_key} is now at {new_path}.")
        self.old_key = old_key
        self.new_path = new_path


class SamePersonError(MovedError):
    """The person is held to be another, who stands for both; that may be undone, so no reader may remember it."""

    status = 307


def raise_missing(session: Session, noun: str, key: str) -> Never:
    """Say that there is nothing at this key.

    Raises:
        MovedError: what had it is now elsewhere.
        NotFoundError: nothing ever had it.
    """
    new_path = MessageRepository(session).new_path(key)
    if new_path is not None:
        raise MovedError(key, new_path)
    raise NotFoundError(f"There is no {noun} {key!r} in this archive; search for words that you expect in it.")
