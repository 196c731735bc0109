"""Read one RFC 822 mail into a record."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest.mail.calendar import calendar_to_text
from ingest.mail.charsets import decode_text, decode_words
from ingest.mail.cutting import MimeReader
from ingest.mail.headers import read_headers, read_identifiers
from ingest.mail.html import html_to_text
from ingest.mail.mime import Part, split_header, take_uuencoded
from ingest.mail.quotes import split_quoted
from ingest.records import AttachedFile, Headers, Level, MessageKind, MessageRecord, Problem

# Parts for programs; what they say stands in the mail's text as well.
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_MOST_LETTERS = 16 << 20  # of one text: as HTML it takes 30 times that in memory


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
    calendar = _find_calendar(part)
    if calendar is not None and not text.strip():
        text = calendar_to_text(calendar.text)
    headers = read_headers(part, content.problems, [each.name for each in content.attached])
    if not part.fields:
        content.problems.append(Problem("no_header", "The email has no header: sender and date are not known."))
    if not (part.fields or text.strip()):
        return None, content.problems
    message = build_message(headers, text, tuple(content.attached), first_line=first_line)
    pointers = read_identifiers(part)
    return (
        replace(
            message,
            kind=MessageKind.INVITE if calendar else MessageKind.EMAIL,
            message_id=pointers.message_id,
            in_reply_to=pointers.in_reply_to,
            references=pointers.references,
        ),
        content.problems,
    )


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


def _find_calendar(part: Part) -> Part | None:
    """Return the part that is a calendar's (RFC 6047, 2.4), None if there is none: the mail is no invite."""
    if part.kind == "text/calendar":
        return part
    return next((found for child in part.parts if (found := _find_calendar(child))), None)


def _texts(part: Part, content: _Content) -> Iterator[str]:
    """Yield the texts that a reader of mail shows, in order; keep all attachments."""
    if part.is_multipart and part.kind == "multipart/alternative":
        yield from _best_alternative(part, content)
    elif part.is_multipart:
        for child in part.parts:
            yield from _texts(child, content)
    elif _is_body(part):
        yield _body_text(part, content)
    elif part.file_name or part.is_attachment or part.kind not in _SIGNATURES:
        _attach(part, content)


def _best_alternative(part: Part, content: _Content) -> Iterator[str]:
    """Yield the plain texts where there are some that say anything, else the last alternative that does."""
    found = [(child, [text for text in _texts(child, content) if text.strip()]) for child in part.parts]
    told = [(child, texts) for child, texts in found if texts]
    plain = [text for child, texts in told if _is_plain(child) for text in texts]
    if told:
        yield from dict.fromkeys(plain) if plain else told[-1][1]


def _is_plain(part: Part) -> bool:
    return all(map(_is_plain, part.parts)) if part.is_multipart else part.kind == "text/plain"


def _is_body(part: Part) -> bool:
    if part.is_attachment or part.kind.startswith("multipart/"):
        return part.kind.startswith("multipart/")  # one without parts: its text is all there is
    return part.kind in {"text/plain", "text/html", "text/enriched", "text/richtext"} and not part.file_name


def _body_text(part: Part, content: _Content) -> str:
    if part.kind == "text/html":
        return html_to_text(_capped(part.text, content))
    rest, files = take_uuencoded(part.content)
    for name, decoded in files:
        content.attach(name, decoded, "")
    return _capped(decode_text(rest, part.parameter("charset")), content)


def _capped(text: str, content: _Content) -> str:
    if len(text) <= _MOST_LETTERS:
        return text
    detail = f"Of a text only the first {_MOST_LETTERS:,} letters were read; download the email for the rest."
    content.problems.append(Problem("text_cut", detail))
    return text[:_MOST_LETTERS]


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
