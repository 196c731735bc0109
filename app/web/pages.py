"""The face for people: each page shows the resource that the API has at the same path."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import text

from app.errors import BadRequestError
from app.web.citation import cite_message
from app.web.dependencies import (
    TheAgencies,
    TheAgency,
    TheArchive,
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
    TheSearch,
    TheSearchHelp,
)
from app.web.render import render
from app.web.resources import load_names
from app.web.schemas.search import nothing_found
from app.web.schemas.search import search_page as found_page
from app.web.search_view import SearchView

_WITH_PEOPLE = ("from", "to", "participant", "exclude")  # parameters that may hold a person's key

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def home_page(request: Request, home: TheHome) -> HTMLResponse:
    """What is in the archive."""
    return render(request, "home.html", home)


@router.get("/search")
def search_page(request: Request, archive: TheArchive, parameters: TheSearch) -> HTMLResponse:
    """The search box, the filters and what was found; a filter that makes no sense is said above the form."""
    status = 200
    try:
        search = found_page(archive.search.search(parameters.request()))
    except BadRequestError as error:
        search, status = nothing_found(str(error)), error.status
    pairs = request.query_params.multi_items()
    standing = archive.search.find_representatives({_without_facet(name, value) for name, value in pairs})
    pairs = [(name, _with_standing(name, value, standing)) for name, value in pairs]
    names = load_names(archive, [_without_facet(name, value) for name, value in pairs if name in _WITH_PEOPLE])
    view = SearchView(pairs, search, names)
    return render(request, "search.html", search, status=status, view=view)


@router.get("/help/search")
def search_help_page(request: Request, search_help: TheSearchHelp) -> HTMLResponse:
    """How to search."""
    return render(request, "search_help.html", search_help)


def _without_facet(name: str, value: str) -> str:
    return value.partition(":")[2] if name == "exclude" else value


def _with_standing(name: str, value: str, standing: Mapping[str, str]) -> str:
    """Return the value of a parameter with the key of who stands now for the person of an older key."""
    if name not in _WITH_PEOPLE:
        return value
    key = _without_facet(name, value)
    return value.removesuffix(key) + standing.get(key, key)


@router.get("/releases")
def releases_page(request: Request, releases: TheReleases) -> HTMLResponse:
    """All releases."""
    return render(request, "releases.html", releases)


@router.get("/releases/{slug}")
def release_page(request: Request, release: TheRelease) -> HTMLResponse:
    """A release."""
    return render(request, "release.html", release)


@router.get("/missing")
def missing_page(request: Request, missing: TheMissing) -> HTMLResponse:
    """What the archive knows of and does not have."""
    return render(request, "missing.html", missing)


@router.get("/releases/{slug}/missing")
def missing_of_release_page(request: Request, missing: TheMissingOfRelease) -> HTMLResponse:
    """What a release knows of and the archive does not have."""
    return render(request, "missing.html", missing)


@router.get("/documents/{key}")
def document_page(request: Request, document: TheDocument) -> HTMLResponse:
    """A released file, twenty pages at a time."""
    return render(request, "document.html", document)


@router.get("/documents/{key}/pages/{number:int}")
def page_page(request: Request, page: ThePage) -> HTMLResponse:
    """One page of a released file."""
    return render(request, "page.html", page)


@router.get("/bates/{number}")
def bates_page(request: Request, bates: TheBates) -> Response:
    """The page that bears a Bates number; a list where several do."""
    if bates.count == 1:
        return RedirectResponse(bates.places[0].url, status_code=302)  # not for ever: a later release may have it too
    return render(request, "bates.html", bates)


@router.get("/messages/{key}")
def message_page(request: Request, message: TheMessage) -> HTMLResponse:
    """An email."""
    citation = cite_message(
        message,
        document=message.document.name,
        releases=[place.title for place in message.places],
        bates_numbers=message.bates_numbers,
        paged=bool(message.pages),
    )
    return render(request, "message.html", message, citation=citation)


@router.get("/people")
def people_page(request: Request, people: ThePeople) -> HTMLResponse:
    """The people that the record names."""
    return render(request, "people.html", people)


@router.get("/people/{key}")
def person_page(request: Request, person: ThePerson) -> HTMLResponse:
    """A person."""
    return render(request, "person.html", person)


@router.get("/agencies")
def agencies_page(request: Request, agencies: TheAgencies) -> HTMLResponse:
    """The agencies that the record names."""
    return render(request, "agencies.html", agencies)


@router.get("/agencies/{slug}")
def agency_page(request: Request, agency: TheAgency) -> HTMLResponse:
    """An agency."""
    return render(request, "agency.html", agency)


@router.get("/healthz")
def read_health(archive: TheArchive) -> JSONResponse:
    """Say that the service is up and its database answers."""
    with archive.sessions() as session:
        session.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})
