"""What loading a resource may raise beside the archive's own errors."""

from typing import Never

from sqlalchemy.orm import Session

from app.database.messages import MessageRepository
from app.database.tombstones import TombstoneRepository
from app.errors import NotFoundError


class MovedError(NotFoundError):
    """The address moved for good; `new_path` is where it is now, "/messages/KEY"."""

    code = "moved"
    status = 308

    def __init__(self, old_key: str, new_path: str) -> None:
        super().__init__(f"{old_key} is now at {new_path}.")
        self.old_key = old_key
        self.new_path = new_path


class WithdrawnError(NotFoundError):
    """The record was taken back; its address says so, and why."""

    code = "withdrawn"
    status = 410


class SamePersonError(MovedError):
    """The person is held to be another, who stands for both; that may be undone, so no reader may remember it."""

    status = 307


def raise_missing(session: Session, noun: str, key: str) -> Never:
    """Say that there is nothing at this key.

    Raises:
        MovedError: what had it is now elsewhere.
        WithdrawnError: it was withdrawn.
        NotFoundError: nothing ever had it.
    """
    raise_withdrawn(session, noun, key)
    new_path = MessageRepository(session).new_path(key)
    if new_path is not None:
        raise MovedError(key, new_path)
    raise NotFoundError(f"There is no {noun} {key!r} in this archive; search for words that you expect in it.")


def raise_withdrawn(session: Session, noun: str, key: str) -> None:
    """Say that what stood at this key ("KEY", "KEY/7" for a page or "KEY/original") was withdrawn, if it was.

    Raises:
        WithdrawnError: it was.
    """
    grave = TombstoneRepository(session).get(key)
    if grave is not None:
        day = f"{grave.withdrawn_at:%Y-%m-%d}"
        raise WithdrawnError(f"This {noun} was withdrawn on {day}. The reason given is: {grave.reason}")
