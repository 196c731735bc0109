"""Read Outlook's .msg files (MS-OXMSG); the one place that knows olefile."""

import contextlib
import dataclasses
import logging
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from olefile import OleFileIO

from ingest.mail.addresses import MOST_MAILBOXES, build_mailbox
from ingest.mail.charsets import decode_text
from ingest.mail.compose import compose_eml
from ingest.mail.dates import parse_mail_date
from ingest.mail.eml import build_message
from ingest.mail.html import html_to_text
from ingest.mail.mime import split_header
from ingest.mail.rtf import decompress_rtf, rtf_to_text
from ingest.records import AttachedFile, DatePrecision, Headers, Mailbox, MessageRecord, PrintedDate, Problem

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Otherwise = TypeVar("Otherwise")
_Path = tuple[str, ...]

_MOST_ATTACHMENTS = 1000
_MOST_DEPTH = 10
_ROOT_HEADER, _EMBEDDED_HEADER, _CHILD_HEADER = 32, 24, 8  # bytes before the properties (MS-OXMSG, 2.4)
_EPOCH = datetime(1601, 1, 1)
_CHARSETS = {
    **{1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp"},
    **{51932: "euc_jp", 51949: "euc_kr", 54936: "gb18030", 65000: "utf-7", 65001: "utf-8"},
    **{28590 + number: f"iso8859-{number}" for number in range(1, 16)},
}
# Property identifiers (MS-OXPROPS): the sender is who pressed the key, the author on whose behalf.
_SUBJECT, _BODY, _RTF, _HTML, _TRANSPORT_HEADERS = "0037", "1000", "1009", "1013", "007D"
_SUBMITTED, _DELIVERED = "0039", "0E06"
_SENDER = ("0C1A", "5D01", "0C1F")  # name, SMTP address, address
_AUTHOR = ("0042", "5D02", "0065")
_RECIPIENT = ("3001", "39FE", "3003")
_RECIPIENT_TYPE = "0C15"
_FILE_NAMES = ("3707", "3704", "3001")
_FILE_CONTENT, _HIDDEN = "3701", "7FFE"


@dataclass(slots=True)
class _Storage:
    """A message, recipient or attachment within the compound file."""

    ole: OleFileIO
    path: _Path
    header_bytes: int
    code_page: int | None = None
    fixed: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        raw = self.stream("__properties_version1.0") or b""
        self.fixed = {
            f"{tag >> 16:04X}": raw[start + 8 : start + 16]
            for start in range(self.header_bytes, len(raw) - 15, 16)
            for (tag,) in [struct.unpack_from("<I", raw, start)]
        }
        self.code_page = self.code_page or self.number("3FFD") or self.number("3FDE")

    def stream(self, name: str) -> bytes | None:
        """Return the bytes of a stream, None if there is none."""
        if not self.ole.exists([*self.path, name]):
            return None
        with self.ole.openstream([*self.path, name]) as opened:
            content: bytes = opened.read()
            return content

    def binary(self, tag: str) -> bytes | None:
        """Return a binary property."""
        return self.stream(f"__substg1.0_{tag}0102")

    def text(self, tag: str) -> str | None:
        """Return a text property, in whichever form it is kept."""
        wide = self.stream(f"__substg1.0_{tag}001F")
        if wide is not None:
            return decode_text(wide[: len(wide) & ~1], "utf-16-le")
        narrow = self.stream(f"__substg1.0_{tag}001E")
        return None if narrow is None else decode_text(narrow, _charset(self.code_page))

    def number(self, tag: str) -> int | None:
        """Return a number or a truth value."""
        value = self.fixed.get(tag)
        return struct.unpack_from("<I", value)[0] if value else None

    def moment(self, tag: str) -> datetime | None:
        """Return a point of time, in UTC."""
        value = self.fixed.get(tag)
        ticks = struct.unpack("<Q", value)[0] if value else 0
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def children(self, prefix: str, most: int) -> Iterator["_Storage"]:
        """Yield the storages of this prefix, in order."""
        depth = len(self.path)
        names = {
            entry[depth]
            for entry in self.ole.listdir(streams=False, storages=True)
            if len(entry) > depth and tuple(entry[:depth]) == self.path and entry[depth].startswith(prefix)
        }
        for name in sorted(names)[:most]:
            yield _Storage(self.ole, (*self.path, name), _CHILD_HEADER, self.code_page)


def read_msg(path: Path) -> tuple[list[MessageRecord], list[Problem]]:
    """Return the message of a .msg file; none if it cannot be opened at all."""
    problems: list[Problem] = []
    try:
        with contextlib.closing(OleFileIO(str(path))) as ole:
            return [_read_storage(_Storage(ole, (), _ROOT_HEADER), problems, 0)], problems
    except Exception as error:  # a parser on hostile bytes: this is the file's boundary
        log.warning("unreadable msg error=%s", type(error).__name__, exc_info=True)
        return [], [Problem("broken_msg", f"The .msg file is damaged ({error}); ask for a sound copy.")]


def _read_storage(storage: _Storage, problems: list[Problem], depth: int) -> MessageRecord:
    attached = tuple(_attachments(storage, problems, depth))
    text = _tried(lambda: _read_text(storage), "", "text", problems)
    sender = _tried(lambda: _mailbox(storage, _SENDER), None, "sender", problems)
    author = _tried(lambda: _mailbox(storage, _AUTHOR), None, "sender", problems)
    recipients = tuple(_recipients(storage, problems))
    subject = _tried(lambda: storage.text(_SUBJECT), None, "subject", problems)
    is_behalf = bool(sender and author and _identity(sender) != _identity(author))
    headers = Headers(
        printed="",
        sender=sender or author,
        on_behalf_of=author if is_behalf else None,
        to=tuple(box for role, box in recipients if role not in {2, 3}),
        cc=tuple(box for role, box in recipients if role == 2),
        bcc=tuple(box for role, box in recipients if role == 3),
        date=_tried(lambda: _read_date(storage), None, "date", problems),
        subject=None if subject is None else " ".join(subject.split()),
        attachments=tuple(each.name for each in attached),
    )
    return build_message(_with_printed(headers), text, attached)


def _tried(read: Callable[[], Value], otherwise: Otherwise, what: str, problems: list[Problem]) -> Value | Otherwise:
    """Return what `read` returns; one broken field does not take the others with it."""
    try:
        return read()
    except Exception as error:
        problems.append(Problem("broken_field", f"The {what} of the email could not be read ({error})."))
        return otherwise


def _charset(code_page: int | None) -> str | None:
    return _CHARSETS.get(code_page, f"cp{code_page}") if code_page else None


def _identity(box: Mailbox) -> str | None:
    return box.address or (box.name and box.name.casefold())


def _mailbox(storage: _Storage, tags: tuple[str, str, str]) -> Mailbox | None:
    name, smtp, address = (storage.text(tag) or "" for tag in tags)
    # An address without "@" is a place in Exchange's directory, "/O=...": it says nothing outside.
    return build_mailbox(name, smtp if "@" in smtp else address)


def _recipients(storage: _Storage, problems: list[Problem]) -> Iterator[tuple[int | None, Mailbox]]:
    """Yield role, 1 to, 2 cc, 3 bcc, and mailbox."""
    for child in storage.children("__recip_version1.0_", MOST_MAILBOXES):
        box = _tried(partial(_mailbox, child, _RECIPIENT), None, "recipient", problems)
        if box:
            yield child.number(_RECIPIENT_TYPE), box


def _read_date(storage: _Storage) -> PrintedDate | None:
    """Return when it was sent, in UTC, as Outlook keeps it; or what the headers on its way said."""
    moment = storage.moment(_SUBMITTED)
    if moment is None and (headers := storage.text(_TRANSPORT_HEADERS)):
        fields, _ = split_header(headers.encode())
        date = next((each.text for each in fields if each.name.lower() == "date"), None)
        if date:
            return parse_mail_date(date)
    moment = moment or storage.moment(_DELIVERED)
    if moment is None:
        return None
    wall = moment.replace(microsecond=0)
    return PrintedDate(f"{wall.isoformat()}Z", wall, DatePrecision.SECOND, 0)


def _read_text(storage: _Storage) -> str:
    """Return the plain text, else that of the HTML, else that of the RTF."""
    plain = storage.text(_BODY)
    if plain and plain.strip():
        return plain
    html = storage.binary(_HTML)
    if html:
        return html_to_text(decode_text(html, _charset(storage.number("3FDE") or storage.code_page)))
    if wide := storage.text(_HTML):
        return html_to_text(wide)
    packed = storage.binary(_RTF)
    return rtf_to_text(decompress_rtf(packed)) if packed else ""


def _attachments(storage: _Storage, problems: list[Problem], depth: int) -> Iterator[AttachedFile]:
    for number, child in enumerate(storage.children("__attach_version1.0_", _MOST_ATTACHMENTS), start=1):
        read = partial(_read_attachment, child, f"attachment-{number}", problems, depth)
        attached = _tried(read, None, "attachment", problems)
        if attached:
            yield attached


def _read_attachment(storage: _Storage, otherwise: str, problems: list[Problem], depth: int) -> AttachedFile | None:
    """Return an attachment; None for a hidden one without a name, which only the sender's program uses."""
    name = next((name for tag in _FILE_NAMES if (name := storage.text(tag))), None)
    content = storage.binary(_FILE_CONTENT)
    if content is not None:
        return AttachedFile(name or otherwise, content) if name or not storage.number(_HIDDEN) else None
    inner = (*storage.path, f"__substg1.0_{_FILE_CONTENT}000D")
    if not storage.ole.exists([*inner, "__properties_version1.0"]):
        return None
    if depth >= _MOST_DEPTH:
        problems.append(Problem("too_deep", f"Emails within {_MOST_DEPTH} others were not read."))
        return None
    message = _read_storage(_Storage(storage.ole, inner, _EMBEDDED_HEADER), problems, depth + 1)
    title = message.headers.subject or name or otherwise
    return AttachedFile(f"{title.replace('/', '-')[:200]}.eml", compose_eml(message))


def _with_printed(headers: Headers) -> Headers:
    """Return the headers with the lines that a reader of mail would show: the file has none."""
    lists = [("To", headers.to), ("Cc", headers.cc), ("Bcc", headers.bcc)]
    sender = headers.sender.printed if headers.sender else None
    if sender and headers.on_behalf_of:
        sender = f"{sender} on behalf of {headers.on_behalf_of.printed}"
    lines = [
        ("From", sender),
        ("Date", headers.date.text if headers.date else None),
        *((label, "; ".join(box.printed for box in boxes) or None) for label, boxes in lists),
        ("Subject", headers.subject),
    ]
    printed = "\n".join(f"{label}: {value}" for label, value in lines if value is not None)
    return dataclasses.replace(headers, printed=printed)
