"""Each resource, loaded once for the page, the API and the program."""

from app.web.resources.bates import load_bates
from app.web.resources.documents import load_document, load_original, load_page, load_page_original
from app.web.resources.errors import MovedError
from app.web.resources.help import load_search_help
from app.web.resources.home import load_home, load_status
from app.web.resources.messages import load_message
from app.web.resources.missing import load_missing
from app.web.resources.people import load_agencies, load_agency, load_names, load_people, load_person
from app.web.resources.releases import load_release, load_releases

__all__ = [
    "MovedError",
    "load_agencies",
    "load_agency",
    "load_bates",
    "load_document",
    "load_home",
    "load_message",
    "load_missing",
    "load_names",
    "load_original",
    "load_page",
    "load_page_original",
    "load_people",
    "load_person",
    "load_release",
    "load_releases",
    "load_search_help",
    "load_status",
]
