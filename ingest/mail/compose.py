"""Write a record as an .eml: an email within a .msg has no bytes that could stand alone."""

from base64 import encodebytes
from collections.abc import Iterable
from email.header import Header
from email.utils import encode_rfc2231

from ingest.records import Mailbox, MessageRecord

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def compose_eml(message: MessageRecord) -> bytes:
    """Return the email as RFC 822 bytes, always the same for the same record."""
    text = "\n".join(part for part in (message.text, message.quoted_text) if part)
    body = _part("text/plain; charset=utf-8", text.encode())
    if message.attached_files:
        body = _multipart([body, *(_attachment(file.name, file.content) for file in message.attached_files)])
    fields = "".join(f"{name}: {value}\n" for name, value in _fields(message) if value)
    return f"{fields}MIME-Version: 1.0\n".encode() + body


def _fields(message: MessageRecord) -> Iterable[tuple[str, str]]:
    headers = message.headers
    yield "From", _mailboxes([headers.on_behalf_of or headers.sender])
    if headers.on_behalf_of:
        yield "Sender", _mailboxes([headers.sender])
    yield "To", _mailboxes(headers.to)
    yield "Cc", _mailboxes(headers.cc)
    yield "Bcc", _mailboxes(headers.bcc)
    date = headers.date
    if date and date.wall and date.utc_offset_min is not None:
        sign, offset = "-" if date.utc_offset_min < 0 else "+", abs(date.utc_offset_min)
        wall = date.wall
        day = f"{wall.day} {_MONTHS[wall.month - 1]} {wall.year:04}"
        yield "Date", f"{day} {wall:%H:%M:%S} {sign}{offset // 60:02}{offset % 60:02}"
    yield "Subject", _words(headers.subject or "")
    yield "Importance", _words(headers.importance or "")
    yield "Message-ID", f"<{message.message_id}>" if message.message_id else ""
    yield "In-Reply-To", f"<{message.in_reply_to}>" if message.in_reply_to else ""
    yield "References", "\n ".join(f"<{each}>" for each in message.references)


def _mailboxes(boxes: Iterable[Mailbox | None]) -> str:
    return ",\n ".join(_mailbox(box) for box in boxes if box)


def _mailbox(box: Mailbox) -> str:
    name = box.printed.partition(" <")[0] if box.name else ""
    if name.isascii():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"' if name else ""
    else:
        name = _words(name)
    return f"{name} <{box.address}>".strip() if box.address else name


def _words(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode()


def _part(kind: str, content: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n{more}\n"
    return head.encode() + encodebytes(content)


def _attachment(name: str, content: bytes) -> bytes:
    disposition = f"Content-Disposition: attachment; filename*={encode_rfc2231(name, 'utf-8')}\n"
    # An encoded message/rfc822 is against RFC 2046, 5.2.1, but every reader takes a file of this name.
    return _part("application/octet-stream", content, disposition)


def _multipart(parts: list[bytes]) -> bytes:
    mark = "=_part"  # "=_" stands in no base64 (RFC 2045, 6.7)
    head = f'Content-Type: multipart/mixed; boundary="{mark}"\n\n'.encode()
    return head + b"".join(f"--{mark}\n".encode() + part + b"\n" for part in parts) + f"--{mark}--\n".encode()
