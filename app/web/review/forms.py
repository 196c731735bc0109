"""Read the forms of the review pages, and only those that come from them."""

import hmac
import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from app.errors import ArchiveError, BadRequestError
from app.web.door import LARGEST_FORM
from app.web.review.desk import ReviewDesk, Reviewer

COOKIE = "readingroom_review"
SIGN_IN = "/review/sign-in"
_MOST_FIELDS = 50
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # PostgreSQL takes no NUL
_URLENCODED = "application/x-www-form-urlencoded"

Form = Mapping[str, str]


class ForeignFormError(ArchiveError):
    """A form that does not come from a page of this session."""

    code = "foreign_form"
    status = 403


def the_desk(request: Request) -> ReviewDesk:
    """Return the desk at which reviewers sign in."""
    desk: ReviewDesk = request.app.state.review
    return desk


def the_reviewer(request: Request, desk: Annotated[ReviewDesk, Depends(the_desk)]) -> Reviewer:
    """Return who is signed in; a reader who is not is led to the door, a form of one is refused."""
    reviewer = desk.reviewer(request.cookies.get(COOKIE, ""))
    if reviewer is not None:
        return reviewer
    if request.method != "GET":
        raise ForeignFormError("Sign in at /review first; nothing was changed.")
    raise HTTPException(303, "Sign in first.", {"Location": SIGN_IN})


async def read_form(request: Request) -> Form:
    """Return the fields of a form that was sent from a page of this service.

    Raises:
        ForeignFormError: the browser says that it stood on another site.
        BadRequestError: it is no form, or too long.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForeignFormError("This form comes from another site; nothing was changed.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _URLENCODED:
        raise BadRequestError(f"Send the form as {_URLENCODED}.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise BadRequestError(f"The form is longer than {LARGEST_FORM} bytes.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadRequestError("The form cannot be read: its text is not UTF-8, or it has too many fields.") from error
    form = {name: value.strip() for name, value in pairs}
    if any(_UNPRINTABLE.search(value) for value in form.values()):
        raise BadRequestError("The form has letters in it that cannot be printed.")
    return form


def read_own_form(
    reviewer: Annotated[Reviewer, Depends(the_reviewer)], form: Annotated[Form, Depends(read_form)]
) -> Form:
    """Return the fields of a form that carries the mark of its session.

    Raises:
        ForeignFormError: it does not.
    """
    if not hmac.compare_digest(form.get("mark", "").encode(), reviewer.mark.encode()):
        raise ForeignFormError("This form is not of your session: load the page again. Nothing was changed.")
    return form


TheDesk = Annotated[ReviewDesk, Depends(the_desk)]
TheReviewer = Annotated[Reviewer, Depends(the_reviewer)]
TheForm = Annotated[Form, Depends(read_form)]
TheOwnForm = Annotated[Form, Depends(read_own_form)]
