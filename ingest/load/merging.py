"""Write which people are one: the machine's proposals and what persons decided; the last stage of an ingest."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database.models import (
    Correction,
    CorrectionAction,
    Participant,
    Person,
    PersonMerge,
    Role,
)
from app.database.person_merges import MACHINE, cut_merge, merge_people, regroup
from app.errors import ArchiveError
from ingest.load.affiliation import spread_agencies, top_agencies
from ingest.people_merging import Identity, Merge, propose_merges
from ingest.people_merging.names import name_part

log = logging.getLogger(__name__)

_LISTS = frozenset([Role.TO, Role.CC])
_LARGEST_CIRCLE = 50  # people in one message: in a longer list nobody knows each other
_CHUNK = 500


class _Mention(NamedTuple):
    """What is read of a participant."""

    person_id: int
    printed: str
    name: str | None
    agency_id: int | None
    agency_inherited: bool
    role: Role
    message_id: int


def merge_found_people(session: Session, *, now: datetime) -> int:
    """Compare the people whose mentions changed with all others; return the number of merges that are new.

    What depends on it is brought up to date: who stands for whom, inherited agencies, the queue of the index.
    """
    waiting = {row.id: row.key for row in session.execute(select(Person.id, Person.key).where(_WAITS))}
    if not waiting:
        return 0
    _apply_corrections(session, now)
    identities = _load_identities(session)
    ids = dict(session.execute(select(Person.key, Person.id)).all())
    rows = {(row.person_id, row.other_id): row for row in session.scalars(select(PersonMerge))}
    keys = {row_id: key for key, row_id in ids.items()}
    merges, weighed = propose_merges(
        identities,
        joined=[(keys[a], keys[b]) for (a, b), row in rows.items() if row.made_by != MACHINE and row.cut_by is None],
        apart=[frozenset((keys[a], keys[b])) for (a, b), row in rows.items() if row.cut_by not in (None, MACHINE)],
        changed=waiting.values(),
    )
    added = _write(session, [(ids[merge.key], ids[merge.other], merge) for merge in merges], rows, now)
    touched = {ids[key] for key in weighed}
    _withdraw(rows, touched, {_pair(ids[merge.key], ids[merge.other]) for merge in merges}, now)
    session.flush()
    spread_agencies(session, regroup(session, touched | set(waiting)))
    for chunk in _chunks(waiting):
        session.execute(update(Person).where(Person.id.in_(chunk)).values(weighed_at=now))
    log.info("people weighed=%d merges=%d new=%d", len(weighed), len(merges), added)
    return added


_WAITS = Person.weighed_at.is_(None)


def _apply_corrections(session: Session, now: datetime) -> None:
    """Bring in what persons decided and the record does not show yet; of one pair the last word counts."""
    decided: dict[frozenset[str], Correction] = {}
    actions = [CorrectionAction.SAME_PERSON, CorrectionAction.NOT_SAME_PERSON]
    for correction in session.scalars(
        select(Correction).where(Correction.action.in_(actions)).order_by(Correction.made_at, Correction.id)
    ):
        pair = frozenset(correction.anchor.split())
        if len(pair) == 2:
            decided[pair] = correction
    for pair, correction in decided.items():
        if _is_applied(session, pair, correction):
            continue
        decide = merge_people if correction.action is CorrectionAction.SAME_PERSON else cut_merge
        try:
            decide(session, *sorted(pair), by=correction.made_by, now=correction.made_at)
        except ArchiveError as error:  # one of the two is not in this archive, or not yet
            log.info("correction waits id=%d reason=%s at=%s", correction.id, error, now)


def _is_applied(session: Session, pair: frozenset[str], correction: Correction) -> bool:
    ids = session.scalars(select(Person.id).where(Person.key.in_(pair)).order_by(Person.id)).all()
    if len(ids) < 2:
        return True  # waits until both are in the archive
    row = session.scalar(select(PersonMerge).where(PersonMerge.person_id == ids[0], PersonMerge.other_id == ids[1]))
    if row is None:
        return False
    is_cut = row.cut_by not in (None, MACHINE)
    return is_cut if correction.action is CorrectionAction.NOT_SAME_PERSON else not is_cut and row.made_by != MACHINE


def _write(
    session: Session,
    merges: Iterable[tuple[int, int, Merge]],
    rows: dict[tuple[int, int], PersonMerge],
    now: datetime,
) -> int:
    added = 0
    for one, other, merge in merges:
        pair = _pair(one, other)
        row = rows.get(pair)
        if row is None or row.cut_by is not None:
            added += 1
        if row is None:
            first, second = pair
            row = rows[pair] = PersonMerge(person_id=first, other_id=second, made_by=MACHINE, made_at=now)
            session.add(row)
        row.evidence, row.confidence = merge.evidence, merge.confidence
        row.cut_by = row.cut_at = None
    return added


def _withdraw(
    rows: dict[tuple[int, int], PersonMerge], touched: Collection[int], held: Collection[tuple[int, int]], now: datetime
) -> None:
    """Cut those merges of the machine that what is printed no longer bears out."""
    for (first, second), row in rows.items():
        is_weighed = first in touched and second in touched
        if is_weighed and (first, second) not in held and row.made_by == MACHINE and row.cut_by is None:
            row.cut_by, row.cut_at = MACHINE, now


def _load_identities(session: Session) -> list[Identity]:
    people = {row.id: row for row in session.execute(select(Person.id, Person.key, Person.address))}
    tops = top_agencies(session)
    names: dict[int, Counter[str]] = defaultdict(Counter)
    times: Counter[int] = Counter()
    agencies: dict[int, set[str]] = defaultdict(set)
    lists: dict[int, set[int]] = defaultdict(set)
    in_message: dict[int, set[int]] = defaultdict(set)
    for row in _every_mention(session):
        times[row.person_id] += 1
        if part := name_part(row.printed, row.name):
            names[row.person_id][part] += 1
        if row.agency_id is not None and not row.agency_inherited:
            agencies[row.person_id].add(str(tops[row.agency_id]))
        if row.role in _LISTS:
            lists[row.person_id].add(row.message_id)
        in_message[row.message_id].add(row.person_id)
    circles = _make_circles(in_message.values())
    return [
        Identity(
            key=person.key,
            address=person.address,
            names=names[number],
            times=times[number],
            agencies=frozenset(agencies[number]),
            lists=frozenset(lists[number]),
            circle=frozenset(people[other].key for other in circles[number]),
        )
        for number, person in people.items()
        if times[number]
    ]


def _every_mention(session: Session) -> Iterator[_Mention]:
    rows = session.execute(
        select(
            Participant.person_id,
            Participant.printed,
            Participant.name,
            Participant.agency_id,
            Participant.agency_inherited,
            Participant.role,
            Participant.message_id,
        )
        .where(Participant.person_id.is_not(None))
        .execution_options(yield_per=10_000)
    )
    for row in rows:
        yield _Mention._make(row)


def _make_circles(messages: Iterable[set[int]]) -> dict[int, set[int]]:
    """Return for each person those who stand in the same messages."""
    circles: dict[int, set[int]] = defaultdict(set)
    for people in messages:
        if len(people) <= _LARGEST_CIRCLE:
            for person in people:
                circles[person] |= people
    for person, circle in circles.items():
        circle.discard(person)
    return circles


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _chunks(ids: Collection[int]) -> Iterator[Sequence[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
