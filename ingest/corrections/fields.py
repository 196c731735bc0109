"""Set or withhold one header field as a person says; values are read by the same parsers as the print's."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.errors import BadRequestError
from ingest.dates import parse_date
from ingest.headers.values import split_attachments
from ingest.people import parse_mailbox, split_mailboxes
from ingest.records import Doubt, FieldReading, Headers, Mailbox, PrintedDate, ReadingMethod
from ingest.redactions import normalise_code

FIELDS = ("from", "on_behalf_of", "to", "cc", "bcc", "date", "subject", "attachments", "importance")
_ONE, _MANY = ("from", "on_behalf_of"), ("to", "cc", "bcc")
# A doubt is about the field that a word of its code names: "no_sender", "weekday", "recipients_count".
_WORDS = {
    "from": {"from", "sender"},
    "on_behalf_of": {"behalf", "principal"},
    "to": {"to", "recipient", "recipients"},
    "cc": {"cc", "recipient", "recipients"},
    "bcc": {"bcc", "recipient", "recipients"},
    "date": {"date", "weekday", "day", "time", "zone"},
    "subject": {"subject"},
    "attachments": {"attachment", "attachments"},
    "importance": {"importance"},
}


def set_field(headers: Headers, field: str, text: str) -> Headers:
    """Return the headers with a field as a person wrote it; "" for one that is not printed."""
    value = _parsers(headers)[field](text.strip())
    return _read_by_person(replace(headers, **{_attribute(field): value}), field)


def withhold_field(headers: Headers, field: str, codes: str) -> Headers:
    """Return the headers with a field that is blacked out; `codes` are blank apart, "" if none is printed."""
    normalised = tuple(filter(None, (normalise_code(code) for code in codes.split())))
    withheld = Mailbox(codes or "withheld", None, None, withheld=True, codes=normalised)
    value: Any = withheld if field in _ONE else (withheld,) if field in _MANY else _empty(field)
    return _read_by_person(replace(headers, **{_attribute(field): value}), field)


def check_value(field: str, text: str) -> None:
    """Make sure that a person's value can be read.

    Raises:
        BadRequestError: there is no such field, or the value says nothing of its kind.
    """
    _check_field(field)
    if not text.strip():
        return
    if field == "date" and parse_date(text).wall is None:
        raise BadRequestError(f"{text!r} is no date; write it as 2012-09-11 08:30.")
    if field in (*_ONE, *_MANY) and not split_mailboxes(text):
        raise BadRequestError(f"{text!r} names nobody; write a name, an address or Jane Roe <jane@example.org>.")


def check_codes(field: str, codes: str) -> None:
    """Make sure that these are exemption codes, blank apart, or none.

    Raises:
        BadRequestError: there is no such field, or a code is none.
    """
    _check_field(field)
    for code in codes.split():
        if normalise_code(code) is None:
            raise BadRequestError(f"{code!r} is no exemption code; write b6, b7e or 1.4d.")


def is_about(doubt: Doubt, field: str) -> bool:
    """Tell whether a doubt is about this field."""
    return bool(_WORDS[field] & set(doubt.code.split("_")))


def _check_field(field: str) -> None:
    if field not in FIELDS:
        raise BadRequestError(f"There is no field {field!r}; there are {', '.join(FIELDS)}.")


def _parsers(headers: Headers) -> dict[str, Callable[[str], Any]]:
    one, many = (dict.fromkeys(_ONE, parse_mailbox), dict.fromkeys(_MANY, split_mailboxes))
    return {
        **one,
        **many,
        "date": lambda text: _date(headers.date, text),
        "subject": lambda text: text or None,
        "attachments": split_attachments,
        "importance": lambda text: text or None,
    }


def _date(printed: PrintedDate | None, text: str) -> PrintedDate | None:
    """Return the date of a person's text under the text that stands on the page."""
    if not text:
        return None
    return replace(parse_date(text), text=printed.text if printed and printed.text else text)


def _empty(field: str) -> Sequence[str] | None:
    return () if field == "attachments" else None


def _attribute(field: str) -> str:
    return "sender" if field == "from" else field


def _read_by_person(headers: Headers, field: str) -> Headers:
    """Note that a person set the field; where it stands stays known."""
    before = next((reading for reading in headers.readings if reading.field == field), None)
    known = before or FieldReading(field, "", ReadingMethod.PERSON, 1.0)
    by_person = replace(known, method=ReadingMethod.PERSON, confidence=1.0)
    others = (reading for reading in headers.readings if reading.field != field)
    return replace(headers, readings=(*others, by_person))
