"""Say of each header field where it stands, how it was read and how sure that is."""

from collections.abc import Iterator, Sequence

from ingest.dates import weekday_fits
from ingest.headers.block import HeaderBlock
from ingest.headers.lexicon import Label
from ingest.headers.spots import Spot
from ingest.records import Box, DatePrecision, FieldReading, Headers, Mailbox, ReadingMethod

_KIND_METHODS = {"heading": ReadingMethod.HEADING, "attribution": ReadingMethod.ATTRIBUTION}
_SURE = {  # share of right values by method on the releases of tests/benchmarks/bench_confidence.py
    ReadingMethod.LABEL: 0.97,
    ReadingMethod.HEADING: 0.97,
    ReadingMethod.ATTRIBUTION: 0.9,
    ReadingMethod.DETACHED: 0.85,
    ReadingMethod.GLUED: 0.7,
    ReadingMethod.OCR: 0.85,
    ReadingMethod.BOX: 0.9,
}
_FIELDS = (
    Label.FROM,
    Label.TO,
    Label.CC,
    Label.BCC,
    Label.DATE,
    Label.SUBJECT,
    Label.ATTACHMENTS,
    Label.IMPORTANCE,
)


def read_fields(block: HeaderBlock, headers: Headers, spots: Sequence[Spot]) -> tuple[FieldReading, ...]:
    """Return how each field that has a label was read."""
    return tuple(_reading(block, label, headers, spots) for label in _FIELDS if label in block.values)


def _reading(block: HeaderBlock, label: Label, headers: Headers, spots: Sequence[Spot]) -> FieldReading:
    lines = [spots[index] for index in block.lines.get(label, ())]
    method = block.methods.get(label) or _KIND_METHODS.get(block.kind, ReadingMethod.LABEL)
    if label is Label.FROM and headers.sender is not None and headers.sender.withheld:
        method = ReadingMethod.BOX
    elif any(word.from_ocr for spot in lines for word in spot.line.words):
        method = ReadingMethod.OCR
    page = lines[0].page if lines else None
    box = Box.around(spot.line.box for spot in lines if spot.page == page) if lines else None
    confidence = min(_SURE.get(method, 0.97), *_weak_points(label, headers), 1.0)
    return FieldReading(label.value, block.values[label], method, confidence, page, box)


def _weak_points(label: Label, headers: Headers) -> Iterator[float]:
    """Yield how sure a value can be at the most, for what is odd about it."""
    if label is Label.DATE:
        yield date_confidence(headers)
    if label is Label.FROM:
        yield from ([mailbox_confidence(headers.sender)] if headers.sender else [0.5])
    lists = {Label.TO: headers.to, Label.CC: headers.cc, Label.BCC: headers.bcc}
    yield from (mailbox_confidence(mailbox) for mailbox in lists.get(label, ()))


def date_confidence(headers: Headers) -> float:
    """Return how sure a date is: its weekday is a checksum."""
    date = headers.date
    if date is None or date.wall is None:
        return 0.1
    fits = weekday_fits(date)
    if fits is False:
        return 0.3
    whole = date.precision in (DatePrecision.MINUTE, DatePrecision.SECOND)
    return (0.99 if fits else 0.95) if whole else 0.8


def mailbox_confidence(mailbox: Mailbox) -> float:
    """Return how sure a mailbox is: odd signs and lone letters are what OCR leaves of boxes."""
    if mailbox.withheld or mailbox.address:
        return 0.95
    name = mailbox.name or ""
    letters = sum(letter.isalpha() for letter in name)
    if letters <= 1:
        return 0.6
    odd = sum(not (letter.isalnum() or letter in " .,'’-()/&") for letter in name)
    return 0.6 if odd or len(name.split()) > 6 else 0.93
