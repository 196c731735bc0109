"""Write which people are one: the machine's proposals and what persons decided; the last stage of an ingest."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from app.database.models import (
    Correction,
    CorrectionAction,
    Message,
    Participant,
    Person,
    PersonMerge,
    Role,
)
from app.database.person_merges import MACHINE, cut_merge, merge_people, regroup
from app.database.worlds import PUBLIC, find_homes, is_mixed, within
from app.errors import ArchiveError
from ingest.load.affiliation import spread_agencies, top_agencies
from ingest.people_merging import Domains, Identity, Merge, find_candidates, propose_merges
from ingest.people_merging.names import name_part

log = logging.getLogger(__name__)

_LISTS = frozenset([Role.TO, Role.CC])
_LARGEST_CIRCLE = 50  # people in one message: in a longer list nobody knows each other
_CHUNK = 500


@dataclass(slots=True)
class _Printed:
    """How a person is printed, as it is being counted."""

    names: Counter[str] = field(default_factory=Counter)
    times: int = 0
    agencies: set[str] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)
    messages: set[int] = field(default_factory=set)


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
    homes = find_homes(session)
    touched, added = _part(session, homes, now), 0
    for world in sorted({home for home in (homes.get(one, PUBLIC) for one in waiting) if home is not None}):
        among, new = _merge_among(session, waiting, homes, world, now)
        touched, added = touched | among, added + new
    session.flush()
    spread_agencies(session, regroup(session, touched | set(waiting)))
    for chunk in _chunks(waiting):
        session.execute(update(Person).where(Person.id.in_(chunk)).values(weighed_at=now))
    log.info("people weighed=%d new=%d", len(touched), added)
    return added


_WAITS = Person.weighed_at.is_(None)


def _merge_among(
    session: Session, waiting: Mapping[int, str], homes: Mapping[int, str | None], world: str, now: datetime
) -> tuple[set[int], int]:
    """Compare the people of one world with each other, by what is printed there: see app/database/worlds.py.

    Return who was weighed and how many merges are new.
    """
    every = session.execute(select(Person.id, Person.key, Person.name, Person.address)).all()
    people = [row for row in every if homes.get(row.id, PUBLIC) == world]
    ids = {row.key: row.id for row in people}
    asked = {key for key in waiting.values() if key in ids}
    chosen = find_candidates([(row.key, row.name, row.address) for row in people], asked)
    merges = propose_merges(
        _load_identities(session, {ids[key]: key for key in chosen}, world),
        domains=_load_domains(session, world),
        joined=_decided(session, held=True),
        apart=[frozenset(pair) for pair in _decided(session, held=False)],
    )
    touched = {ids[key] for key in chosen}
    found = {_pair(ids[merge.key], ids[merge.other]): merge for merge in merges}
    return touched, _write(session, found, touched, now)


def _part(session: Session, homes: Mapping[int, str | None], now: datetime) -> set[int]:
    """Cut what the machine joined before one of the two came into another world; return whom that touches."""
    if not homes:
        return set()
    touched = set()
    for row in session.scalars(select(PersonMerge).where(PersonMerge.made_by == MACHINE, PersonMerge.cut_by.is_(None))):
        home = homes.get(row.person_id, PUBLIC)
        if home is None or home != homes.get(row.other_id, PUBLIC):
            row.cut_by, row.cut_at = MACHINE, now
            touched |= {row.person_id, row.other_id}
    return touched


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


def _decided(session: Session, *, held: bool) -> list[tuple[str, str]]:
    """Return the pairs of keys that persons hold to be one, or hold apart."""
    one, other = aliased(Person), aliased(Person)
    pairs = (
        select(one.key, other.key)
        .select_from(PersonMerge)
        .join(one, one.id == PersonMerge.person_id)
        .join(other, other.id == PersonMerge.other_id)
    )
    held_pairs = pairs.where(PersonMerge.made_by != MACHINE, PersonMerge.cut_by.is_(None))
    rows = session.execute(held_pairs if held else pairs.where(PersonMerge.cut_by != MACHINE))
    return [(row[0], row[1]) for row in rows]


def _write(session: Session, merges: Mapping[tuple[int, int], Merge], weighed: Collection[int], now: datetime) -> int:
    """Keep what is proposed, and cut those of the machine's merges that what is printed no longer bears out.

    Returns the number of merges that are new.
    """
    added = 0
    rows = {(row.person_id, row.other_id): row for row in session.scalars(select(PersonMerge))}
    for pair, merge in merges.items():
        row = rows.get(pair)
        if row is None or row.cut_by is not None:
            added += 1
        if row is None:
            row = PersonMerge(person_id=pair[0], other_id=pair[1], made_by=MACHINE, made_at=now)
            session.add(row)
        row.evidence, row.confidence = merge.evidence, merge.confidence
        row.cut_by = row.cut_at = None
    for pair, row in rows.items():
        is_weighed = pair[0] in weighed and pair[1] in weighed
        if is_weighed and pair not in merges and row.made_by == MACHINE and row.cut_by is None:
            row.cut_by, row.cut_at = MACHINE, now
    return added


def _load_domains(session: Session, world: str) -> Domains:
    counted = select(Participant.address, func.count()).where(Participant.address.is_not(None))
    if is_mixed(session):
        counted = counted.join(Message, Message.id == Participant.message_id).where(within(world))
    rows = session.execute(counted.group_by(Participant.address))
    return Domains((address, times) for address, times in rows if address is not None)


def _load_identities(session: Session, keys: Mapping[int, str], world: str) -> list[Identity]:
    """Return those of these people who are printed, with everything that tells them from others."""
    tops = top_agencies(session)
    addresses = dict(session.execute(select(Person.id, Person.address)).all())
    found = {number: _Printed() for number in keys}
    for mention in _every_mention(session, keys, world):
        printed = found[mention.person_id]
        printed.times += 1
        printed.messages.add(mention.message_id)
        if part := name_part(mention.printed, mention.name):
            printed.names[part] += 1
        if mention.agency_id is not None and not mention.agency_inherited:
            printed.agencies.add(str(tops[mention.agency_id]))
        if mention.role in _LISTS:
            printed.lists.add(mention.message_id)
    circles = _load_circles(session, {number: printed.messages for number, printed in found.items()})
    return [
        Identity(
            key=keys[number],
            address=addresses[number],
            names=printed.names,
            times=printed.times,
            agencies=frozenset(printed.agencies),
            lists=frozenset(printed.lists),
            circle=frozenset(circles[number]),
        )
        for number, printed in found.items()
        if printed.times
    ]


def _every_mention(session: Session, ids: Collection[int], world: str) -> Iterator[_Mention]:
    columns = (
        Participant.person_id,
        Participant.printed,
        Participant.name,
        Participant.agency_id,
        Participant.agency_inherited,
        Participant.role,
        Participant.message_id,
    )
    mentions = select(*columns)
    if is_mixed(session):
        mentions = mentions.join(Message, Message.id == Participant.message_id).where(Message.world == world)
    for chunk in _chunks(ids):
        for row in session.execute(mentions.where(Participant.person_id.in_(chunk))):
            yield _Mention._make(row)


def _load_circles(session: Session, messages: Mapping[int, Collection[int]]) -> dict[int, set[str]]:
    """Return for each person the keys of those who stand in the same messages."""
    keys = dict(session.execute(select(Person.id, Person.key)).all())
    wanted = set().union(*messages.values())
    in_message: dict[int, set[int]] = defaultdict(set)
    pairs = select(Participant.message_id, Participant.person_id).where(Participant.person_id.is_not(None))
    for chunk in _chunks(wanted):
        for message_id, person_id in session.execute(pairs.where(Participant.message_id.in_(chunk))):
            if person_id is not None:
                in_message[message_id].add(person_id)
    circles = {}
    for person, theirs in messages.items():
        around = [in_message[message] for message in theirs if len(in_message[message]) <= _LARGEST_CIRCLE]
        circles[person] = {keys[other] for other in set[int]().union(*around) - {person}}
    return circles


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _chunks(ids: Collection[int]) -> Iterator[Sequence[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
