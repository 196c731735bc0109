"""Load people and agencies."""

from collections.abc import Sequence

from app.archive import Archive
from app.database.agencies import AgencyCounts, AgencyRepository
from app.database.messages import MessageRepository
from app.database.models import Agency, Role
from app.database.people import PersonRepository
from app.database.releases import ReleaseRepository
from app.web.resources.errors import SamePersonError, raise_missing
from app.web.resources.releases import summarise_releases
from app.web.schemas.details import AgencyDetail, AgencyLine, AgencyPage, PersonDetail
from app.web.schemas.messages import message_summary
from app.web.schemas.people import (
    PersonPage,
    PrintedAddress,
    PrintedName,
    agency_summary,
    identity,
    merged_people,
    person_agencies,
    person_lines,
    person_summary,
)

PEOPLE_SHOWN = 100
NEWEST_SHOWN = 25
NAMES_SHOWN = 12
PRINTS_SHOWN = 200


def load_people(archive: Archive, *, name: str = "", page: int = 1) -> PersonPage:
    """Return page `page`, from 1, of the people whose name or address has `name` in it."""
    with archive.sessions() as session:
        people = PersonRepository(session)
        count = people.count(name)
        pages = max(1, -(-count // PEOPLE_SHOWN))
        page = max(1, min(page, pages))
        found = people.most_named(name, offset=(page - 1) * PEOPLE_SHOWN, limit=PEOPLE_SHOWN)
        return PersonPage(count=count, name=name, page=page, pages=pages, people=person_lines(found))


def load_names(archive: Archive, keys: Sequence[str]) -> dict[str, str]:
    """Return the name of each of these keys that is a person's; others are left out."""
    if not keys:
        return {}
    with archive.sessions() as session:
        return PersonRepository(session).names(keys)


def load_person(archive: Archive, key: str) -> PersonDetail:
    """Return the person with all identities that it stands for, and its newest messages.

    Raises:
        NotFoundError: there is no such person; SamePersonError if another stands for it.
    """
    with archive.sessions() as session:
        people = PersonRepository(session)
        person = people.get(key) or raise_missing(session, "person", key)
        standing = people.representative(person)
        if standing.id != person.id:
            raise SamePersonError(key, f"/people/{standing.key}")
        members = people.members(person.id)
        ids = [member.id for member in members]
        roles = people.count_roles(ids)
        return PersonDetail(
            **dict(person_summary(person)),
            messages=people.count_messages(ids),
            sent=roles.get(Role.SENDER, 0),
            received=sum(roles.get(role, 0) for role in (Role.TO, Role.CC, Role.BCC)),
            printed_names=[
                PrintedName(printed=printed, times=times)
                for printed, times in people.printed_names(ids, limit=PRINTS_SHOWN)
            ],
            addresses=[
                PrintedAddress(address=address, times=times)
                for address, times in people.addresses(ids, limit=PRINTS_SHOWN)
            ],
            agencies=person_agencies(people.agencies(ids)),
            identities=[identity(member) for member in members],
            merges=merged_people(people.merges(ids)),
            correspondents=person_lines(people.correspondents(ids, limit=NAMES_SHOWN)),
            newest=[
                message_summary(message) for message in MessageRepository(session).of_people(ids, limit=NEWEST_SHOWN)
            ],
        )


def load_agencies(archive: Archive) -> AgencyPage:
    """Return the agencies that the record names, components below their departments."""
    with archive.sessions() as session:
        agencies = AgencyRepository(session)
        counts = agencies.counts()
        named = [agency for agency in agencies.every() if agency.id in counts]
        tops = [agency for agency in named if agency.parent_id not in counts]
        lines = [_agency_line(agency, named, counts) for agency in tops]
        return AgencyPage(count=len(named), agencies=lines)


def load_agency(archive: Archive, slug: str) -> AgencyDetail:
    """Return the agency with its components, people, releases and newest messages.

    Raises:
        NotFoundError: there is no such agency.
    """
    with archive.sessions() as session:
        agencies = AgencyRepository(session)
        agency = agencies.get(slug) or raise_missing(session, "agency", slug)
        ids = agencies.with_components(agency.id)
        people = PersonRepository(session).of_agencies(ids, limit=PEOPLE_SHOWN)
        newest = MessageRepository(session).of_agencies(ids, limit=NEWEST_SHOWN)
        releases = list(ReleaseRepository(session).of_agencies(ids))
        return AgencyDetail(
            **dict(_agency_line(agency, list(agencies.every()), agencies.counts())),
            parent=agency_summary(agency.parent) if agency.parent else None,
            leading_people=person_lines(people),
            release_list=summarise_releases(session, releases),
            newest=[message_summary(message) for message in newest],
        )


def _agency_line(agency: Agency, known: list[Agency], counts: dict[int, AgencyCounts]) -> AgencyLine:
    """Return the agency with those of the `known` that are below it; a parent is never below its child."""
    own = counts.get(agency.id, AgencyCounts())
    others = [one for one in known if one.id != agency.id]
    return AgencyLine(
        **dict(agency_summary(agency)),
        messages=own.messages,
        people=own.people,
        releases=own.releases,
        components=[_agency_line(one, others, counts) for one in others if one.parent_id == agency.id],
    )
