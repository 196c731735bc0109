"""What a reviewer sees: the queue, a record beside its pages, and what was decided."""

from app.database.models import Correction, CorrectionAction
from app.web.schemas.base import Schema, UtcMoment
from app.web.schemas.details import MessageDetail, PersonDetail
from app.web.schemas.documents import BoxSummary, DocumentSummary, PageSummary
from app.web.schemas.messages import MessageSummary
from app.web.schemas.people import PersonSummary
from app.web.schemas.readings import DoubtSummary, FieldSummary


class DoubtCount(Schema):
    """A kind of doubt and how many messages of the queue have it."""

    code: str
    name: str
    messages: int


class ReviewLine(Schema):
    """A message in the queue."""

    message: MessageSummary
    document: DocumentSummary
    doubts: list[DoubtSummary]
    certainty: str  # that it is a message and begins there


class ReviewQueue(Schema):
    """A stretch of the queue, in the order of files and pages."""

    count: int
    code: str  # only doubts of this kind; "" for all
    codes: list[DoubtCount]  # of the whole queue
    page: int  # from 1
    pages: int
    lines: list[ReviewLine]


class CorrectionSummary(Schema):
    """What a person decided."""

    made_at: UtcMoment
    made_by: str
    sha256: str  # of the file; "" for people
    action: CorrectionAction
    page: int | None = None
    line: int | None = None
    anchor: str  # the line's text when it was decided
    field: str | None = None
    before: str | None = None
    after: str | None = None
    note: str | None = None


class ReviewField(Schema):
    """A header field as it can be corrected."""

    field: str
    name: str
    value: str  # as a form holds it
    withheld: bool
    codes: str  # blank apart
    reading: FieldSummary | None  # None: not printed, or where it stands was not kept


class LineOfPage(Schema):
    """A line of a page at which an email could begin."""

    place: str  # "page:line", both from 1
    text: str
    box: BoxSummary | None  # None: it has no words


class ReviewSheet(Schema):
    """A page with the lines and the fields on it."""

    page: PageSummary
    lines: list[LineOfPage]
    fields: list[FieldSummary]


class ReviewMessage(Schema):
    """A message to be looked at beside its pages."""

    message: MessageDetail
    fields: list[ReviewField]
    sheets: list[ReviewSheet]
    code: str  # of the queue that one goes through
    number: int  # in that queue, from 1; of the one before it if it is not in the queue
    count: int  # of that queue
    previous_key: str | None
    next_key: str | None
    corrections: list[CorrectionSummary]  # of its file


class ReviewPage(Schema):
    """A page of a file, to say where an email begins."""

    document: DocumentSummary
    sheet: ReviewSheet
    messages: list[MessageSummary]


class MergeSummary(Schema):
    """Another person who is, or was, held to be the same."""

    person: PersonSummary
    evidence: str
    made_by: str
    cut_by: str | None  # None: it holds


class ReviewPerson(Schema):
    """A person with those who may be the same."""

    person: PersonDetail
    merges: list[MergeSummary]


def correction_summary(correction: Correction) -> CorrectionSummary:
    """Return a correction as it is listed and exported."""
    names = CorrectionSummary.model_fields
    return CorrectionSummary(**{name: getattr(correction, name) for name in names})
