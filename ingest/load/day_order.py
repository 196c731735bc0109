"""Read the numeric dates of a release in one order: "03/04/2012" tells nothing by itself, "13/04/2012" does."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from app.database import models as rows
from app.database.worlds import unlink
from ingest.dates import count_day_orders, parse_date
from ingest.load.chunks import in_chunks

_NUMERIC = tuple(f"%_{sign}_%{sign}__%" for sign in "/-.")  # LIKE: wider than what is read as a numeric date
_CLOSED = 1 << 30  # added to the id of a release that is not public
_TURN = case((rows.Release.visibility == rows.Visibility.PUBLIC, rows.Release.id), else_=rows.Release.id + _CLOSED)


class _Date(NamedTuple):
    """A date as it is kept, and where."""

    message_id: int
    text: str  # as printed
    wall: datetime


def settle_day_order(session: Session, release_ids: Collection[int]) -> int:
    """Read the dates of files that do not show the order themselves in the one that their release prints.

    Return how many messages have another date now: they wait for the index, and to be tied to the
    others anew. One that a person has checked keeps its date.
    """
    changed: list[int] = []
    for release_id in release_ids:
        documents = _load_dates(session, release_id)
        orders = [count_day_orders(date.text for date in dates) for dates in documents]
        day_first = sum(first - second for first, second in orders) > 0
        for dates, (first, second) in zip(documents, orders, strict=True):
            for date in dates if first == second else ():
                wall = parse_date(date.text, day_first=day_first).wall
                if wall and wall != date.wall and (wall.day, wall.month) == (date.wall.month, date.wall.day):
                    queued = {rows.Message.sent_at: wall, rows.Message.indexed_at: None}
                    session.execute(update(rows.Message).where(rows.Message.id == date.message_id).values(queued))
                    changed.append(date.message_id)
    for ids in in_chunks(changed):
        unlink(session, rows.Message.id.in_(ids))
    return len(changed)


def _load_dates(session: Session, release_id: int) -> Collection[list[_Date]]:
    """Return what may be numeric dates, and no person has checked, by document."""
    message = rows.Message
    found = session.execute(
        select(message.document_id, message.id, message.date_text, message.sent_at)
        # A file of several releases follows that which had it first, a public one if there is one.
        .where(
            message.document_id.in_(
                select(rows.ReleasedFile.document_id)
                .join(rows.Release, rows.Release.id == rows.ReleasedFile.release_id)
                .group_by(rows.ReleasedFile.document_id)
                .having(func.min(_TURN).in_([release_id, release_id + _CLOSED]))
            )
        )
        .where(or_(*(message.date_text.like(pattern) for pattern in _NUMERIC)))
        .where(message.checked_by.is_(None))
        .order_by(message.id)
    )
    documents: dict[int, list[_Date]] = defaultdict(list)
    for document_id, message_id, text, wall in found:
        if text and wall:
            documents[document_id].append(_Date(message_id, text, wall))
    return documents.values()
