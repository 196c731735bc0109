"""Write releases and the agencies of the reference table."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.models import Agency, Release, Visibility
from app.database.worlds import settle_release
from app.errors import BadRequestError
from ingest.agencies import AgencyTable
from ingest.records import ReleaseRecord

_DAYS = ("requested_on", "released_on", "covers_from", "covers_to")


def load_agencies(session: Session, table: AgencyTable) -> None:
    """Bring the agencies of the reference table in; one that is there already is brought up to date."""
    known = {agency.slug: agency for agency in session.scalars(select(Agency))}
    for record in table.every():
        agency = known.get(record.slug)
        if agency is None:
            agency = known[record.slug] = Agency(slug=record.slug)
        parent = known[record.parent] if record.parent else None
        changed = (agency.name, agency.abbreviation) != (record.name, record.abbreviation)
        if changed or agency.parent_id != (parent.id if parent else None):
            agency.name, agency.abbreviation = record.name, record.abbreviation
            agency.parent_id = parent.id if parent else None
            session.add(agency)
            session.flush()  # its children need its id


def store_release(session: Session, record: ReleaseRecord, table: AgencyTable) -> Release:
    """Add a release, or bring the one of this slug up to date with what the record says; return it.

    Raises:
        BadRequestError: a date is no day.
    """
    release = session.scalar(select(Release).where(Release.slug == record.slug))
    if release is None:
        release = Release(slug=record.slug, title=record.title or record.slug)
        session.add(release)
    if record.title:
        release.title = record.title
    if record.agency:
        release.agency_name = record.agency
        match = table.by_name(record.agency)
        slug = match.agency if match else None
        release.agency_id = session.scalar(select(Agency.id).where(Agency.slug == slug)) if slug else None
    for name in ("requester", "request_number", "source_url", "note"):
        if value := getattr(record, name):
            setattr(release, name, value)
    for name in _DAYS:
        if value := getattr(record, name):
            setattr(release, name, _parse_day(name, value))
    session.flush()
    if record.visibility and release.visibility is not (visibility := _parse_visibility(record.visibility)):
        release.visibility = visibility
        session.flush()
        settle_release(session, release.id)
    return release


def _parse_visibility(value: str) -> Visibility:
    try:
        return Visibility(value)
    except ValueError as error:
        raise BadRequestError(f"visibility is {value!r}; there is {', '.join(Visibility)}.") from error


def _parse_day(name: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadRequestError(f"{name} is {value!r}; write a day as 2020-03-31.") from error
