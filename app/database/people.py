"""Look up people, the names they are printed under and where they worked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.database.models import Agency, Participant, Person, Role


@dataclass(frozen=True, slots=True)
class PersonCount:
    """A person and the number of messages, printed or quoted, that name them in any role."""

    person: Person
    messages: int


@dataclass(frozen=True, slots=True)
class AgencyOfPerson:
    """An agency that a person's mailboxes gave, and what gave it."""

    agency: Agency
    evidence: str  # "tag NIH/NIAID", "domain state.gov"
    messages: int


class PersonRepository:
    """People and their mailboxes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Person | None:
        """Return the person, or None."""
        return self._session.scalar(select(Person).where(Person.key == key))

    def names(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the name of each of these keys that is a person's."""
        rows = self._session.execute(select(Person.key, Person.name).where(Person.key.in_(keys)))
        return {row.key: row.name for row in rows}

    def count(self, name: str = "") -> int:
        """Return the number of people whose name or address has `name` in it."""
        return self._session.scalar(select(func.count()).select_from(Person).where(_named(name))) or 0

    def most_named(self, name: str = "", *, offset: int, limit: int) -> list[PersonCount]:
        """Return people whose name or address has `name` in it, those in most messages first."""
        messages = func.count(Participant.message_id.distinct())
        rows = self._session.execute(
            select(Person, messages)
            .join(Participant, Participant.person_id == Person.id, isouter=True)
            .where(_named(name))
            .group_by(Person.id)
            .order_by(messages.desc(), Person.name, Person.id)
            .offset(offset)
            .limit(limit)
        )
        return [PersonCount(person, count) for person, count in rows]

    def of_agencies(self, agency_ids: Sequence[int], *, limit: int) -> list[PersonCount]:
        """Return the people of these agencies, those in most messages as such first."""
        messages = func.count(Participant.message_id.distinct())
        rows = self._session.execute(
            select(Person, messages)
            .join(Participant, Participant.person_id == Person.id)
            .where(Participant.agency_id.in_(agency_ids))
            .group_by(Person.id)
            .order_by(messages.desc(), Person.name, Person.id)
            .limit(limit)
        )
        return [PersonCount(person, count) for person, count in rows]

    def count_roles(self, person_id: int) -> dict[Role, int]:
        """Return the number of messages, printed or quoted, in which the person has each role."""
        counted = (
            select(Participant.role, func.count(Participant.message_id.distinct()))
            .where(Participant.person_id == person_id)
            .group_by(Participant.role)
        )
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def count_messages(self, person_id: int) -> int:
        """Return the number of messages, printed or quoted, that name the person."""
        counted = select(func.count(Participant.message_id.distinct())).where(Participant.person_id == person_id)
        return self._session.scalar(counted) or 0

    def printed_names(self, person_id: int, *, limit: int) -> list[tuple[str, int]]:
        """Return how the person is printed and how often, the most frequent first."""
        times = func.count()
        rows = self._session.execute(
            select(Participant.printed, times)
            .where(Participant.person_id == person_id)
            .group_by(Participant.printed)
            .order_by(times.desc(), Participant.printed)
            .limit(limit)
        )
        return [(printed, count) for printed, count in rows]

    def agencies(self, person_id: int) -> list[AgencyOfPerson]:
        """Return the agencies that the person's mailboxes gave, the most frequent first."""
        messages = func.count(Participant.message_id.distinct())
        rows = self._session.execute(
            select(Agency, func.min(Participant.agency_evidence), messages)
            .join(Participant, Participant.agency_id == Agency.id)
            .where(Participant.person_id == person_id)
            .group_by(Agency.id)
            .order_by(messages.desc(), Agency.name)
        )
        return [AgencyOfPerson(agency, evidence or "", count) for agency, evidence, count in rows]

    def correspondents(self, person_id: int, *, limit: int) -> list[PersonCount]:
        """Return who stands in the same messages, those in most of them first."""
        theirs = select(Participant.message_id).where(Participant.person_id == person_id)
        messages = func.count(Participant.message_id.distinct())
        rows = self._session.execute(
            select(Person, messages)
            .join(Participant, Participant.person_id == Person.id)
            .where(Participant.message_id.in_(theirs), Person.id != person_id)
            .group_by(Person.id)
            .order_by(messages.desc(), Person.name, Person.id)
            .limit(limit)
        )
        return [PersonCount(person, count) for person, count in rows]


def _named(name: str) -> ColumnElement[bool]:
    if not name.strip():
        return true()
    return or_(
        Person.name.icontains(name.strip(), autoescape=True),
        Person.address.icontains(name.strip(), autoescape=True),
    )
