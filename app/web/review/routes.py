"""The addresses below /review: looking needs a session, writing a form of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.archive import Archive
from app.database.corrections import place_of_line, place_of_message
from app.database.documents import DocumentRepository
from app.database.messages import MessageRepository
from app.database.models import Correction, CorrectionAction, Message
from app.database.review import ReviewRepository
from app.errors import BadRequestError
from app.web.dependencies import Key, ListPage, PageNumber, ThePageImages, TheWholeArchive
from app.web.page_images import LARGEST_DPI, PICTURE_POLICY, SMALLEST_DPI
from app.web.render import render, with_query
from app.web.resources import load_page_original
from app.web.resources.errors import raise_missing
from app.web.resources.review import (
    field_value,
    load_review_message,
    load_review_page,
    load_review_person,
    load_review_queue,
)
from app.web.review.desk import SESSION_S
from app.web.review.forms import COOKIE, SIGN_IN, Form, TheDesk, TheForm, TheOwnForm, TheReviewer

router = APIRouter(prefix="/review", include_in_schema=False, default_response_class=HTMLResponse)

DoubtCode = Annotated[str, Query(alias="code", max_length=100)]
_CUTS = {
    "split": CorrectionAction.SPLIT,
    "join": CorrectionAction.JOIN,
    "not-email": CorrectionAction.NOT_EMAIL,
    "confirm": CorrectionAction.CONFIRM,
}
_PEOPLE = {"same": CorrectionAction.SAME_PERSON, "not-same": CorrectionAction.NOT_SAME_PERSON}


@router.get("/sign-in")
def sign_in_page(request: Request) -> HTMLResponse:
    """The door."""
    return render(request, "review_sign_in.html", None, json_url=None)


@router.post("/sign-in")
def sign_in(request: Request, desk: TheDesk, form: TheForm) -> RedirectResponse:
    """Open a session for who has the token."""
    name = form.get("name", "")
    if not 0 < len(name) <= 100:
        raise BadRequestError("Say who you are, in at most 100 letters: each correction is kept under a name.")
    session = desk.sign_in(form.get("token", ""), name, request.client.host if request.client else "")
    answer = _go("/review")
    answer.set_cookie(
        COOKIE, session, max_age=SESSION_S, path="/review", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.post("/sign-out")
def sign_out(_form: TheOwnForm) -> RedirectResponse:
    """Close the session in this browser."""
    answer = _go(SIGN_IN)
    answer.delete_cookie(COOKIE, path="/review")
    return answer


@router.get("")
def queue_page(
    request: Request, archive: TheWholeArchive, reviewer: TheReviewer, code: DoubtCode = "", page: ListPage = 1
) -> HTMLResponse:
    """The messages that wait for a person."""
    queue = load_review_queue(archive, code=code, page=page)
    return render(request, "review.html", queue, json_url=None, reviewer=reviewer)


@router.get("/open")
def open_message(
    archive: TheWholeArchive, _reviewer: TheReviewer, key: Annotated[str, Query(max_length=500)]
) -> RedirectResponse:
    """Go to the message of a key or an address that was pasted."""
    load_review_message(archive, wanted := key.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1])
    return _go(f"/review/messages/{wanted}")


@router.get("/messages/{key}")
def message_page(
    request: Request,
    archive: TheWholeArchive,
    reviewer: TheReviewer,
    key: Key,
    code: DoubtCode = "",
    page: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """A message beside its pages, with what can be decided about it."""
    message = load_review_message(archive, key, code=code, page=page)
    return render(request, "review_message.html", message, json_url=None, reviewer=reviewer)


@router.get("/documents/{key}/pages/{number:int}")
def page_page(
    request: Request, archive: TheWholeArchive, reviewer: TheReviewer, key: Key, number: PageNumber
) -> HTMLResponse:
    """A page of a file, to say where an email begins."""
    page = load_review_page(archive, key, number)
    return render(request, "review_page.html", page, json_url=None, reviewer=reviewer)


@router.get("/documents/{key}/pages/{number}.webp")
def page_image(
    archive: TheWholeArchive,
    page_images: ThePageImages,
    _reviewer: TheReviewer,
    key: Key,
    number: PageNumber,
    dpi: Annotated[int, Query(ge=SMALLEST_DPI, le=LARGEST_DPI)] = 100,
) -> Response:
    """The page as an image, also of a release that is not public: who reviews may see it."""
    original = load_page_original(archive, key, number)
    image = page_images.load(original.path, original.sha256, number, dpi)
    return Response(image, media_type="image/webp", headers={"Content-Security-Policy": PICTURE_POLICY})


@router.get("/people/{key}")
def person_page(request: Request, archive: TheWholeArchive, reviewer: TheReviewer, key: Key) -> HTMLResponse:
    """A person with those who may be the same."""
    person = load_review_person(archive, key)
    return render(request, "review_person.html", person, json_url=None, reviewer=reviewer)


@router.post("/messages/{key}/fields/{field}")
def decide_field(
    archive: TheWholeArchive, desk: TheDesk, reviewer: TheReviewer, key: Key, field: Key, form: TheOwnForm
) -> RedirectResponse:
    """Set or withhold a header field."""
    correction, message = _about_message(archive, key)
    withhold = form.get("do") == "withhold"
    correction.action = CorrectionAction.WITHHOLD_FIELD if withhold else CorrectionAction.SET_FIELD
    correction.field, correction.before = field, field_value(message, field)
    correction.after = form.get("codes" if withhold else "value", "")
    desk.decide(_signed(correction, reviewer.name, form))
    return _go(with_query(f"/review/messages/{key}", f"field-{field}", code=form.get("code")))


@router.post("/messages/{key}/{what}")
def decide_message(
    archive: TheWholeArchive, desk: TheDesk, reviewer: TheReviewer, key: Key, what: Key, form: TheOwnForm
) -> RedirectResponse:
    """Split at a line, join with the email before, say that it is none, or that all is right."""
    action = _CUTS.get(what) or _raise_unknown(what)
    following = load_review_message(archive, key, code=form.get("code", "")).next_key
    correction, message = _about_message(archive, key)
    if action is CorrectionAction.SPLIT:
        correction = _about_line(archive, message.document.key, form.get("place", ""))
    correction.action = action
    desk.decide(_signed(correction, reviewer.name, form))
    if action in (CorrectionAction.SPLIT, CorrectionAction.JOIN):
        return _go_to_line(archive, correction, form)
    path = f"/review/messages/{following}" if following else "/review"
    return _go(with_query(path, code=form.get("code")))


@router.post("/documents/{key}/split")
def decide_page(
    archive: TheWholeArchive, desk: TheDesk, reviewer: TheReviewer, key: Key, form: TheOwnForm
) -> RedirectResponse:
    """Say that an email begins on a line of a page."""
    correction = _about_line(archive, key, form.get("place", ""))
    correction.action = CorrectionAction.SPLIT
    desk.decide(_signed(correction, reviewer.name, form))
    return _go_to_line(archive, correction, form)


@router.post("/people/{key}/{what}")
def decide_person(desk: TheDesk, reviewer: TheReviewer, key: Key, what: Key, form: TheOwnForm) -> RedirectResponse:
    """Say that two people are one, or are not."""
    other = form.get("other", "").rstrip("/").rsplit("/", 1)[-1]
    correction = Correction(sha256="", anchor=f"{key} {other}", action=_PEOPLE.get(what) or _raise_unknown(what))
    desk.decide(_signed(correction, reviewer.name, form))
    return _go(f"/review/people/{key}")


def _about_message(archive: Archive, key: str) -> tuple[Correction, Message]:
    """Return a correction of the message, still without decision, and the message with all that forms show."""
    with archive.sessions() as session:
        message = MessageRepository(session).get(key) or raise_missing(session, "message", key)
        return place_of_message(session, message), message


def _about_line(archive: Archive, document_key: str, place: str) -> Correction:
    page, _, line = place.partition(":")
    if not (page.isdecimal() and line.isdecimal()):
        raise BadRequestError("Choose the line on which the email begins.")
    with archive.sessions() as session:
        document = DocumentRepository(session).get(document_key) or raise_missing(session, "document", document_key)
        return place_of_line(session, document, int(page), int(line))


def _signed(correction: Correction, name: str, form: Form) -> Correction:
    correction.made_by, correction.note = name, form.get("note") or None
    return correction


def _go_to_line(archive: Archive, correction: Correction, form: Form) -> RedirectResponse:
    """Lead to the message that the line belongs to now."""
    with archive.sessions() as session:
        review = ReviewRepository(session)
        document = review.document_of(correction.sha256)
        message = review.at_line(document.id, correction.page, correction.line or 1) if document else None
        path = f"/review/messages/{message.key}" if message else "/review"
    return _go(with_query(path, code=form.get("code")))


def _raise_unknown(what: str) -> CorrectionAction:
    raise BadRequestError(f"{what!r} is nothing that can be decided here.")


def _go(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)
