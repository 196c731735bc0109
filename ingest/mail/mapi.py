"""Read an Outlook item by its MAPI properties (MS-OXPROPS), whatever file keeps them.

Where the item carries the header that it came with, that is believed first: it prints the sender's
own time with its offset. A moment kept by Outlook is an instant: it is told in UTC, as "Z".
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, Self, TypeVar

from ingest.mail.addresses import build_mailbox
from ingest.mail.charsets import decode_text
from ingest.mail.compose import compose_eml
from ingest.mail.eml import build_message
from ingest.mail.headers import Identifiers, find_identifiers, native_reading, read_headers, read_identifiers
from ingest.mail.html import html_to_text
from ingest.mail.mime import Part, split_header
from ingest.mail.rtf import decompress_rtf, rtf_to_text
from ingest.records import (
    AttachedFile,
    DatePrecision,
    FieldReading,
    Headers,
    Mailbox,
    MessageKind,
    MessageRecord,
    PrintedDate,
    Problem,
)

_Value = TypeVar("_Value")
_Otherwise = TypeVar("_Otherwise")

MOST_ATTACHMENTS = 1000
_MOST_DEPTH = 10
_MOST_TITLE = 200
_EPOCH = datetime(1601, 1, 1)
_CHARSETS = {
    **{1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp"},
    **{51932: "euc_jp", 51949: "euc_kr", 54936: "gb18030", 65000: "utf-7", 65001: "utf-8"},
    **{28590 + number: f"iso8859-{number}" for number in range(1, 16)},
}
# Property identifiers: the sender is who pressed the key, the author on whose behalf.
MESSAGE_CLASS, FILE_CONTENT = 0x001A, 0x3701
_SUBJECT, _BODY, _RTF, _HTML, _TRANSPORT_HEADERS = 0x0037, 0x1000, 0x1009, 0x1013, 0x007D
_SUBMITTED, _DELIVERED, _IMPORTANCE = 0x0039, 0x0E06, 0x0017
_SENDER = (0x0C1A, 0x5D01, 0x0C1F)  # name, SMTP address, address
_AUTHOR = (0x0042, 0x5D02, 0x0065)
_RECIPIENT = (0x3001, 0x39FE, 0x3003)
_RECIPIENT_TYPE, _ROLES = 0x0C15, {2: "cc", 3: "bcc"}  # all others are "to"
_SHOWN_RECIPIENTS = {"to": 0x0E04, "cc": 0x0E03, "bcc": 0x0E02}
_FILE_NAMES = (0x3707, 0x3704, 0x3001)
_HIDDEN = 0x7FFE
_CODE_PAGES, _MESSAGE_ID, _IN_REPLY_TO, _REFERENCES = (0x3FFD, 0x3FDE), 0x1035, 0x1042, 0x1039
_MEETINGS = ("ipm.schedule.meeting", "ipm.appointment")
_DELIVERY_ONLY = 0.7  # when it came is not when it was sent


class MapiItem(Protocol):
    """A message, recipient or attachment with its properties."""

    def text(self, tag: int) -> str | None:
        """Return a text, in whichever form it is kept; None if there is none."""

    def binary(self, tag: int) -> bytes | None:
        """Return bytes, None if there are none."""

    def number(self, tag: int) -> int | None:
        """Return a number or a truth value."""

    def recipients(self) -> Iterator[Self]:
        """Yield the rows of a message's table of recipients."""

    def attachments(self) -> Iterator[Self]:
        """Yield a message's attachments."""

    def embedded(self) -> "MapiItem | None":
        """Return the message that an attachment is, None if it is none."""

    def ticks(self, tag: int) -> int | None:
        """Return a moment as tenths of microseconds since 1601, in UTC."""


def read_item(item: MapiItem, problems: list[Problem], *, depth: int = 0, number: int = 1) -> MessageRecord:
    """Return the message that an item is; `number` stands for the line on which it begins.

    One broken field does not take the others with it: it joins `problems`.
    """
    attached = tuple(_attachments(item, problems, depth))
    text = _tried(lambda: _read_text(item), "", "text", problems)
    carried = _tried(lambda: _carried_header(item), None, "header", problems)
    headers = _merge(_stored_headers(item, problems), carried, problems)
    headers = dataclasses.replace(headers, attachments=tuple(each.name for each in attached))
    headers = _with_printed(headers)
    message = build_message(headers, text, attached, first_line=number)
    pointers = _tried(lambda: _identifiers(item, carried), None, "identifier", problems)
    shown_class = _tried(lambda: item.text(MESSAGE_CLASS), None, "class", problems) or ""
    return dataclasses.replace(
        message,
        kind=MessageKind.INVITE if shown_class.lower().startswith(_MEETINGS) else MessageKind.EMAIL,
        message_id=pointers.message_id if pointers else None,
        in_reply_to=pointers.in_reply_to if pointers else None,
        references=pointers.references if pointers else (),
    )


def charset_of(code_page: int | None) -> str | None:
    """Return the charset of a Windows code page."""
    return _CHARSETS.get(code_page, f"cp{code_page}") if code_page else None


def _tried(
    read: Callable[[], _Value], otherwise: _Otherwise, what: str, problems: list[Problem]
) -> _Value | _Otherwise:
    try:
        return read()
    except Exception as error:  # a parser on hostile bytes: this is the field's boundary
        problems.append(Problem("broken_field", f"The {what} of the email could not be read ({error})."))
        return otherwise


def _carried_header(item: MapiItem) -> Part | None:
    """Return the header that the message came with, None for one that was never sent over the internet."""
    text = item.text(_TRANSPORT_HEADERS)
    fields, _ = split_header((text or "").encode())
    return Part(fields, b"") if fields else None


def _stored_headers(item: MapiItem, problems: list[Problem]) -> Headers:
    """Return what the properties say."""
    sender = _tried(lambda: _mailbox(item, _SENDER), None, "sender", problems)
    author = _tried(lambda: _mailbox(item, _AUTHOR), None, "sender", problems)
    subject = _tried(lambda: item.text(_SUBJECT), None, "subject", problems)
    date, sure = _tried(lambda: _stored_date(item), (None, 1.0), "date", problems)
    recipients = _recipients(item, problems)
    importance = _tried(lambda: item.number(_IMPORTANCE), None, "importance", problems)
    is_behalf = bool(sender and author and _identity(sender) != _identity(author))
    headers = Headers(
        printed="",
        sender=sender or author,
        on_behalf_of=author if is_behalf else None,
        to=tuple(recipients["to"]),
        cc=tuple(recipients["cc"]),
        bcc=tuple(recipients["bcc"]),
        date=date,
        subject=None if subject is None else " ".join(subject.split()),
        importance={0: "Low", 2: "High"}.get(importance) if importance is not None else None,
    )
    values = {name: value for name, value in _lines(headers) if value is not None}
    readings = [native_reading(name, value, sure if name == "date" else 1.0) for name, value in values.items()]
    return dataclasses.replace(headers, readings=tuple(readings))


def _merge(stored: Headers, carried: Part | None, problems: list[Problem]) -> Headers:
    """Return each value as the carried header prints it, else as it is stored."""
    if carried is None:
        return stored
    printed = read_headers(carried, problems)
    date = printed.date if printed.date and printed.date.wall else None
    sender = None if stored.on_behalf_of else printed.sender
    chosen = {
        "from": sender, "to": printed.to, "cc": printed.cc, "bcc": printed.bcc, "date": date,
        "subject": printed.subject if stored.subject is None else None, "importance": printed.importance,
    }  # fmt: skip
    taken = {name for name, value in chosen.items() if value}
    readings: list[FieldReading] = [each for each in stored.readings if each.field not in taken]
    readings += [each for each in printed.readings if each.field in taken]
    return dataclasses.replace(
        stored,
        sender=sender or stored.sender,
        to=printed.to or stored.to,
        cc=printed.cc or stored.cc,
        bcc=printed.bcc or stored.bcc,
        date=date or stored.date,
        subject=stored.subject if stored.subject is not None else printed.subject,
        importance=printed.importance or stored.importance,
        readings=tuple(readings),
    )


def _identifiers(item: MapiItem, carried: Part | None) -> Identifiers:
    if carried is not None and carried.find("Message-ID"):
        return read_identifiers(carried)
    own, answered = find_identifiers(item.text(_MESSAGE_ID)), find_identifiers(item.text(_IN_REPLY_TO))
    references = find_identifiers(item.text(_REFERENCES))
    return Identifiers(next(iter(own), None), next(iter(answered), None), tuple(dict.fromkeys(references)))


def _identity(box: Mailbox) -> str | None:
    return box.address or (box.name and box.name.casefold())


def _mailbox(item: MapiItem, tags: tuple[int, int, int]) -> Mailbox | None:
    name, smtp, address = (item.text(tag) or "" for tag in tags)
    # An address without "@" is a place in Exchange's directory, "/O=...": it says nothing outside.
    return build_mailbox(name.strip("'"), smtp if "@" in smtp else address)


def _recipients(item: MapiItem, problems: list[Problem]) -> dict[str, list[Mailbox]]:
    """Return the mailboxes of each role, from the table of recipients or, without one, as they are shown."""
    found: dict[str, list[Mailbox]] = {"to": [], "cc": [], "bcc": []}
    for row in _tried(lambda: list(item.recipients()), [], "list of recipients", problems):
        box = _tried(partial(_mailbox, row, _RECIPIENT), None, "recipient", problems)
        role = _tried(partial(row.number, _RECIPIENT_TYPE), None, "recipient", problems)
        if box:
            found[_ROLES.get(role or 1, "to")].append(box)
    if any(found.values()):
        return found
    for role_name, tag in _SHOWN_RECIPIENTS.items():
        shown = _tried(partial(item.text, tag), None, "recipients", problems) or ""
        names = (name.strip(" '") for name in shown.split(";"))
        found[role_name] = [box for name in names if (box := build_mailbox(name, name))]
    return found


def _stored_date(item: MapiItem) -> tuple[PrintedDate | None, float]:
    """Return when it was sent, in UTC, as Outlook keeps it, else when it came; and how sure that is."""
    for tag, sure in ((_SUBMITTED, 1.0), (_DELIVERED, _DELIVERY_ONLY)):
        ticks = item.ticks(tag)
        try:
            wall = (_EPOCH + timedelta(microseconds=ticks // 10)).replace(microsecond=0) if ticks else None
        except OverflowError:
            continue
        if wall is not None:
            return PrintedDate(f"{wall.isoformat()}Z", wall, DatePrecision.SECOND, 0), sure
    return None, 1.0


def _read_text(item: MapiItem) -> str:
    """Return the plain text, else that of the HTML, else that of the RTF."""
    plain = item.text(_BODY)
    if plain and plain.strip():
        return plain
    if html := item.binary(_HTML):
        code_page = item.number(_CODE_PAGES[1]) or item.number(_CODE_PAGES[0])
        return html_to_text(decode_text(html, charset_of(code_page)))
    if wide := item.text(_HTML):
        return html_to_text(wide)
    packed = item.binary(_RTF)
    return rtf_to_text(decompress_rtf(packed)) if packed else ""


def _attachments(item: MapiItem, problems: list[Problem], depth: int) -> Iterator[AttachedFile]:
    found = _tried(lambda: list(item.attachments()), [], "list of attachments", problems)
    for number, child in enumerate(found[:MOST_ATTACHMENTS], start=1):
        read = partial(_read_attachment, child, f"attachment-{number}", problems, depth)
        attached = _tried(read, None, "attachment", problems)
        if attached:
            yield attached


def _read_attachment(child: MapiItem, otherwise: str, problems: list[Problem], depth: int) -> AttachedFile | None:
    """Return an attachment; None for a hidden one without a name, which only the sender's program uses."""
    name = next((name for tag in _FILE_NAMES if (name := child.text(tag))), None)
    message_item = child.embedded()
    if message_item is None:
        content = child.binary(FILE_CONTENT)
        is_kept = content is not None and (name or not child.number(_HIDDEN))
        return AttachedFile(name or otherwise, content) if content is not None and is_kept else None
    if depth >= _MOST_DEPTH:
        problems.append(Problem("too_deep", f"Emails within {_MOST_DEPTH} others were not read."))
        return None
    message = read_item(message_item, problems, depth=depth + 1)
    title = message.headers.subject or name or otherwise
    return AttachedFile(f"{title.replace('/', '-')[:_MOST_TITLE]}.eml", compose_eml(message))


def _lines(headers: Headers) -> Iterable[tuple[str, str | None]]:
    """Yield each field and its value as a reader of mail would show it; None for one that is not there."""
    yield "from", headers.sender.printed if headers.sender else None
    yield "on_behalf_of", headers.on_behalf_of.printed if headers.on_behalf_of else None
    yield "date", headers.date.text if headers.date else None
    for field, boxes in (("to", headers.to), ("cc", headers.cc), ("bcc", headers.bcc)):
        yield field, "; ".join(box.printed for box in boxes) or None
    yield "subject", headers.subject
    yield "importance", headers.importance


def _with_printed(headers: Headers) -> Headers:
    """Return the headers with the lines that a reader of mail would show: the file has none."""
    values = dict(_lines(headers))
    if values["from"] and values["on_behalf_of"]:
        values["from"] = f"{values['from']} on behalf of {values['on_behalf_of']}"
    shown = ("from", "date", "to", "cc", "bcc", "subject")
    printed = "\n".join(f"{name.title()}: {values[name]}" for name in shown if values[name] is not None)
    readings = headers.readings
    if headers.attachments:
        readings = (*readings, native_reading("attachments", "; ".join(headers.attachments)))
    return dataclasses.replace(headers, printed=printed, readings=readings)
