"""Headers and contents of a mail's parts (RFC 2045), with limits on all that may be many.

The standard library's parser is recursive, and quadratic in places; of it only the reading of
header parameters is used.
"""

import binascii
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from mimetypes import MimeTypes

from ingest.files.kinds import is_header_line
from ingest.mail.charsets import clean_text, decode_base64, decode_text, decode_words

_MOST_HEADER_BYTES = 1 << 20
MOST_FIELDS = 2000
MOST_FIELD_BYTES = 1 << 18
_MOST_PARAMETER_BYTES = 1 << 14
_MOST_NAME = 255
_LINE = re.compile(rb"[^\n]*\n|[^\n]+$")
# What makes a line of blanks a part of the header (RFC 5322, 4.2): lines that are folded, then a field that is known.
_GOES_ON = re.compile(
    rb"(?:[ \t]+[^\s][^\n]{0,998}\n){1,20}"
    rb"(?:subject|date|from|to|cc|bcc|reply-to|message-id|references|in-reply-to|received|mime-version|content-\S{1,40}|"
    rb"x-\S{1,40}):",
    re.I,
)
_TYPES = MimeTypes()  # the table of Python, not of the machine: names stay the same everywhere
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.M)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?(?:\n|\Z)", re.M)


@dataclass(frozen=True, slots=True)
class Field:
    """One header field, unfolded."""

    name: str
    raw: bytes

    @property
    def text(self) -> str:
        """The value as text, its encoded words not yet read."""
        return " ".join(decode_text(self.raw).split())


@dataclass(slots=True)
class Part:
    """A mail or one of its parts."""

    fields: tuple[Field, ...]
    body: bytes  # as transferred
    parts: tuple["Part", ...] = ()
    _parameters: Message = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._parameters = Message()
        for name in ("Content-Type", "Content-Disposition"):
            value = self.find(name)
            if value is not None:
                self._parameters[name] = value[:_MOST_PARAMETER_BYTES]

    def find(self, name: str) -> str | None:
        """Return the text of the first field of this name, or None."""
        return next((each.text for each in self.every(name)), None)

    def every(self, name: str) -> Iterator[Field]:
        """Yield the fields of this name."""
        return (each for each in self.fields if each.name.lower() == name.lower())

    @property
    def kind(self) -> str:
        """The media type, "text/plain" where none is told."""
        return self._parameters.get_content_type()

    @property
    def is_multipart(self) -> bool:
        """Whether it consists of parts."""
        return bool(self.parts)

    @property
    def is_attachment(self) -> bool:
        """Whether it says of itself that it is one."""
        return (self.find("Content-Disposition") or "").lower().startswith("attachment")

    def parameter(self, name: str) -> str | None:
        """Return a parameter of the media type, or None."""
        try:
            value = self._parameters.get_param(name)
            return collapse_rfc2231_value(value) if value else None
        except (ValueError, LookupError, TypeError):
            return None

    @property
    def file_name(self) -> str | None:
        """The name that it gives its content, or None."""
        try:
            name = self._parameters.get_filename()
        except (ValueError, LookupError, TypeError):
            return None
        return " ".join(decode_words(name).split())[-_MOST_NAME:] or None if name else None

    @property
    def extension(self) -> str:
        """The usual extension of its media type, with the dot, or ""."""
        return {"message/rfc822": ".eml", "text/calendar": ".ics"}.get(self.kind) or (
            _TYPES.guess_extension(self.kind) or ""
        )

    @property
    def content(self) -> bytes:
        """The body's bytes, freed of their transfer encoding (RFC 2045, 6)."""
        encoding = (self.find("Content-Transfer-Encoding") or "").lower().split(";")[0].strip(" \"'")
        if encoding == "base64":
            return decode_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding in {"x-uuencode", "uuencode", "x-uue"}:
            rest, files = take_uuencoded(self.body)
            return files[0][1] if files else rest
        return self.body

    @property
    def text(self) -> str:
        """The content as clean text."""
        content = self.content
        charset = self.parameter("charset")
        if charset is None and self.kind == "text/html":
            declared = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", content[:4096], re.I)
            charset = declared[1].decode() if declared else None
        return decode_text(content, charset)


def split_header(
    raw: bytes, position: int = 0, *, ends: AbstractSet[bytes] = frozenset()
) -> tuple[tuple[Field, ...], int]:
    """Return the fields of the header that begins at `position`, and where its body begins.

    It ends before a line that is one of `ends`, the boundaries of the parts around it.
    """
    names: list[bytes] = []
    values: list[list[bytes]] = []
    end = min(len(raw), position + _MOST_HEADER_BYTES)
    position += 3 if raw.startswith(b"\xef\xbb\xbf", position) else 0
    while position < end and (match := _LINE.match(raw, position)):
        line = match[0]
        if not line.strip() and not (names and line[:1] in b" \t" and _GOES_ON.match(raw, match.end())):
            if names:
                position = match.end()
                break
        elif names and line[:1] in b" \t":
            values[-1].append(line)
        elif line.startswith(b"--") and line.strip() in ends:
            break
        elif is_header_line(line):
            name, _, value = line.partition(b":")
            names.append(name.strip())
            values.append([value])
        elif not _is_stray(raw, line, match.end(), begun=bool(names)):
            break
        position = match.end()
    pairs = zip(names[:MOST_FIELDS], values[:MOST_FIELDS], strict=True)
    return tuple(Field(name.decode("ascii"), _unfold(lines)) for name, lines in pairs), position


def take_uuencoded(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return a text without the files that stand uuencoded in it, and these with their names."""
    files, kept, position = [], list[bytes](), 0
    while (begin := _UU_BEGIN.search(raw, position)) and (end := _UU_END.search(raw, begin.end())):
        content = raw[begin.end() : end.start()]
        decoded = decode_base64(content) if begin[0].startswith(b"begin-") else _uudecode(content)
        files.append((decode_text(begin[1]).strip(), decoded))
        kept.append(raw[position : begin.start()])
        position = end.end()
    return b"".join([*kept, raw[position:]]), files


def _unfold(lines: list[bytes]) -> bytes:
    return b"".join(line.rstrip(b"\r\n") for line in lines).strip()[:MOST_FIELD_BYTES]


def _is_stray(raw: bytes, line: bytes, following: int, *, begun: bool) -> bool:
    """Return whether the line is a broken one within the header and not the body's first."""
    if line.startswith((b"From ", b">From ")):
        return True
    after = _LINE.match(raw, following)
    return begun and b":" in line and after is not None and is_header_line(after[0])


def _uudecode(block: bytes) -> bytes:
    decoded = []
    for line in block.splitlines():
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:  # some encoders count wrong: believe the length, not the rest
            count = ((line[0] - 32) & 63) * 4 // 3 + 1 if line else 0
            try:
                decoded.append(binascii.a2b_uu(line[: count + 1]))
            except binascii.Error:
                continue
    return b"".join(decoded)


def shown_field(each: Field) -> str:
    """Return a field as a reader of mail shows it."""
    return f"{clean_text(each.name)}: {' '.join(decode_words(each.text).split())}"
