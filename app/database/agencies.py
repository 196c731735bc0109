"""Look up agencies, their components and how much of the record is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.database.models import Agency, Participant, Person, Release
from app.database.people import REPRESENTATIVE


@dataclass(frozen=True, slots=True)
class AgencyCounts:
    """What names an agency or one of its components."""

    messages: int = 0  # printed or quoted
    people: int = 0
    releases: int = 0


class AgencyRepository:
    """Agencies and their components."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, slug: str) -> Agency | None:
        """Return the agency with its parent, or None."""
        return self._session.scalar(select(Agency).where(Agency.slug == slug).options(joinedload(Agency.parent)))

    def components(self, agency_id: int) -> Sequence[Agency]:
        """Return the agencies directly below this one, by name."""
        return self._session.scalars(
            select(Agency).where(Agency.parent_id == agency_id).order_by(Agency.name, Agency.id)
        ).all()

    def every(self) -> Sequence[Agency]:
        """Return all agencies, by name."""
        return self._session.scalars(select(Agency).order_by(Agency.name, Agency.id)).all()

    def with_components(self, agency_id: int) -> Sequence[int]:
        """Return the ids of the agency and of all that are below it."""
        below = select(Agency.id).where(Agency.id == agency_id).cte("below", recursive=True)
        below = below.union(select(Agency.id).join(below, Agency.parent_id == below.c.id))
        return self._session.scalars(select(below.c.id)).all()

    def counts(self) -> dict[int, AgencyCounts]:
        """Return the counts of every agency that the record names, those of its components included."""
        own = select(Agency.id.label("agency_id"), Agency.id.label("above_id"))
        above = own.cte("above", recursive=True)
        above = above.union(
            select(above.c.agency_id, Agency.parent_id)
            .join(Agency, Agency.id == above.c.above_id)
            .where(Agency.parent_id.is_not(None))
        )
        messages = self._session.execute(
            select(
                above.c.above_id,
                func.count(Participant.message_id.distinct()),
                func.count(REPRESENTATIVE.distinct()),
            )
            .join(Participant, Participant.agency_id == above.c.agency_id)
            .join(Person, Person.id == Participant.person_id, isouter=True)
            .group_by(above.c.above_id)
        )
        named = {agency_id: (count, people) for agency_id, count, people in messages}
        released = self._session.execute(
            select(above.c.above_id, func.count(Release.id))
            .join(Release, Release.agency_id == above.c.agency_id)
            .group_by(above.c.above_id)
        )
        releases = {row[0]: row[1] for row in released}
        return {
            agency_id: AgencyCounts(*named.get(agency_id, (0, 0)), releases.get(agency_id, 0))
            for agency_id in named.keys() | releases.keys()
        }
