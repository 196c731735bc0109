"""Write in turns: each piece of work has a transaction of its own."""

import itertools
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.connection import take_turn

log = logging.getLogger(__name__)

_TRIES = 6  # another process may add the same person or document at the same moment
_PAUSE_S = 0.05
_Written = TypeVar("_Written")


def write(archive: Archive, work: Callable[[Session], _Written], *, durable: bool = True) -> _Written:
    """Do work in a transaction of its own; again where another process wrote the same meanwhile."""
    for attempt in itertools.count(1):
        try:
            with archive.sessions.begin() as session:
                take_turn(session, durable=durable)
                return work(session)
        except (IntegrityError, OperationalError) as error:
            if attempt == _TRIES:
                raise
            log.info("written twice at the same time attempt=%d error=%s", attempt, error)
            time.sleep(_PAUSE_S * attempt)
    raise AssertionError("the loop ends by return or raise")
