"""Look up people, the names they are printed under and where they worked.

Who is held to be the same person is one here: the representative stands for all, and is who is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from app.database.models import Agency, Message, Participant, Person, PersonMerge, Role

REPRESENTATIVE = func.coalesce(Person.same_as_id, Person.id)  # the id of who stands for a person


@dataclass(frozen=True, slots=True)
class PersonCount:
    """A person and the number of messages, printed or quoted, that name them in any role."""

    person: Person
    messages: int


@dataclass(frozen=True, slots=True)
class AgencyOfPerson:
    """An agency that a person's mailboxes gave, what gave it and when."""

    agency: Agency
    evidence: str  # "tag NIH/NIAID", "domain state.gov"
    messages: int  # those whose own mailbox gives it, and those that inherit it
    inherited: int  # of these
    first_sent_at: datetime | None  # of those whose own mailbox gives it; None: they are undated
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class MergeOfPerson:
    """Two identities held to be this person, and what says so."""

    one: Person
    other: Person
    merge: PersonMerge


class PersonRepository:
    """People and their mailboxes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Person | None:
        """Return the person, who may be held to be the same as another, or None."""
        return self._session.scalar(select(Person).where(Person.key == key))

    def representative(self, person: Person) -> Person:
        """Return who stands for the person: itself, unless it is merged with another."""
        standing = self._session.get(Person, person.same_as_id) if person.same_as_id else None
        return standing or person  # one that this reader may not see stands for nobody

    def members(self, representative_id: int) -> Sequence[Person]:
        """Return everyone for whom this person stands, itself first."""
        return self._session.scalars(
            select(Person)
            .where(or_(Person.id == representative_id, Person.same_as_id == representative_id))
            .order_by(Person.same_as_id.is_not(None), Person.name, Person.id)
        ).all()

    def names(self, keys: Sequence[str]) -> dict[str, str]:
        """Return for each of these keys that is a person's the name of who stands for it."""
        standing = aliased(Person)
        rows = self._session.execute(
            select(Person.key, standing.name).join(standing, standing.id == REPRESENTATIVE).where(Person.key.in_(keys))
        )
        return {row.key: row.name for row in rows}

    def representative_keys(self, keys: Sequence[str]) -> dict[str, str]:
        """Map each of these keys that is a person's to that of who stands for it."""
        standing = aliased(Person)
        rows = self._session.execute(
            select(Person.key, standing.key.label("other"))
            .join(standing, standing.id == REPRESENTATIVE)
            .where(Person.key.in_(keys))
        )
        return {row.key: row.other for row in rows}

    def count(self, name: str = "") -> int:
        """Return the number of people of whom one name or address has `name` in it."""
        return self._session.scalar(select(func.count(REPRESENTATIVE.distinct())).where(_named(name))) or 0

    def most_named(self, name: str = "", *, offset: int, limit: int) -> list[PersonCount]:
        """Return people of whom one name or address has `name` in it, those in most messages first."""
        messages = func.count(Participant.message_id.distinct())
        merged = aliased(Person)
        stands_for_others = Person.id.in_(select(merged.same_as_id).where(merged.same_as_id.is_not(None)))
        # Nearly all stand for themselves alone: to count these one by one, from an index, takes a tenth of the time.
        own = select(messages).where(Participant.person_id == Person.id).scalar_subquery()
        alone = select(Person.id, own.label("messages")).where(Person.same_as_id.is_(None), ~stands_for_others)
        together = (
            select(REPRESENTATIVE.label("id"), messages.label("messages"))
            .join(Participant, Participant.person_id == Person.id, isouter=True)
            .where(or_(Person.same_as_id.is_not(None), stands_for_others))
            .group_by(REPRESENTATIVE)
        )
        wanted = select(REPRESENTATIVE).where(_named(name))
        counted = union_all(
            *(one.where(REPRESENTATIVE.in_(wanted)) if name.strip() else one for one in (alone, together))
        ).subquery()
        rows = self._session.execute(
            select(Person, counted.c.messages)
            .join(counted, counted.c.id == Person.id)
            .order_by(counted.c.messages.desc(), Person.name, Person.id)
            .offset(offset)
            .limit(limit)
        )
        return [PersonCount(person, count) for person, count in rows]

    def of_agencies(self, agency_ids: Sequence[int], *, limit: int) -> list[PersonCount]:
        """Return people whose mailboxes gave one of these agencies, those in most messages first."""
        return self._count_people(Participant.agency_id.in_(agency_ids), limit)

    def count_roles(self, person_ids: Sequence[int]) -> dict[Role, int]:
        """Return the number of messages, printed or quoted, in which one of these has each role."""
        counted = (
            select(Participant.role, func.count(Participant.message_id.distinct()))
            .where(Participant.person_id.in_(person_ids))
            .group_by(Participant.role)
        )
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def count_messages(self, person_ids: Sequence[int]) -> int:
        """Return the number of messages, printed or quoted, that name one of these."""
        counted = select(func.count(Participant.message_id.distinct())).where(Participant.person_id.in_(person_ids))
        return self._session.scalar(counted) or 0

    def printed_names(self, person_ids: Sequence[int], *, limit: int) -> list[tuple[str, int]]:
        """Return how these are printed and how often, the most frequent first."""
        times = func.count()
        rows = self._session.execute(
            select(Participant.printed, times)
            .where(Participant.person_id.in_(person_ids))
            .group_by(Participant.printed)
            .order_by(times.desc(), Participant.printed)
            .limit(limit)
        )
        return [(printed, count) for printed, count in rows]

    def addresses(self, person_ids: Sequence[int], *, limit: int) -> list[tuple[str, int]]:
        """Return the addresses printed for these and how often, the most frequent first."""
        times = func.count()
        rows = self._session.execute(
            select(Participant.address, times)
            .where(Participant.person_id.in_(person_ids), Participant.address.is_not(None))
            .group_by(Participant.address)
            .order_by(times.desc(), Participant.address)
            .limit(limit)
        )
        return [(address, count) for address, count in rows if address is not None]

    def agencies(self, person_ids: Sequence[int]) -> list[AgencyOfPerson]:
        """Return the agencies that the mailboxes of these gave, the most frequent first."""
        rows = self._session.execute(
            select(
                Agency,
                Participant.agency_evidence,
                Participant.agency_inherited,
                func.count(Participant.message_id.distinct()),
                func.min(Message.sent_at),
                func.max(Message.sent_at),
            )
            .join(Participant, Participant.agency_id == Agency.id)
            .join(Message, Message.id == Participant.message_id)
            .where(Participant.person_id.in_(person_ids))
            .group_by(Agency.id, Participant.agency_evidence, Participant.agency_inherited)
        )
        found: dict[int, list[_Said]] = {}
        for agency, evidence, inherited, messages, first, last in rows:
            said = _Said(agency, evidence or "", inherited, messages, first, last)
            found.setdefault(agency.id, []).append(said)
        return sorted(map(_sum_up, found.values()), key=lambda one: (-one.messages, one.agency.name))

    def decisions(self, person_id: int) -> list[tuple[PersonMerge, Person]]:
        """Return the merges of a person, also those that were cut, each with the other one, in order of time."""
        merges = self._session.scalars(
            select(PersonMerge)
            .where(or_(PersonMerge.person_id == person_id, PersonMerge.other_id == person_id))
            .order_by(PersonMerge.id)
        ).all()
        others = {merge.id: merge.other_id if merge.person_id == person_id else merge.person_id for merge in merges}
        named = select(Person).where(Person.id.in_(others.values())).options(joinedload(Person.same_as))
        people = {one.id: one for one in self._session.scalars(named)}
        return [(merge, people[others[merge.id]]) for merge in merges]

    def merges(self, person_ids: Sequence[int]) -> list[MergeOfPerson]:
        """Return the merges that hold among these people, the surest first."""
        one, other = aliased(Person), aliased(Person)
        rows = self._session.execute(
            select(PersonMerge, one, other)
            .join(one, one.id == PersonMerge.person_id)
            .join(other, other.id == PersonMerge.other_id)
            .where(PersonMerge.cut_by.is_(None))
            .where(PersonMerge.person_id.in_(person_ids), PersonMerge.other_id.in_(person_ids))
            .order_by(PersonMerge.confidence.desc(), one.name, other.name, PersonMerge.id)
        )
        return [MergeOfPerson(first, second, merge) for merge, first, second in rows]

    def correspondents(self, person_ids: Sequence[int], *, limit: int) -> list[PersonCount]:
        """Return who stands in the same messages as these, those in most of them first."""
        theirs = select(Participant.message_id).where(Participant.person_id.in_(person_ids))
        others = Participant.message_id.in_(theirs) & Participant.person_id.not_in(person_ids)
        return self._count_people(others, limit)

    def _count_people(self, condition: ColumnElement[bool], limit: int) -> list[PersonCount]:
        messages = func.count(Participant.message_id.distinct())
        counted = (
            select(REPRESENTATIVE.label("id"), messages.label("messages"))
            .join(Participant, Participant.person_id == Person.id)
            .where(condition)
            .group_by(REPRESENTATIVE)
            .subquery()
        )
        rows = self._session.execute(
            select(Person, counted.c.messages)
            .join(counted, counted.c.id == Person.id)
            .order_by(counted.c.messages.desc(), Person.name, Person.id)
            .limit(limit)
        )
        return [PersonCount(person, count) for person, count in rows]


@dataclass(frozen=True, slots=True)
class _Said:
    """One way in which mailboxes gave an agency."""

    agency: Agency
    evidence: str
    inherited: bool
    messages: int
    first: datetime | None
    last: datetime | None


def _sum_up(said: Sequence[_Said]) -> AgencyOfPerson:
    """Return one agency with its most frequent evidence; what is inherited gives no day."""
    own = [one for one in said if not one.inherited] or list(said)
    days = [day for one in own for day in (one.first, one.last) if day is not None]
    return AgencyOfPerson(
        agency=said[0].agency,
        evidence=max(own, key=lambda one: (one.messages, one.evidence)).evidence,
        messages=sum(one.messages for one in said),
        inherited=sum(one.messages for one in said if one.inherited),
        first_sent_at=min(days, default=None),
        last_sent_at=max(days, default=None),
    )


def _named(name: str) -> ColumnElement[bool]:
    if not name.strip():
        return true()
    return or_(
        Person.name.icontains(name.strip(), autoescape=True),
        Person.address.icontains(name.strip(), autoescape=True),
    )
