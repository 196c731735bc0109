"""Turn the values of a header block into mailboxes, a date and names of attachments."""

import re

from ingest.dates import parse_date
from ingest.headers.block import HeaderBlock
from ingest.headers.lexicon import Label
from ingest.people import parse_mailbox, split_behalf, split_mailboxes
from ingest.records import DatePrecision, Headers

_LONGEST = 4_000  # letters of an attachments line that are looked at
_COMMA = re.compile(r"(\.[A-Za-z][A-Za-z0-9]{1,4}),\s+(?=\S)")  # parts names behind an extension only
_ENDS_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def read_headers(block: HeaderBlock, printed: str, *, day_first: bool = False) -> Headers:
    """Return the values of a block; what is not printed is None or empty, never guessed.

    `day_first` tells "03/04/2012": see `ingest.dates.decide_day_first`.
    """
    values = block.values
    printed_sender, date = values.get(Label.FROM, ""), values.get(Label.DATE)
    if not date and _is_moment(printed_sender):  # OCR moved the date up to a sender's line that a box left empty
        printed_sender, date = "", printed_sender
    sender, principal = split_behalf(printed_sender)
    return Headers(
        printed=printed,
        sender=parse_mailbox(sender),
        on_behalf_of=parse_mailbox(principal) if principal else None,
        to=split_mailboxes(values.get(Label.TO, "")),
        cc=split_mailboxes(values.get(Label.CC, "")),
        bcc=split_mailboxes(values.get(Label.BCC, "")),
        date=parse_date(date, day_first=day_first) if date else None,
        subject=values.get(Label.SUBJECT),
        attachments=split_attachments(values.get(Label.ATTACHMENTS, "")),
        importance=values.get(Label.IMPORTANCE) or None,
    )


def _is_moment(text: str) -> bool:
    return parse_date(text).precision in (DatePrecision.MINUTE, DatePrecision.SECOND)


def split_attachments(text: str) -> tuple[str, ...]:
    """Return the file names of an attachments line: a name ends with its extension and may hold a ";" before."""
    names: list[str] = []
    pending = ""
    for piece in re.split(r"\s*;\s*", _COMMA.sub(r"\1; ", text[:_LONGEST])):
        pending = f"{pending}; {piece}" if pending else piece.strip(" ,")
        if _ENDS_NAME.search(pending):
            names.append(pending)
            pending = ""
    return tuple(name for name in (*names, pending) if name)
