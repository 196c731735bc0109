"""The face for programs: `/api/v1` and a page's path is the page's resource as JSON."""

from typing import Any

from fastapi import APIRouter, Depends

from app.web.dependencies import (
    TheAgencies,
    TheAgency,
    TheBates,
    TheDocument,
    TheHome,
    TheMessage,
    TheMissing,
    TheMissingOfRelease,
    ThePage,
    ThePeople,
    ThePerson,
    TheRelease,
    TheReleases,
    TheResults,
    TheSearchHelp,
    TheStatus,
)
from app.web.parameters import SEARCH_NAMES, only
from app.web.problems import PROBLEM_RESPONSES
from app.web.schemas.bates import BatesPage
from app.web.schemas.details import (
    AgencyDetail,
    AgencyPage,
    ArchiveHome,
    ArchiveStatus,
    MessageDetail,
    PersonDetail,
    ReleaseDetail,
    ReleasePage,
)
from app.web.schemas.documents import DocumentDetail, PageDetail
from app.web.schemas.help import SearchHelp
from app.web.schemas.people import PersonPage
from app.web.schemas.search import SearchPage
from app.web.schemas.threads import MissingPage

router = APIRouter(prefix="/api/v1", responses=PROBLEM_RESPONSES)


def _only(*names: str) -> list[Any]:
    return [Depends(only(*names))]


@router.get("", dependencies=_only())
def read_home(home: TheHome) -> ArchiveHome:
    """What is in the archive: totals, releases, the newest files, and links to the other resources."""
    return home


@router.get("/status", dependencies=_only())
def read_status(status: TheStatus) -> ArchiveStatus:
    """Files found, documents by state, pages, messages, and what still waits for the index."""
    return status


@router.get("/search", dependencies=_only(*SEARCH_NAMES))
def read_results(results: TheResults) -> SearchPage:
    """Emails, and pages that belong to none, that match; with facets and a histogram of the whole result."""
    return results


@router.get("/help/search", dependencies=_only())
def read_search_help(search_help: TheSearchHelp) -> SearchHelp:
    """The query language, with examples of what this archive holds."""
    return search_help


@router.get("/releases", dependencies=_only())
def read_releases(releases: TheReleases) -> ReleasePage:
    """All releases, the last released first."""
    return releases


@router.get("/releases/{slug}", dependencies=_only("page"))
def read_release(release: TheRelease) -> ReleaseDetail:
    """A release: its record, its files a hundred at a time, and its problems."""
    return release


@router.get("/missing", dependencies=_only("page"))
def read_missing(missing: TheMissing) -> MissingPage:
    """What the archive knows of and does not have: emails only quoted, attachments only named, lone replies."""
    return missing


@router.get("/releases/{slug}/missing", dependencies=_only("page"))
def read_missing_of_release(missing: TheMissingOfRelease) -> MissingPage:
    """What a release knows of and the archive does not have."""
    return missing


@router.get("/documents/{key}", dependencies=_only("page", "q"))
def read_document(document: TheDocument) -> DocumentDetail:
    """A released file with the twenty pages in which `page` lies and the emails on them."""
    return document


@router.get("/documents/{key}/pages/{number:int}", dependencies=_only("q"))
def read_page(page: ThePage) -> PageDetail:
    """One page of a released file, with its text and marks."""
    return page


@router.get("/bates/{number}", dependencies=_only())
def read_bates(bates: TheBates) -> BatesPage:
    """The pages that bear a Bates number; blanks, marks, case and leading zeros of it do not count."""
    return bates


@router.get("/messages/{key}", dependencies=_only("q"))
def read_message(message: TheMessage) -> MessageDetail:
    """An email with everything that is known of it."""
    return message


@router.get("/people", dependencies=_only("name", "page"))
def read_people(people: ThePeople) -> PersonPage:
    """People, those in most messages first."""
    return people


@router.get("/people/{key}", dependencies=_only())
def read_person(person: ThePerson) -> PersonDetail:
    """A person: names, agencies, correspondents and newest messages."""
    return person


@router.get("/agencies", dependencies=_only())
def read_agencies(agencies: TheAgencies) -> AgencyPage:
    """The agencies that the record names, components below their departments."""
    return agencies


@router.get("/agencies/{slug}", dependencies=_only())
def read_agency(agency: TheAgency) -> AgencyDetail:
    """An agency: components, people, releases and newest messages."""
    return agency
