"""Write where copies of one message differ: what one shows and another withholds is kept word by word."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.database import models as rows
from ingest.duplicates import find_differences, fold_text, likeness
from ingest.load.appearances import own_words
from ingest.load.chunks import in_chunks

_MOST_COPIES = 20  # of one message that are compared
_TOGETHER = 40  # messages whose copies are loaded at a time


class _Copy(NamedTuple):
    id: int
    text: str
    page: int  # on which `text` begins
    letters: str


def store_differences(session: Session, copies: Sequence[Sequence[int]], own: Collection[int]) -> None:
    """Compare the copies of each message, given by their ids, with the fullest one; equal ones leave no row.

    Only pairs of which one is `own` are written: what two public copies show does not depend on one that is not.
    """
    everyone = sorted(one for each in copies for one in each if one in own)
    for chunk in in_chunks(everyone):
        for side in (rows.CopyDifference.message_id, rows.CopyDifference.other_id):
            session.execute(delete(rows.CopyDifference).where(side.in_(chunk)))
    several = [each[:_MOST_COPIES] for each in copies if len(each) > 1]
    found: list[dict[str, Any]] = []
    for group in in_chunks(several, _TOGETHER):
        texts = _load_copies(session, [one for each in group for one in each])
        for each in group:
            pairs = _compare([texts[one] for one in each])
            found.extend(pair for pair in pairs if pair["message_id"] in own or pair["other_id"] in own)
    if found:
        session.execute(insert(rows.CopyDifference), found)


def _load_copies(session: Session, message_ids: Sequence[int]) -> dict[int, _Copy]:
    texts = select(rows.Message.id, rows.Message.text, rows.Message.text_parts, rows.Message.text_page)
    found = {}
    for row in session.execute(texts.where(rows.Message.id.in_(message_ids))):
        own = own_words(row.text, row.text_parts)
        found[row.id] = _Copy(row.id, own, row.text_page, fold_text(own))
    return found


def _compare(copies: Sequence[_Copy]) -> Iterator[dict[str, Any]]:
    fullest = max(copies, key=lambda one: (len(one.letters), -one.id))
    for one in copies:
        if one.letters == fullest.letters:
            continue
        found = find_differences(fullest.text, one.text, first_page=fullest.page, other_page=one.page)
        if found:
            yield {
                "message_id": fullest.id,
                "other_id": one.id,
                "likeness": round(likeness(fullest.letters, one.letters), 3),
                "differences": [[each.here, each.there, each.page_here, each.page_there] for each in found],
            }
