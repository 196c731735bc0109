"""The emails that an archive is filled with: the load-test corpus, read as ingest reads a mail."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ingest.dates import parse_date
from ingest.mail.quotes import split_quoted
from ingest.people import parse_mailbox, split_mailboxes
from ingest.records import Mailbox, PrintedDate

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "loadtest" / "emails.jsonl.gz"

_SHIFT = timedelta(days=11)  # of each copy against the one before: 32 copies move over a year
_HEADER_LETTERS = 1_500  # the printed header stands within these
_HEADER_END = re.compile(r"^\W{0,3}Subject\b.*$", re.M)
_QUOTED_FIELD = re.compile(r"^\W{0,3}(From|Sent|Date|To|Subject):[ \t]*(.+)$", re.M)
_QUOTED_LINES = 12  # the header of a quoted email stands within these
_LOST_VALUE = re.compile(r"^\W*Subject\W*$", re.I)  # "To:" was blacked out and the next label was read for it


@dataclass(frozen=True, slots=True)
class QuotedEmail:
    """The newest of the emails that another quotes."""

    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    date: PrintedDate | None
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Email:
    """An email of the corpus."""

    key: str
    source: str  # the production that it stands in
    agency: str
    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: PrintedDate | None
    subject: str | None
    header_text: str
    text: str  # the sender's own words
    quoted_text: str
    quoted: QuotedEmail | None


def read_corpus(limit: int | None = None) -> Iterator[Email]:
    """Yield the emails of the corpus in its order, at most `limit`."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if limit is not None and number >= limit:
                return
            yield _read_email(json.loads(line))


def unique_token(copy: int, number: int) -> str:
    """Return the word that stands in one email of one copy and nowhere else; both count from 0."""
    return f"zq{copy:02}x{number:06}"


def shift_of(copy: int) -> timedelta:
    """Return by how much the dates of a copy, counted from 0, lie behind those of the corpus."""
    return _SHIFT * copy


def shifted(moment: datetime | None, copy: int) -> datetime | None:
    """Return the moment in a copy; None stays None."""
    return moment + shift_of(copy) if moment else None


def _read_email(given: dict[str, str | None]) -> Email:
    printed_date = given.get("date_raw") or given.get("date")
    header_text, body = _split_header(given["body"] or "")
    text, quoted_text = split_quoted(body)
    return Email(
        key=str(given["id"]),
        source=str(given["source"]),
        agency=str(given["agency"]),
        sender=parse_mailbox(given["from"] or ""),
        to=_mailboxes(given["to"]),
        cc=_mailboxes(given.get("cc")),
        date=parse_date(printed_date) if printed_date else None,
        subject=given["subject"],
        header_text=header_text,
        text=text,
        quoted_text=quoted_text,
        quoted=_read_quoted(quoted_text),
    )


def _mailboxes(text: str | None) -> tuple[Mailbox, ...]:
    return split_mailboxes(text) if text and not _LOST_VALUE.match(text) else ()


def _split_header(body: str) -> tuple[str, str]:
    """Cut the header off a printed email's text; a mail's body has none."""
    if not (end := _HEADER_END.search(body, 0, _HEADER_LETTERS)):
        return "", body
    return body[: end.end()], body[end.end() :].lstrip("\n")


def _read_quoted(quoted_text: str) -> QuotedEmail | None:
    head = "\n".join(quoted_text.split("\n")[:_QUOTED_LINES])
    fields = {match[1]: match[2].strip() for match in reversed(list(_QUOTED_FIELD.finditer(head)))}
    if "From" not in fields:
        return None
    printed_date = fields.get("Sent") or fields.get("Date")
    end = max((match.end() for match in _QUOTED_FIELD.finditer(head)), default=0)
    return QuotedEmail(
        sender=parse_mailbox(fields["From"]),
        to=_mailboxes(fields.get("To")),
        date=parse_date(printed_date) if printed_date else None,
        subject=fields.get("Subject"),
        text=split_quoted(quoted_text[end:].lstrip("\n"))[0],
    )
