"""Read the header of a native mail: its values, and how sure each of them is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.mail.addresses import MOST_MAILBOXES, parse_addresses
from ingest.mail.charsets import decode_words, needs_guess
from ingest.mail.dates import judge_date, parse_mail_date
from ingest.mail.mime import Part, shown_field
from ingest.records import FieldReading, Headers, Mailbox, Problem, ReadingMethod

_SHOWN_NAMES = {"from", "date", "to", "cc", "bcc", "subject"}
# In this order: the first says it in words (RFC 2156, 5.3.4), the last by a number of the program's own.
_IMPORTANCES = ("Importance", "X-MSMail-Priority", "Priority", "X-Priority")
_GUESSED, _STANDS_IN = 0.7, 0.8
_IN_ANGLES = re.compile(r"<([^<>]{1,2000})>")
_BARE_ID = re.compile(r"[^\s<>]+@[^\s<>]+")
_MOST_IDS, _MOST_ID = 1000, 500


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The names by which mails point at each other (RFC 5322, 3.6.4), without "<>"."""

    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]


def read_headers(part: Part, problems: list[Problem], attachments: Sequence[str] = ()) -> Headers:
    """Return the values of a mail's header with how each was read; what cannot be read whole joins `problems`."""
    sender_field = "From" if (senders := _mailboxes(part, "From", problems)) else "Sender"
    senders = senders or _mailboxes(part, "Sender", problems)
    subject, date = part.find("Subject"), part.find("Date")
    importance = next((name for name in _IMPORTANCES if part.find(name)), None)
    return Headers(
        printed="\n".join(shown_field(each) for each in part.fields if each.name.lower() in _SHOWN_NAMES),
        sender=senders[0] if senders else None,
        to=_mailboxes(part, "To", problems),
        cc=_mailboxes(part, "Cc", problems),
        bcc=_mailboxes(part, "Bcc", problems),
        date=None if date is None else parse_mail_date(decode_words(date)),
        subject=None if subject is None else _shown(subject),
        attachments=tuple(attachments),
        importance=_shown(part.find(importance) or "") if importance else None,
        readings=tuple(_readings(part, sender_field if senders else "From", importance, attachments)),
    )


def read_identifiers(part: Part) -> Identifiers:
    """Return the mail's own identifier and those that it points at."""
    own, answered = find_identifiers(part.find("Message-ID")), find_identifiers(part.find("In-Reply-To"))
    references = find_identifiers(part.find("References"))
    return Identifiers(next(iter(own), None), next(iter(answered), None), tuple(dict.fromkeys(references)))


def find_identifiers(text: str | None) -> list[str]:
    """Return the identifiers of a field in order; old programs write words beside them, or leave out "<>"."""
    if not text:
        return []
    found = ["".join(each.split()) for each in _IN_ANGLES.findall(text)] or _BARE_ID.findall(text)
    return [each[:_MOST_ID] for each in found if each][:_MOST_IDS]


def native_reading(field: str, printed: str, confidence: float = 1.0) -> FieldReading:
    """Return how a field of a mail file was read; such a file has neither page nor box."""
    return FieldReading(field, printed, ReadingMethod.NATIVE, confidence)


def _readings(
    part: Part, sender_field: str, importance: str | None, attachments: Sequence[str]
) -> Iterator[FieldReading]:
    named = [("from", sender_field), ("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"), ("subject", "Subject")]
    for field, name in [*named, *([("importance", importance)] if importance else [])]:
        values = list(part.every(name))
        if values:
            sure = min(
                _GUESSED if any(needs_guess(each.raw) for each in values) else 1.0,
                _STANDS_IN if name == "Sender" else 1.0,
            )
            yield native_reading(field, ", ".join(_shown(each.text) for each in values), sure)
    date = part.find("Date")
    if date is not None:
        yield native_reading("date", _shown(date), judge_date(decode_words(date)))
    if attachments:
        yield native_reading("attachments", "; ".join(attachments))


def _mailboxes(part: Part, name: str, problems: list[Problem]) -> tuple[Mailbox, ...]:
    """Return the mailboxes of all fields of this name; there should be one."""
    boxes = [box for each in part.every(name) for box in parse_addresses(each.text)]
    if len(boxes) >= MOST_MAILBOXES:
        detail = f"Only the first {MOST_MAILBOXES:,} mailboxes of the field {name} were read."
        problems.append(Problem("too_many_mailboxes", detail))
    return tuple(boxes[:MOST_MAILBOXES])


def _shown(text: str) -> str:
    return " ".join(decode_words(text).split())
