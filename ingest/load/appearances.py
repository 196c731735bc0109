"""Load messages as appearances: what tells whether two of them are one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.database import models as rows
from ingest.duplicates import fold_text
from ingest.load.chunks import in_chunks
from ingest.records import Appearance
from ingest.threads import base_subject

_TIMED = (rows.DatePrecision.MINUTE, rows.DatePrecision.SECOND)
_DATED = (*_TIMED, rows.DatePrecision.DAY)
_NAME_WORD = re.compile(r"[^\W\d_]{3,}")
_NAME_WORDS, _SIGNED_WORDS = 2, 6  # of the name that must stand in a line of so few words
_RECEIVING = (rows.Role.TO, rows.Role.CC, rows.Role.BCC)


def load_appearances(session: Session, message_ids: Sequence[int]) -> list[Appearance]:
    """Return these messages as appearances, in the order of their ids."""
    found: list[Appearance] = []
    tops = _load_tops(session, message_ids)
    for chunk in in_chunks(sorted(message_ids)):
        people = _load_people(session, chunk)
        columns = select(
            rows.Message.id, rows.Message.parent_id, rows.Message.subject, rows.Message.sent_at,
            rows.Message.date_precision, rows.Message.text, rows.Message.text_parts,
            rows.Message.internet_message_id, rows.Message.in_reply_to, rows.Message.references_text,
        ).where(rows.Message.id.in_(chunk)).order_by(rows.Message.id)  # fmt: skip
        for row in session.execute(columns):
            found.append(_appearance(row, tops[row.id], people[row.id]))
    return found


def own_words(text: str, parts: Sequence[Sequence[Any]]) -> str:
    """Return a message's text without its signature, disclaimers and banners."""
    kept, start = [], 0
    for _, part_start, part_end in parts:
        kept.append(text[start:part_start])
        start = part_end
    return "".join([*kept, text[start:]])


def _load_people(session: Session, message_ids: Sequence[int]) -> dict[int, list[tuple[rows.Role, int, str]]]:
    """Return the people known in each header: role, id of who stands for them, name as printed."""
    people: dict[int, list[tuple[rows.Role, int, str]]] = defaultdict(list)
    known = (
        select(
            rows.Participant.message_id,
            rows.Participant.role,
            func.coalesce(rows.Person.same_as_id, rows.Person.id),
            func.coalesce(rows.Participant.name, rows.Participant.address, rows.Participant.printed),
        )
        .join(rows.Person, rows.Person.id == rows.Participant.person_id)
        .where(rows.Participant.message_id.in_(message_ids))
        .order_by(rows.Participant.id)
    )
    for message_id, role, person_id, name in session.execute(known):
        people[message_id].append((role, person_id, name))
    return people


def _load_tops(session: Session, message_ids: Sequence[int]) -> dict[int, int]:
    """Return the printed message at the top of the chain in which each message stands."""
    above: dict[int, int | None] = {}
    wanted: set[int] = set(message_ids)
    while wanted:
        for chunk in in_chunks(sorted(wanted)):
            quoting = select(rows.Message.id, rows.Message.parent_id).where(rows.Message.id.in_(chunk))
            above.update({row[0]: row[1] for row in session.execute(quoting)})
        wanted = {each for each in above.values() if each is not None} - above.keys()
    tops: dict[int, int] = {}
    for one in sorted(above):  # what quotes a message is written before it
        higher = above[one]
        tops[one] = one if higher is None else tops[higher]
    return tops


def _appearance(row: Row[Any], top: int, people: Sequence[tuple[rows.Role, int, str]]) -> Appearance:
    sender, name = next(((one, name) for role, one, name in people if role is rows.Role.SENDER), (None, ""))
    subject, is_reply = base_subject(row.subject)
    is_dated = row.sent_at is not None and row.date_precision in _DATED
    return Appearance(
        id=row.id,
        chain=top,
        above=row.parent_id,
        sender=sender,
        sender_name=name,
        recipients=frozenset(one for role, one, _ in people if role in _RECEIVING),
        day=row.sent_at.date().isoformat() if is_dated else None,
        moment=row.sent_at.replace(microsecond=0) if is_dated and row.date_precision in _TIMED else None,
        has_seconds=row.date_precision is rows.DatePrecision.SECOND,
        subject=subject,
        is_reply=is_reply,
        letters=fold_text(_before_signature(own_words(row.text, row.text_parts), name)),
        message_id=row.internet_message_id,
        answers=tuple(_answered(row)),
    )


def _before_signature(text: str, sender: str) -> str:
    """Return the text above the line that is the sender's name: what follows is the same in all their mails."""
    names = {word.casefold() for word in _NAME_WORD.findall(sender)}
    if len(names) < _NAME_WORDS:
        return text
    lines = text.splitlines()
    for number, line in enumerate(lines):
        words = [word.casefold() for word in _NAME_WORD.findall(line)[: _SIGNED_WORDS + 1]]
        if len(words) <= _SIGNED_WORDS and len(names.intersection(words)) >= _NAME_WORDS:
            return "\n".join(lines[:number])
    return text


def _answered(row: Row[Any]) -> Iterator[str]:
    if row.in_reply_to:
        yield row.in_reply_to
    for named in reversed((row.references_text or "").split()):  # the last one is the nearest
        if named != row.in_reply_to:
            yield named
