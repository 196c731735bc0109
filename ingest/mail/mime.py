"""Cut a mail into header and parts (RFC 2045, 2046), with limits on all that may be many or deep.

The standard library's parser is recursive, and quadratic in places; of it only the reading of
header parameters is used.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from mimetypes import MimeTypes

from ingest.files.kinds import is_header_line
from ingest.mail.charsets import clean_text, decode_base64, decode_text, decode_words
from ingest.records import Problem

_MOST_HEADER_BYTES = 1 << 20
_MOST_FIELDS = 2000
_MOST_FIELD_BYTES = 1 << 18
_MOST_PARAMETER_BYTES = 1 << 14
_MOST_PARTS = 1000
_MOST_DEPTH = 20
_MOST_NAME = 255
_LINE = re.compile(rb"[^\n]*\n|[^\n]+$")
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


class MimeReader:
    """Cuts one mail and collects what was wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._parts_left = _MOST_PARTS

    def read(self, raw: bytes) -> Part:
        """Return the mail with its parts; what lies over a limit is left in one piece."""
        part = self._part(raw if b"\n" in raw else raw.replace(b"\r", b"\n"), 0)
        if len(part.fields) == _MOST_FIELDS or any(len(each.raw) == _MOST_FIELD_BYTES for each in part.fields):
            detail = f"Of the header only {_MOST_FIELDS:,} fields of {_MOST_FIELD_BYTES:,} bytes were read."
            self._complain("header_cut", detail)
        return part

    def _part(self, raw: bytes, depth: int) -> Part:
        fields, start = split_header(raw)
        part = Part(fields, raw[start:])
        if part.kind.startswith("multipart/"):
            part.parts = self._children(part, depth)
        return part

    def _children(self, part: Part, depth: int) -> tuple[Part, ...]:
        boundary = part.parameter("boundary") or _guess_boundary(part)
        if depth >= _MOST_DEPTH:
            self._complain("too_deep", f"Parts nested deeper than {_MOST_DEPTH} were left in one piece.")
            return ()
        children = []
        for piece in _pieces(part.body, boundary.rstrip().encode("utf-8", "replace")):
            if self._parts_left == 0:
                self._complain("too_many_parts", f"Only the first {_MOST_PARTS:,} parts of the email were read.")
                break
            self._parts_left -= 1
            children.append(self._part(piece, depth + 1))
        return tuple(children)

    def _complain(self, code: str, detail: str) -> None:
        if all(problem.code != code for problem in self.problems):
            self.problems.append(Problem(code, detail))


def split_header(raw: bytes) -> tuple[tuple[Field, ...], int]:
    """Return the header's fields and where the body begins."""
    names: list[bytes] = []
    values: list[list[bytes]] = []
    position = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    end = min(len(raw), _MOST_HEADER_BYTES)
    while position < end and (match := _LINE.match(raw, position)):
        line = match[0]
        if not line.strip():
            if names:
                position = match.end()
                break
        elif names and line[:1] in b" \t":
            values[-1].append(line)
        elif is_header_line(line):
            name, _, value = line.partition(b":")
            names.append(name.strip())
            values.append([value])
        elif not _is_stray(raw, line, match.end(), begun=bool(names)):
            break
        position = match.end()
    pairs = zip(names[:_MOST_FIELDS], values[:_MOST_FIELDS], strict=True)
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
    return b"".join(line.rstrip(b"\r\n") for line in lines).strip()[:_MOST_FIELD_BYTES]


def _is_stray(raw: bytes, line: bytes, following: int, *, begun: bool) -> bool:
    """Return whether the line is a broken one within the header and not the body's first."""
    if line.startswith((b"From ", b">From ")):
        return True
    after = _LINE.match(raw, following)
    return begun and b":" in line and after is not None and is_header_line(after[0])


def _guess_boundary(part: Part) -> str:
    """Return the boundary of a multipart whose media type is broken."""
    told = re.search(r"boundary\s*=\s*\"?([^\"\s;]{1,200})", part.find("Content-Type") or "", re.I)
    if told:
        return told[1]
    seen = re.search(rb"^--([!-~]{1,200})[ \t]*\r?\nContent-", part.body, re.M)
    return seen[1].decode("ascii") if seen else ""


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between the boundary's lines; a missing last one is forgiven."""
    if not boundary:
        return
    start = -1
    for line_start, line_end, is_last in _boundary_lines(body, b"--" + boundary):
        if start >= 0:
            yield _without_last_line_end(body[start:line_start])
        start = line_end
        if is_last:
            return
    if start >= 0:
        yield body[start:]


def _boundary_lines(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    position = 0
    while (found := body.find(mark, position)) >= 0:
        end = body.find(b"\n", found)
        end = len(body) if end < 0 else end + 1
        rest = body[found + len(mark) : end].strip()
        if (found == 0 or body[found - 1 : found] == b"\n") and rest in {b"", b"--"}:
            yield found, end, rest == b"--"
        position = end


def _without_last_line_end(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")


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
