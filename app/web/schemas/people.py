"""People, agencies and the mailboxes that name them."""

from collections.abc import Sequence

from app.database.models import Agency, Participant, Person, Role
from app.database.people import AgencyOfPerson, MergeOfPerson, PersonCount
from app.web.schemas.base import Schema, UtcMoment, iso_day


class AgencySummary(Schema):
    """An agency, named."""

    slug: str
    name: str
    abbreviation: str | None
    url: str


class PersonSummary(Schema):
    """A person, named."""

    key: str
    name: str
    address: str | None  # None: known by name alone
    url: str


class PersonLine(PersonSummary):
    """A person in a list."""

    messages: int  # printed or quoted, in any role


class PersonPage(Schema):
    """A stretch of the list of people, those in most messages first."""

    count: int
    name: str  # what their name or address was asked to have in it
    page: int  # from 1
    pages: int
    people: list[PersonLine]


class ParticipantSummary(Schema):
    """A mailbox as one header prints it."""

    role: Role
    printed: str
    name: str | None
    address: str | None
    withheld: bool  # the value was there, and was blacked out
    codes: list[str]  # exemptions claimed for it, "(b)(6)"
    person: PersonSummary | None  # None if withheld
    agency: AgencySummary | None
    agency_evidence: str | None  # what gave the agency: "tag NIH/NIAID", "domain state.gov"
    agency_inherited: bool  # it is in other mailboxes of the same person, not in this one


class PersonAgency(Schema):
    """An agency that a person's mailboxes gave."""

    agency: AgencySummary
    evidence: str
    messages: int
    inherited: int  # of these, where other mailboxes of the person give the agency
    first_day: str | None  # on which a mailbox of its own gives it, ISO 8601
    last_day: str | None


class PrintedName(Schema):
    """A way in which a person is printed, and how often."""

    printed: str
    times: int


class PrintedAddress(Schema):
    """An address printed for a person, and how often."""

    address: str
    times: int


class Identity(Schema):
    """What the record first knew as a person: one address, or the words of one name."""

    key: str
    name: str
    address: str | None


class MergedPeople(Schema):
    """Two identities held to be one person, and why; a merge can be undone."""

    one: Identity
    other: Identity
    evidence: str
    confidence: float  # 0 to 1; 1: a person decided
    made_by: str  # "machine", or who decided
    made_at: UtcMoment


def agency_summary(agency: Agency) -> AgencySummary:
    """Return what a reader sees of an agency where it is named."""
    return AgencySummary(
        slug=agency.slug,
        name=agency.name,
        abbreviation=agency.abbreviation or None,
        url=f"/agencies/{agency.slug}",
    )


def person_summary(person: Person) -> PersonSummary:
    """Return what a reader sees of a person where it is named."""
    return PersonSummary(key=person.key, name=person.name, address=person.address, url=f"/people/{person.key}")


def person_lines(counts: Sequence[PersonCount]) -> list[PersonLine]:
    """Return people as they stand in a list."""
    return [PersonLine(**person_summary(count.person).model_dump(), messages=count.messages) for count in counts]


def person_agencies(agencies: Sequence[AgencyOfPerson]) -> list[PersonAgency]:
    """Return the agencies of a person."""
    return [
        PersonAgency(
            agency=agency_summary(one.agency),
            evidence=one.evidence,
            messages=one.messages,
            inherited=one.inherited,
            first_day=iso_day(one.first_sent_at),
            last_day=iso_day(one.last_sent_at),
        )
        for one in agencies
    ]


def identity(person: Person) -> Identity:
    """Return a person as the record first knew it, whoever it is merged with."""
    return Identity(key=person.key, name=person.name, address=person.address)


def merged_people(merges: Sequence[MergeOfPerson]) -> list[MergedPeople]:
    """Return what holds the identities of a person together."""
    return [
        MergedPeople(
            one=identity(each.one),
            other=identity(each.other),
            evidence=each.merge.evidence,
            confidence=each.merge.confidence,
            made_by=each.merge.made_by,
            made_at=each.merge.made_at,
        )
        for each in merges
    ]


def participant_summary(participant: Participant) -> ParticipantSummary:
    """Return a mailbox with who stands for its person, and its agency."""
    return ParticipantSummary(
        role=participant.role,
        printed=participant.printed,
        name=participant.name,
        address=participant.address,
        withheld=participant.withheld,
        codes=participant.codes.splitlines(),
        person=person_summary(participant.person.representative) if participant.person else None,
        agency=agency_summary(participant.agency) if participant.agency else None,
        agency_evidence=participant.agency_evidence,
        agency_inherited=participant.agency_inherited,
    )
