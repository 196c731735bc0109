"""Hold two people to be one, or undo that; every merge keeps its evidence and who cut it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.database.models import Person, PersonMerge


@dataclass(frozen=True, slots=True)
class MergeOfPerson:
    """A merge as it looks from one of the two."""

    merge: PersonMerge
    other: Person


class PersonMergeRepository:
    """Merges of people; `people.same_as_id` follows from those that hold."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_person(self, person_id: int) -> list[MergeOfPerson]:
        """Return the merges of a person with others, also those that were cut."""
        merges = self._session.scalars(
            select(PersonMerge)
            .where(or_(PersonMerge.person_id == person_id, PersonMerge.other_id == person_id))
            .order_by(PersonMerge.id)
        ).all()
        others = {merge.id: merge.other_id if merge.person_id == person_id else merge.person_id for merge in merges}
        people = {one.id: one for one in self._session.scalars(select(Person).where(Person.id.in_(others.values())))}
        return [MergeOfPerson(merge, people[others[merge.id]]) for merge in merges]

    def merge(self, person: Person, other: Person, *, made_by: str, now: datetime) -> None:
        """Hold two people to be one because a person says so."""
        first, second = sorted((person.id, other.id))
        kept = self._find(first, second) or PersonMerge(person_id=first, other_id=second)
        kept.evidence, kept.confidence = f"{made_by} says that they are one", 1.0
        kept.made_by, kept.made_at = made_by, now
        kept.cut_by = kept.cut_at = None
        self._session.add(kept)
        self._session.flush()
        self._stand_for({first, second})

    def cut(self, person: Person, other: Person, *, cut_by: str, now: datetime) -> None:
        """Hold two people to be two because a person says so; a merge that is made later is cut beforehand."""
        first, second = sorted((person.id, other.id))
        kept = self._find(first, second)
        if kept is None:
            evidence = f"{cut_by} says that they are two"
            kept = PersonMerge(person_id=first, other_id=second, evidence=evidence, confidence=1.0)
            kept.made_by, kept.made_at = cut_by, now
        kept.cut_by, kept.cut_at = cut_by, now
        self._session.add(kept)
        self._session.flush()
        self._stand_for({first, second})

    def _find(self, first: int, second: int) -> PersonMerge | None:
        found = select(PersonMerge).where(PersonMerge.person_id == first, PersonMerge.other_id == second)
        return self._session.scalar(found)

    def _stand_for(self, ids: set[int]) -> None:
        """Let the oldest of those who are one stand for all; the others name it in `same_as_id`."""
        reached = self._reach(ids)
        for group in _groups(reached, self._holding(reached)):
            oldest = min(group)
            for_others = update(Person).where(Person.id.in_(group - {oldest})).values(same_as_id=oldest)
            self._session.execute(for_others)
            self._session.execute(update(Person).where(Person.id == oldest).values(same_as_id=None))

    def _reach(self, ids: set[int]) -> set[int]:
        """Return these people and all whom merges that hold connect with them."""
        reached, edge = set(ids), set(ids)
        while edge:
            pairs = self._holding(edge)
            edge = {one for pair in pairs for one in pair} - reached
            reached |= edge
        return reached

    def _holding(self, ids: set[int]) -> Sequence[tuple[int, int]]:
        holding = select(PersonMerge.person_id, PersonMerge.other_id).where(PersonMerge.cut_at.is_(None))
        some = or_(PersonMerge.person_id.in_(ids), PersonMerge.other_id.in_(ids))
        return [(first, second) for first, second in self._session.execute(holding.where(some))]


def _groups(ids: set[int], pairs: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Return the sets of those whom pairs connect."""
    beside: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs:
        beside[first].add(second)
        beside[second].add(first)
    groups, left = [], set(ids)
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            group |= edge
            edge = {other for one in edge for other in beside[one]} - group
        left -= group
        groups.append(group)
    return groups
