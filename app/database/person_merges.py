"""Hold people to be one, and undo it: who stands for whom follows from the merges that are not cut."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from app.database.models import Level, Message, Participant, Person, PersonMerge
from app.database.worlds import PUBLIC, is_mixed
from app.errors import BadRequestError, NotFoundError

MACHINE = "machine"  # `made_by` and `cut_by` of what no person decided

_CHUNK = 500  # values in one statement
_ADDRESS_COUNTS = 3  # an address says so much more than a name; measured by how seldom it is printed in scans
_KEEPS = 0.5  # who stood for all goes on to, while printed at least half as often as the best: addresses keep still


def merge_people(session: Session, key: str, other_key: str, *, by: str, now: datetime) -> None:
    """Hold two people to be one because a person says so.

    Raises:
        NotFoundError: there is no such person.
        BadRequestError: someone in the one's group was said not to be someone in the other's.
    """
    row = _find_or_add(session, key, other_key, by, now)
    row.evidence, row.confidence, row.made_by, row.made_at = f"{by} says so", 1.0, by, now
    row.cut_by = row.cut_at = None
    _decide(session, row)
    if len({_stands_for(person) for person in _load_pair(session, key, other_key)}) > 1:
        raise BadRequestError(f"{key} and {other_key} have been held apart; first join those who were.")


def cut_merge(session: Session, key: str, other_key: str, *, by: str, now: datetime) -> None:
    """Hold two people apart; the machine never joins them again, not even through a third.

    Raises:
        NotFoundError: there is no such person.
    """
    row = _find_or_add(session, key, other_key, by, now)
    row.cut_by, row.cut_at = by, now
    _decide(session, row)


def regroup(session: Session, person_ids: Collection[int]) -> set[int]:
    """Say anew who stands for these people and all that hang together with them; their emails are queued.

    Returns the ids of all these people. Merges count from the surest down, a person's word first; one that would
    join two who are held apart has no effect.
    """
    groups = _Partition(session)
    affected = groups.members_of(person_ids)
    people = {person.id: person for person in _load_people(session, affected)}
    times = _count_mentions(session, affected)
    public = _count_mentions(session, affected, world=PUBLIC) if is_mixed(session) else times
    changed = []
    for group in groups.every(affected):
        # Whom public records name does not stand behind someone who is in others alone, nor hangs on what these print.
        named = [people[member] for member in group if public.get(member)]
        representative = _choose(named, public) if named else _choose([people[member] for member in group], times)
        for member in group:
            same_as = None if member == representative.id else representative.id
            if people[member].same_as_id != same_as:
                people[member].same_as_id = same_as
                changed.append(member)
    session.flush()
    queue_messages_of(session, changed)
    return affected


def queue_messages_of(session: Session, person_ids: Collection[int]) -> None:
    """Let the index take in again every email that names one of these people, itself or in what it quotes."""
    for chunk in _chunks(person_ids):
        named = select(Participant.message_id).where(Participant.person_id.in_(chunk))
        queue_messages(session, named.distinct())


def queue_messages(session: Session, message_ids: Select[int]) -> None:
    """Let the index take in again these messages, each with the printed one that holds it."""
    above = select(Message.id, Message.parent_id).where(Message.id.in_(message_ids)).cte("above", recursive=True)
    above = above.union(select(Message.id, Message.parent_id).join(above, Message.id == above.c.parent_id))
    session.execute(
        update(Message)
        .where(Message.id.in_(select(above.c.id)), Message.level == Level.PRINTED)
        .values(indexed_at=None)
        .execution_options(synchronize_session=False)
    )


class _Partition:
    """All people that merges name, as they hang together."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(PersonMerge.person_id, PersonMerge.other_id, PersonMerge.cut_by).order_by(
                (PersonMerge.made_by == MACHINE), PersonMerge.confidence.desc(), PersonMerge.id
            )
        ).all()
        self._apart: dict[int, set[int]] = defaultdict(set)
        for person_id, other_id, cut_by in rows:
            if cut_by is not None and cut_by != MACHINE:
                self._apart[person_id].add(other_id)
                self._apart[other_id].add(person_id)
        self._groups: dict[int, set[int]] = {}
        for person_id, other_id, cut_by in rows:
            if cut_by is None:
                self._join(person_id, other_id)
        self._former = _load_former(session)

    def members_of(self, person_ids: Iterable[int]) -> set[int]:
        """Return these people, all who are with them now, and all who were."""
        found: set[int] = set()
        waiting = list(person_ids)
        while waiting:
            member = waiting.pop()
            if member not in found:
                found.add(member)
                waiting += (self._group(member) | self._former.get(member, set())) - found
        return found

    def every(self, members: Iterable[int]) -> Iterator[Sequence[int]]:
        """Yield the groups of these people, each once."""
        seen: set[int] = set()
        for member in sorted(members):
            if member not in seen:
                group = self._group(member)
                seen |= group
                yield sorted(group)

    def _group(self, member: int) -> set[int]:
        return self._groups.get(member, {member})

    def _join(self, one: int, other: int) -> None:
        ours, theirs = self._group(one), self._group(other)
        if ours is theirs or any(self._apart[member] & theirs for member in ours):
            return
        union = ours | theirs
        for member in union:
            self._groups[member] = union


def _load_former(session: Session) -> dict[int, set[int]]:
    """Return for everyone in a group as it stands in the record all of that group."""
    groups: dict[int, set[int]] = defaultdict(set)
    for person_id, same_as_id in session.execute(
        select(Person.id, Person.same_as_id).where(Person.same_as_id.is_not(None))
    ):
        if same_as_id is not None:
            groups[same_as_id] |= {person_id, same_as_id}
    return {member: group for group in groups.values() for member in group}


def _choose(group: Sequence[Person], times: dict[int, int]) -> Person:
    """Return who stands for a group: printed most, with an address if that is not rare."""

    def weight(person: Person) -> int:
        return times.get(person.id, 0) * (_ADDRESS_COUNTS if person.address else 1)

    best = max(group, key=lambda person: (weight(person), -person.id))
    led = {person.same_as_id for person in group}
    standing = [person for person in group if person.id in led]
    kept = [person for person in standing if weight(person) >= _KEEPS * weight(best)]
    return max(kept, key=lambda person: (weight(person), -person.id)) if kept else best


def _decide(session: Session, row: PersonMerge) -> None:
    """Let a person's word take effect; the next ingest weighs all whom it touches, and their agencies, again."""
    session.flush()
    for chunk in _chunks(regroup(session, [row.person_id, row.other_id])):
        session.execute(update(Person).where(Person.id.in_(chunk)).values(weighed_at=None))


def _find_or_add(session: Session, key: str, other_key: str, by: str, now: datetime) -> PersonMerge:
    pair = sorted(person.id for person in _load_pair(session, key, other_key))
    first, second = pair
    row = session.scalar(select(PersonMerge).where(PersonMerge.person_id == first, PersonMerge.other_id == second))
    if row is None:
        row = PersonMerge(person_id=first, other_id=second, evidence="", confidence=1.0, made_by=by, made_at=now)
        session.add(row)
    return row


def _load_pair(session: Session, key: str, other_key: str) -> list[Person]:
    people = list(session.scalars(select(Person).where(Person.key.in_([key, other_key]))))
    if len(people) < 2:
        raise NotFoundError(f"{key} and {other_key} are not two people in this archive.")
    return people


def _stands_for(person: Person) -> int:
    return person.same_as_id or person.id


def _load_people(session: Session, ids: Collection[int]) -> Iterator[Person]:
    for chunk in _chunks(ids):
        yield from session.scalars(select(Person).where(Person.id.in_(chunk)))


def _count_mentions(session: Session, ids: Collection[int], world: str | None = None) -> dict[int, int]:
    counts: dict[int, int] = {}
    for chunk in _chunks(ids):
        counted = (
            select(Participant.person_id, func.count())
            .where(Participant.person_id.in_(chunk))
            .group_by(Participant.person_id)
        )
        if world is not None:
            counted = counted.join(Message, Message.id == Participant.message_id).where(Message.world == world)
        counts |= {person_id: times for person_id, times in session.execute(counted) if person_id is not None}
    return counts


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
