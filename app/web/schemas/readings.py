"""How a record was read: where its fields stand, how sure they are, and what is doubtful."""

from collections.abc import Iterator

from app.database.models import Message, MessageKind
from app.web.certainty import confidence_words, doubt_words, field_words, method_words
from app.web.schemas.base import Schema
from app.web.schemas.documents import BoxSummary


class FieldSummary(Schema):
    """Where one header field stands and how it was read."""

    field: str  # "from", "on_behalf_of", "to", "cc", "bcc", "date", "subject", "attachments" or "importance"
    name: str  # what it is to a reader: "sender"
    printed: str  # the text as it stands on the page
    method: str  # "label", "ocr", "person" ...
    how: str  # the method in words
    confidence: float  # 0 to 1
    certainty: str  # the confidence in words
    page: int | None  # None: a mail file has no pages
    box: BoxSummary | None  # around label and value


class TextStretch(Schema):
    """A stretch of a message's `text`: the sender's own words, or what mail programs and offices put around them."""

    kind: str  # "own", "banner", "signature" or "disclaimer"
    page: int  # on which it begins
    start: int  # index of its first character in `text`
    end: int  # index behind its last


class DoubtSummary(Schema):
    """A reason for a person to look at a record."""

    code: str  # stable, for programs
    name: str  # of the kind: "where it begins"
    detail: str  # what does not fit


class HowRead(Schema):
    """How sure an email's record is, and whether a person has looked at it."""

    kind: MessageKind
    confidence: float  # that it is a message and begins here, 0 to 1
    certainty: str  # the same in words
    reasons: list[str]  # what spoke most for and against
    checked: bool  # a person found it right; else it was read by machine alone
    doubts: list[DoubtSummary]
    header_fields: list[FieldSummary]
    importance: str | None  # as printed
    stretches: list[TextStretch]  # in order; together they are the whole of `text`


def how_read(message: Message) -> HowRead:
    """Return how a message was read."""
    return HowRead(
        kind=message.kind,
        confidence=message.confidence,
        certainty=confidence_words(message.confidence),
        reasons=message.reasons,
        checked=message.checked_by is not None,
        doubts=doubt_summaries(message),
        header_fields=[_field(one) for one in message.header_fields],
        importance=message.importance,
        stretches=list(_stretches(message)),
    )


def _stretches(message: Message) -> Iterator[TextStretch]:
    """Yield the stretches of a message's text; what lies between those that are told apart is its sender's own."""
    ends = [("own", len(message.text), len(message.text))]
    position = 0
    for kind, start, end in (*message.text_parts, *ends):
        for name, first, last in (("own", position, start), (kind, start, end)):
            if message.text[first:last].strip():
                page = message.text_page + message.text.count("\f", 0, first)
                yield TextStretch(kind=name, page=page, start=first, end=last)
        position = end


def doubt_summaries(message: Message) -> list[DoubtSummary]:
    """Return why a person should look at a message."""
    return [DoubtSummary(code=code, name=doubt_words(code), detail=detail) for code, detail in message.doubts]


def _field(one: dict[str, object]) -> FieldSummary:
    page, box, confidence = one.get("page"), one.get("box"), float(str(one["confidence"]))
    return FieldSummary(
        field=str(one["field"]),
        name=field_words(str(one["field"])),
        printed=str(one["printed"]),
        method=str(one["method"]),
        how=method_words(str(one["method"])),
        confidence=confidence,
        certainty=confidence_words(confidence),
        page=page if isinstance(page, int) else None,
        box=BoxSummary(x0=box[0], top=box[1], x1=box[2], bottom=box[3]) if isinstance(box, list) else None,
    )
