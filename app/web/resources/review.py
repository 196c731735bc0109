"""Load what a reviewer looks at."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.corrections import CorrectionRepository
from app.database.documents import DocumentRepository
from app.database.messages import MessageRepository
from app.database.models import Correction, Document, Message, Page, Participant, Role
from app.database.people import PersonRepository
from app.database.review import ReviewRepository
from app.database.word_boxes import WordBox, unpack_boxes
from app.web.certainty import confidence_words, doubt_words, field_words
from app.web.resources.errors import raise_missing
from app.web.resources.messages import load_message
from app.web.resources.people import load_person
from app.web.schemas.base import printed_iso
from app.web.schemas.documents import BoxSummary, document_summary, page_summary
from app.web.schemas.messages import message_summary
from app.web.schemas.people import person_summary
from app.web.schemas.readings import FieldSummary, doubt_summaries, how_read
from app.web.schemas.review import (
    DoubtCount,
    LineOfPage,
    MergeSummary,
    ReviewField,
    ReviewLine,
    ReviewMessage,
    ReviewPage,
    ReviewPerson,
    ReviewQueue,
    ReviewSheet,
    correction_summary,
)

LINES_SHOWN = 50
SHEETS_SHOWN = 5
CORRECTIONS_SHOWN = 30
_ROLES = {
    "from": Role.SENDER, "on_behalf_of": Role.ON_BEHALF_OF, "to": Role.TO, "cc": Role.CC, "bcc": Role.BCC,
}  # fmt: skip
_FIELDS = (*_ROLES, "date", "subject", "attachments", "importance")


def load_review_queue(archive: Archive, *, code: str = "", page: int = 1) -> ReviewQueue:
    """Return page `page`, from 1, of the messages that wait for a person; with `code` those with such a doubt."""
    with archive.sessions() as session:
        review = ReviewRepository(session)
        count, codes = review.count(code), review.count_codes()
        pages = max(1, -(-count // LINES_SHOWN))
        page = max(1, min(page, pages))
        found = review.page(code, offset=(page - 1) * LINES_SHOWN, limit=LINES_SHOWN)
        return ReviewQueue(
            count=count,
            code=code,
            codes=[DoubtCount(code=each, name=doubt_words(each), messages=times) for each, times in codes.items()],
            page=page,
            pages=pages,
            lines=[_line(message) for message in found],
        )


def load_review_message(archive: Archive, key: str, *, code: str = "", page: int = 0) -> ReviewMessage:
    """Return the message with its pages from `page` on, or from its first, and its place in the queue.

    Raises:
        NotFoundError: there is no such message; MovedError if it is elsewhere now.
    """
    detail = load_message(archive, key)
    with archive.sessions() as session:
        message = MessageRepository(session).get(key) or raise_missing(session, "message", key)
        review = ReviewRepository(session)
        readings = how_read(message).header_fields
        first = max(message.first_page, min(page, message.last_page))
        return ReviewMessage(
            message=detail,
            fields=[_field(message, name, readings) for name in _FIELDS],
            sheets=_sheets(session, message, first, readings),
            code=code,
            number=review.count_before(message, code) + message.doubtful,
            count=review.count(code),
            previous_key=review.previous_key(message, code),
            next_key=review.next_key(message, code),
            corrections=[correction_summary(each) for each in _newest(session, message.document.sha256)],
        )


def load_review_page(archive: Archive, key: str, number: int) -> ReviewPage:
    """Return a page of a document, from 1, with its lines.

    Raises:
        NotFoundError: there is no such document or page.
    """
    with archive.sessions() as session:
        documents = DocumentRepository(session)
        document = documents.get(key) or raise_missing(session, "document", key)
        page = documents.page(document.id, number) or raise_missing(session, "page", str(number))
        on_page = MessageRepository(session).on_pages(document.id, number, number)
        return ReviewPage(
            document=document_summary(document),
            sheet=_sheet(page, document, ()),
            messages=[message_summary(message) for message in on_page],
        )


def load_review_person(archive: Archive, key: str) -> ReviewPerson:
    """Return the person with those who are, or were, held to be the same.

    Raises:
        NotFoundError: there is no such person.
    """
    with archive.sessions() as session:
        people = PersonRepository(session)
        person = people.get(key) or raise_missing(session, "person", key)
        merges = people.decisions(person.id)
        return ReviewPerson(
            person=load_person(archive, people.representative(person).key),
            merges=[
                MergeSummary(
                    person=person_summary(other),
                    evidence=merge.evidence,
                    made_by=merge.made_by,
                    cut_by=merge.cut_by,
                )
                for merge, other in merges
            ],
        )


def field_value(message: Message, field: str) -> str:
    """Return a field of a message as a form holds it; "" if it is not printed.

    Whoever is withheld stands in the list as codes, so that setting the rest keeps them.
    """
    if field in _ROLES:
        return "; ".join(_mailbox(one) for one in _in_role(message, field))
    if field == "date":
        return (printed_iso(message) or "").replace("T", " ")
    if field == "attachments":
        return "; ".join(attachment.name for attachment in message.attachments)
    return (message.subject if field == "subject" else message.importance) or ""


def lines_of_page(page: Page) -> list[LineOfPage]:
    """Return the lines of a page with the boxes around their words."""
    boxes, lines, start = unpack_boxes(page.word_boxes), [], 0
    for number, text in enumerate(page.text.split("\n") if page.text else (), 1):
        end = start + len(text.split())
        lines.append(LineOfPage(place=f"{page.number}:{number}", text=text, box=_around(boxes[start:end])))
        start = end
    return lines


def _line(message: Message) -> ReviewLine:
    return ReviewLine(
        message=message_summary(message),
        document=document_summary(message.document),
        doubts=doubt_summaries(message),
        certainty=confidence_words(message.confidence),
    )


def _field(message: Message, field: str, readings: Sequence[FieldSummary]) -> ReviewField:
    withheld = [one for one in _in_role(message, field) if one.withheld]
    return ReviewField(
        field=field,
        name=field_words(field),
        value=field_value(message, field),
        withheld=bool(withheld),
        codes=" ".join(one.codes for one in withheld),
        reading=next((reading for reading in readings if reading.field == field), None),
    )


def _in_role(message: Message, field: str) -> list[Participant]:
    return [one for one in message.participants if one.role is _ROLES.get(field)]


def _mailbox(one: Participant) -> str:
    if one.withheld:
        return one.codes or "[redacted]"
    if one.name and one.address:
        return f"{one.name} <{one.address}>"
    return one.name or one.address or one.printed


def _sheets(session: Session, message: Message, first: int, readings: Sequence[FieldSummary]) -> list[ReviewSheet]:
    last = min(message.last_page, first + SHEETS_SHOWN - 1)
    pages = DocumentRepository(session).pages(message.document_id, first, last)
    return [_sheet(page, message.document, readings) for page in pages]


def _sheet(page: Page, document: Document, readings: Sequence[FieldSummary]) -> ReviewSheet:
    return ReviewSheet(
        page=page_summary(page, document.key, ()),
        lines=lines_of_page(page),
        fields=[reading for reading in readings if reading.page == page.number and reading.box],
    )


def _around(boxes: Sequence[WordBox]) -> BoxSummary | None:
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return BoxSummary(x0=min(lefts), top=min(tops), x1=max(rights), bottom=max(bottoms))


def _newest(session: Session, sha256: str) -> list[Correction]:
    return list(reversed(CorrectionRepository(session).of_file(sha256)))[:CORRECTIONS_SHOWN]
