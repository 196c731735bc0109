"""Read one RFC 822 mail into a record."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.mail.addresses import MOST_MAILBOXES, parse_addresses
from ingest.mail.charsets import decode_text, decode_words
from ingest.mail.dates import parse_mail_date
from ingest.mail.html import html_to_text
from ingest.mail.mime import MimeReader, Part, shown_field, split_header, take_uuencoded
from ingest.mail.quotes import split_quoted
from ingest.records import AttachedFile, Headers, Level, Mailbox, MessageRecord, PrintedDate, Problem

_SHOWN_NAMES = {"from", "date", "to", "cc", "bcc", "subject"}
# Parts for programs; what they say stands in the mail's text as well.
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}


@dataclass(slots=True)
class _Content:
    """What was gathered from a mail's parts."""

    attached: list[AttachedFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def attach(self, name: str | None, content: bytes, extension: str) -> None:
        """Keep an attachment; one without a name gets its number."""
        self.attached.append(AttachedFile(name or f"attachment-{len(self.attached) + 1}{extension}", content))


def read_eml(raw: bytes, *, first_line: int = 1) -> tuple[MessageRecord | None, list[Problem]]:
    """Return the mail, None if it has neither header nor text, and what was wrong with it."""
    reader = MimeReader()
    part = reader.read(raw)
    content = _Content(problems=reader.problems)
    text = "\n".join(_texts(part, content))
    headers = _read_headers(part, content)
    if not part.fields:
        content.problems.append(Problem("no_header", "The email has no header: sender and date are not known."))
    if not (part.fields or text.strip()):
        return None, content.problems
    return build_message(headers, text, tuple(content.attached), first_line=first_line), content.problems


def build_message(
    headers: Headers, text: str, attached: tuple[AttachedFile, ...], *, first_line: int = 1
) -> MessageRecord:
    """Return the record of a mail, its text parted into the sender's words and what they answer."""
    own, quoted = split_quoted(text)
    return MessageRecord(
        Level.PRINTED,
        None,
        1,
        1,
        first_line,
        1,
        headers,
        own.strip("\n").rstrip(),
        quoted.strip("\n").rstrip(),
        attached,
    )


def _read_headers(part: Part, content: _Content) -> Headers:
    senders = _mailboxes(part, "From", content) or _mailboxes(part, "Sender", content)
    subject = part.find("Subject")
    return Headers(
        printed="\n".join(shown_field(each) for each in part.fields if each.name.lower() in _SHOWN_NAMES),
        sender=senders[0] if senders else None,
        to=_mailboxes(part, "To", content),
        cc=_mailboxes(part, "Cc", content),
        bcc=_mailboxes(part, "Bcc", content),
        date=_read_date(part),
        subject=None if subject is None else " ".join(decode_words(subject).split()),
        attachments=tuple(attached.name for attached in content.attached),
    )


def _read_date(part: Part) -> PrintedDate | None:
    date = part.find("Date")
    return None if date is None else parse_mail_date(decode_words(date))


def _mailboxes(part: Part, name: str, content: _Content) -> tuple[Mailbox, ...]:
    """Return the mailboxes of all fields of this name; there should be one."""
    boxes = [box for each in part.every(name) for box in parse_addresses(each.text)]
    if len(boxes) >= MOST_MAILBOXES:
        detail = f"Only the first {MOST_MAILBOXES:,} mailboxes of the field {name} were read."
        content.problems.append(Problem("too_many_mailboxes", detail))
    return tuple(boxes[:MOST_MAILBOXES])


def _texts(part: Part, content: _Content) -> Iterator[str]:
    """Yield the texts that a reader of mail shows, in order; keep all attachments."""
    if part.is_multipart and part.kind == "multipart/alternative":
        yield from _best_alternative(part, content)
    elif part.is_multipart:
        for child in part.parts:
            yield from _texts(child, content)
    elif _is_body(part):
        yield _body_text(part, content)
    elif part.file_name or part.is_attachment or not _is_ornament(part):
        _attach(part, content)


def _best_alternative(part: Part, content: _Content) -> Iterator[str]:
    """Yield the plain text where there is one that says anything, else the last that does."""
    found = [(child.kind, [text for text in _texts(child, content) if text.strip()]) for child in part.parts]
    told = [(kind, texts) for kind, texts in found if texts]
    plain = [texts for kind, texts in told if kind == "text/plain"]
    if told:
        yield from plain[0] if plain else told[-1][1]


def _is_body(part: Part) -> bool:
    if part.is_attachment or part.kind.startswith("multipart/"):
        return part.kind.startswith("multipart/")  # one without parts: its text is all there is
    return part.kind in {"text/plain", "text/html", "text/enriched", "text/richtext"} and not part.file_name


def _body_text(part: Part, content: _Content) -> str:
    if part.kind == "text/html":
        return html_to_text(part.text)
    rest, files = take_uuencoded(part.content)
    for name, decoded in files:
        content.attach(name, decoded, "")
    return decode_text(rest, part.parameter("charset"))


def _is_ornament(part: Part) -> bool:
    """Return whether a part without a name serves only to show or to check the text."""
    is_shown = part.find("Content-ID") or (part.find("Content-Disposition") or "").lower().startswith("inline")
    return part.kind in _SIGNATURES or (part.kind.startswith("image/") and bool(is_shown))


def _attach(part: Part, content: _Content) -> None:
    decoded = part.content
    name = part.file_name
    if part.kind == "message/rfc822":
        name = name or _subject_name(decoded)
    content.attach(name, decoded, part.extension)


def _subject_name(raw: bytes) -> str | None:
    fields, _ = split_header(raw)
    subject = next((each.text for each in fields if each.name.lower() == "subject"), "")
    words = " ".join(decode_words(subject).replace("/", "-").split())
    return f"{words[:200]}.eml" if words else None
