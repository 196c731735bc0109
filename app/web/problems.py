"""Answers to requests that fail: RFC 9457 problems for programs, a readable page for people."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.errors import ArchiveError
from app.web.access import challenge_of
from app.web.middleware import SAFE_HEADERS
from app.web.render import render
from app.web.resources import MovedError
from app.web.schemas.base import Schema

API_PREFIX = "/api"
_JSON, _PROBLEM_JSON = "application/json", "application/problem+json"


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str  # where the code is explained
    title: str
    status: int
    detail: str  # for a person: what was wrong and what to do
    code: str  # stable, for programs


def _problem(meaning: str) -> dict[str, Any]:
    return {"model": Problem, "description": f"A problem (RFC 9457): {meaning}"}


_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
# What every address of the API may answer beside its resource.
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    307: {"description": "The person is held to be another, who stands at the address in Location; not for ever."},
    308: {"description": "The address moved for ever to the one in Location."},
    400: _problem("a parameter makes no sense, and what would."),
    404: _problem("nothing has this address."),
    410: _problem("what had this address was withdrawn, and why."),
    "4XX": _problem("what was wrong and what to do."),
    503: {**_problem("the service is busy or has no index; ask again later."), "headers": _RETRY_AFTER},
}


def add_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer failures in its two faces, and say so in its description."""
    describe = app.openapi
    # FastAPI's own way to extend the description is to put another function in its place.
    app.openapi = lambda: _with_problem_type(describe())  # type: ignore[method-assign]
    app.add_exception_handler(MovedError, _moved)
    app.add_exception_handler(ArchiveError, _archive_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _with_problem_type(openapi: dict[str, Any]) -> dict[str, Any]:
    """Return the description with problems under the media type that they are sent as: FastAPI takes them for JSON."""
    for path in openapi["paths"].values():
        for call in path.values():
            for status, response in call["responses"].items():
                if status[0] in "45" and _JSON in response.get("content", {}):
                    response["content"] = {_PROBLEM_JSON: response["content"][_JSON]}
    return openapi


def answer_problem(request: Request, status: int, code: str, detail: str) -> Response:
    """Return the problem as the face that was asked shows it."""
    title = HTTPStatus(status).phrase
    problem = Problem(type=f"/docs#problem-{code}", title=title, status=status, detail=detail, code=code)
    if request.url.path.startswith(API_PREFIX):
        return JSONResponse(problem.model_dump(), status, media_type=_PROBLEM_JSON)
    return render(request, "problem.html", problem, status=status)


def _moved(request: Request, error: Exception) -> Response:
    assert isinstance(error, MovedError)
    path = request.url.path
    prefix = "/api/v1" if path.startswith(API_PREFIX) else "/review" if path.startswith("/review/") else ""
    _, _, rest = request.url.path.partition(error.old_key)  # "/pages/3" below a document
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{prefix}{error.new_path}{rest}{query}", status_code=error.status)


def answer_error(request: Request, error: ArchiveError) -> Response:
    """Return the problem that an error of ours is, with all it says in headers."""
    answer = answer_problem(request, error.status, error.code, str(error))
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(error.retry_after_s)
    answer.headers.update(challenge_of(error, request))
    return answer


def _archive_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ArchiveError)
    return answer_error(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = [f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()]
    return answer_problem(request, 400, "bad_request", "; ".join(details) + ".")


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, detail = _HTTP_ERRORS.get(error.status_code, ("http_error", str(error.detail)))
    answer = answer_problem(request, error.status_code, code, detail)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _unexpected(request: Request, _error: Exception) -> Response:
    answer = answer_problem(request, 500, "internal_error", "Something went wrong in the service; its log says what.")
    answer.headers.update(SAFE_HEADERS)  # this answer is made outside of the middleware
    return answer


_HTTP_ERRORS = {
    404: ("not_found", "There is nothing at this address; search for what you expected here."),
    405: ("method_not_allowed", "This address can only be read: use GET."),
}
