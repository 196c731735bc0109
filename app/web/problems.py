"""Answers to requests that fail: RFC 9457 problems for programs, a readable page for people."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.errors import ArchiveError
from app.web.access import challenge_of
from app.web.render import render
from app.web.resources import MovedError
from app.web.schemas.base import Schema

API_PREFIX = "/api"


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str  # where the code is explained
    title: str
    status: int
    detail: str  # for a person: what was wrong and what to do
    code: str  # stable, for programs


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "A problem (RFC 9457): what was wrong and what to do."},
}


def add_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer failures in its two faces."""
    app.add_exception_handler(MovedError, _moved)
    app.add_exception_handler(ArchiveError, _archive_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def answer_problem(request: Request, status: int, code: str, detail: str) -> Response:
    """Return the problem as the face that was asked shows it."""
    title = HTTPStatus(status).phrase
    problem = Problem(type=f"/docs#problem-{code}", title=title, status=status, detail=detail, code=code)
    if request.url.path.startswith(API_PREFIX):
        return JSONResponse(problem.model_dump(), status, media_type="application/problem+json")
    return render(request, "problem.html", problem, status=status)


def _moved(request: Request, error: Exception) -> Response:
    assert isinstance(error, MovedError)
    path = request.url.path
    prefix = "/api/v1" if path.startswith(API_PREFIX) else "/review" if path.startswith("/review/") else ""
    _, _, rest = request.url.path.partition(error.old_key)  # "/pages/3" below a document
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{prefix}{error.new_path}{rest}{query}", status_code=error.status)


def _archive_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ArchiveError)
    answer = answer_problem(request, error.status, error.code, str(error))
    answer.headers.update(challenge_of(error, request))
    return answer


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
    return answer_problem(request, 500, "internal_error", "Something went wrong in the service; its log says what.")


_HTTP_ERRORS = {
    404: ("not_found", "There is nothing at this address; search for what you expected here."),
    405: ("method_not_allowed", "This address can only be read: use GET."),
}
