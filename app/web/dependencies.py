"""The resources that handlers ask for: each is loaded here for both faces."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from app.archive import Archive
from app.web import resources
from app.web.access import addressed_archive, readers_archive, whole_archive
from app.web.page_images import PageImages
from app.web.parameters import SearchParameters
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
from app.web.schemas.search import SearchPage, search_page
from app.web.schemas.threads import MissingPage

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"  # PostgreSQL takes no NUL
_PRINTABLE_OR_BLANK = r"^[^\x00-\x1f\x7f]*$"

Key = Annotated[str, Path(max_length=200, pattern=_PRINTABLE)]
MarkQuery = Annotated[str, Query(max_length=2000, description="A query whose words are marked on the pages.")]
PageNumber = Annotated[int, Path(ge=1, le=10_000_000, description="From 1.")]
ListPage = Annotated[int, Query(ge=1, le=10_000_000, description="From 1.")]


def get_page_images(request: Request) -> PageImages:
    """Return the maker of page images."""
    page_images: PageImages = request.app.state.page_images
    return page_images


TheArchive = Annotated[Archive, Depends(readers_archive)]
TheAddressed = Annotated[Archive, Depends(addressed_archive)]  # for one record, which may be unlisted
TheWholeArchive = Annotated[Archive, Depends(whole_archive)]
ThePageImages = Annotated[PageImages, Depends(get_page_images)]
TheSearch = Annotated[SearchParameters, Query()]


def _home(archive: TheArchive) -> ArchiveHome:
    with archive.search.lanes.lists.turn():
        return resources.load_home(archive)


def _status(archive: TheArchive) -> ArchiveStatus:
    with archive.search.lanes.lists.turn():
        return resources.load_status(archive)


def _results(archive: TheArchive, parameters: TheSearch) -> SearchPage:
    return search_page(archive.search.search(parameters.request()))


def _search_help(archive: TheArchive) -> SearchHelp:
    with archive.search.lanes.heavy.turn():  # a dozen searches
        return resources.load_search_help(archive)


def _releases(archive: TheArchive) -> ReleasePage:
    with archive.search.lanes.lists.turn():
        return resources.load_releases(archive)


def _release(archive: TheAddressed, slug: Key, page: ListPage = 1) -> ReleaseDetail:
    with archive.search.lanes.lists.turn():
        return resources.load_release(archive, slug, page=page)


def _missing(archive: TheArchive, page: ListPage = 1) -> MissingPage:
    with archive.search.lanes.lists.turn():
        return resources.load_missing(archive, page=page)


def _missing_of_release(archive: TheAddressed, slug: Key, page: ListPage = 1) -> MissingPage:
    with archive.search.lanes.lists.turn():
        return resources.load_missing(archive, slug, page=page)


def _document(archive: TheAddressed, key: Key, page: ListPage = 1, q: MarkQuery = "") -> DocumentDetail:
    return resources.load_document(archive, key, page=page, q=q)


def _page(archive: TheAddressed, key: Key, number: PageNumber, q: MarkQuery = "") -> PageDetail:
    return resources.load_page(archive, key, number, q=q)


def _bates(archive: TheArchive, number: Key) -> BatesPage:
    return resources.load_bates(archive, number)


def _message(archive: TheAddressed, key: Key, q: MarkQuery = "") -> MessageDetail:
    return resources.load_message(archive, key, q=q)


def _people(
    archive: TheArchive,
    name: Annotated[
        str, Query(max_length=200, pattern=_PRINTABLE_OR_BLANK, description="Text in the name or address.")
    ] = "",
    page: ListPage = 1,
) -> PersonPage:
    with archive.search.lanes.lists.turn():
        return resources.load_people(archive, name=name, page=page)


def _person(archive: TheArchive, key: Key) -> PersonDetail:
    return resources.load_person(archive, key)


def _agencies(archive: TheArchive) -> AgencyPage:
    with archive.search.lanes.lists.turn():
        return resources.load_agencies(archive)


def _agency(archive: TheArchive, slug: Key) -> AgencyDetail:
    return resources.load_agency(archive, slug)


TheHome = Annotated[ArchiveHome, Depends(_home)]
TheStatus = Annotated[ArchiveStatus, Depends(_status)]
TheResults = Annotated[SearchPage, Depends(_results)]
TheSearchHelp = Annotated[SearchHelp, Depends(_search_help)]
TheReleases = Annotated[ReleasePage, Depends(_releases)]
TheRelease = Annotated[ReleaseDetail, Depends(_release)]
TheMissing = Annotated[MissingPage, Depends(_missing)]
TheMissingOfRelease = Annotated[MissingPage, Depends(_missing_of_release)]
TheDocument = Annotated[DocumentDetail, Depends(_document)]
ThePage = Annotated[PageDetail, Depends(_page)]
TheBates = Annotated[BatesPage, Depends(_bates)]
TheMessage = Annotated[MessageDetail, Depends(_message)]
ThePeople = Annotated[PersonPage, Depends(_people)]
ThePerson = Annotated[PersonDetail, Depends(_person)]
TheAgencies = Annotated[AgencyPage, Depends(_agencies)]
TheAgency = Annotated[AgencyDetail, Depends(_agency)]
