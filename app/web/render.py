"""Turn a resource into a page."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.archive import Archive
from app.web.passages import Passage, split_passages
from app.web.wording import date_words, number_words, plural, size_words, zone_words

_TEMPLATES = Path(__file__).parent / "templates"


def open_templates(archive: Archive, static: Path) -> Environment:
    """Return the templates, with what they need of the archive and the folder of static files."""

    def passages(text: str, q: str, first_page: int = 1) -> list[Passage]:
        marked = archive.search.marked_words(q, text) if q.strip() else ()
        return split_passages(text, first_page, set(marked))

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "date": date_words,
        "number": number_words,
        "passages": passages,
        "size": size_words,
        "zone": zone_words,
    }
    templates.globals |= {
        "plural": plural,
        "with_query": with_query,
        "style_url": _versioned(static / "style.css"),
        "script_url": _versioned(static / "reading.js"),
        "review_script_url": _versioned(static / "review.js"),
    }
    return templates


def render(request: Request, template: str, resource: object, *, status: int = 200, **more: object) -> HTMLResponse:
    """Return the page of a resource; the template knows it by its own name: message.html as `message`."""
    templates: Environment = request.app.state.templates
    path = quote(request.url.path)
    query = f"?{request.url.query}" if request.url.query else ""
    context: dict[str, Any] = {
        template.removesuffix(".html"): resource,
        "path": path,
        "q": request.query_params.get("q", ""),
        "permalink": f"{str(request.base_url).rstrip('/')}{path}",
        "json_url": f"/api/v1{path.rstrip('/')}{query}" if status < 400 else None,
        **more,
    }
    return HTMLResponse(templates.get_template(template).render(context), status)


def with_query(url: str, fragment: str = "", **parameters: object) -> str:
    """Return the address with these parameters, those that are empty left out, and the fragment."""
    given = {name: value for name, value in parameters.items() if value}
    query = f"?{urlencode(given)}" if given else ""
    return f"{url}{query}{'#' + fragment if fragment else ''}"


def _versioned(file: Path) -> str:
    """Return the address of a static file; it changes with the content."""
    return f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:8]}"
