"""Read Outlook's .pst and .ost stores; the one place that knows libpff, an optional extra."""

import contextlib
import logging
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from app.errors import MissingReaderError
from ingest.mail.addresses import MOST_MAILBOXES
from ingest.mail.charsets import decode_text
from ingest.mail.heap import every_property
from ingest.mail.mapi import FILE_CONTENT, MESSAGE_CLASS, MOST_ATTACHMENTS, charset_of, read_item
from ingest.records import MessageRecord, Problem

try:
    import pypff
except ImportError:
    pypff = None

log = logging.getLogger(__name__)

_MOST_MESSAGES = 100_000
_MOST_FOLDERS = 20_000
_MOST_ATTACHED_BYTES = 256 << 20  # of one store: all of them pass through the worker's memory twice
_TOLD = {
    "damaged_items": "Emails that are damaged and were not read: {:,}. Ask for a sound copy.",
    "damaged_folders": "Folders that are damaged, so that emails in them may be missing: {:,}. Ask for a sound copy.",
    "no_mail_items": "Contacts, tasks and notes, which are no emails and were not read: {:,}.",
    "attachments_left_out": f"Attachments left out, over the limit of {_MOST_ATTACHED_BYTES >> 20} MiB a file: {{:,}}. "
    "Split the file and ingest the parts.",
    "within_incomplete": "Emails attached to others, of which attachments or a long text were not read: {:,}.",
    "too_many_messages": f"Only the first {_MOST_MESSAGES:,} messages were read. Split the file and ingest the parts.",
}
_MOST_TOLD = 50  # problems of single messages; the others are counted
_WIDE, _NARROW, _BINARY = 0x001F, 0x001E, 0x0102
_SUBJECT, _CODE_PAGES, _ATTACH_METHOD, _EMBEDDED = 0x0037, (0x3FFD, 0x3FDE), 0x3705, 5
_BODIES, _FLAGS, _HAS_ATTACHMENTS = (0x1000, 0x1009, 0x1013), 0x0E07, 0x10
_NO_MAIL = ("ipm.contact", "ipm.distlist", "ipm.task", "ipm.stickynote", "ipm.activity", "ipm.configuration")


@dataclass(slots=True)
class _Tally:
    """What was left out of a store."""

    attached_bytes: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def may_attach(self, size: int) -> bool:
        """Return whether an attachment of this size still fits, and count it."""
        fits = self.attached_bytes + size <= _MOST_ATTACHED_BYTES
        self.attached_bytes += size if fits else 0
        self.counts["attachments_left_out"] += not fits
        return fits

    def problems(self) -> list[Problem]:
        """Return what a person should know of the whole."""
        return [Problem(code, told.format(self.counts[code])) for code, told in _TOLD.items() if self.counts[code]]


class _Value(NamedTuple):
    """A property: its type, and how its bytes are fetched."""

    kind: int
    fetch: Callable[[], bytes | None]


@dataclass(slots=True)
class _Item:
    """A message, recipient or attachment of a store; `source` is libpff's, None for one read from a heap."""

    source: Any
    tally: _Tally
    values: dict[int, _Value]
    code_page: int | None = None

    def __post_init__(self) -> None:
        self.code_page = next((page for tag in _CODE_PAGES if (page := self.number(tag))), self.code_page)

    def text(self, tag: int) -> str | None:
        """Return a text, in whichever form it is kept; None if there is none."""
        value = self.values.get(tag)
        raw = value.fetch() if value and value.kind in {_WIDE, _NARROW} else None
        if value is None or raw is None:
            return None
        wide = value.kind == _WIDE
        # A subject may begin with a mark and the length of its "RE: " (MS-PST, 2.5.3.1.1.1).
        if tag == _SUBJECT and raw.startswith(b"\x01\0" if wide else b"\x01"):
            raw = raw[4:] if wide else raw[2:]
        return decode_text(raw[: len(raw) & ~1], "utf-16-le") if wide else decode_text(raw, charset_of(self.code_page))

    def binary(self, tag: int) -> bytes | None:
        """Return bytes, None if there are none."""
        if tag == FILE_CONTENT and self.source is not None:
            return self._content()
        value = self.values.get(tag)
        return value.fetch() if value and value.kind == _BINARY else None

    def number(self, tag: int) -> int | None:
        """Return a number or a truth value."""
        value = self.values.get(tag)
        raw = value.fetch() if value else None
        return int.from_bytes(raw, "little") if raw and len(raw) <= 4 else None

    def ticks(self, tag: int) -> int | None:
        """Return a moment as tenths of microseconds since 1601, in UTC."""
        value = self.values.get(tag)
        raw = value.fetch() if value else None
        return struct.unpack("<Q", raw)[0] if raw and len(raw) == 8 else None

    def recipients(self) -> Iterator["_Item"]:
        """Yield the rows of a message's table of recipients."""
        table: Any = getattr(self.source, "recipients", None)
        for number in range(min(table.number_of_record_sets, MOST_MAILBOXES) if table else 0):
            yield _Item(None, self.tally, _row_values(table.get_record_set(number)), self.code_page)

    def attachments(self) -> Iterator["_Item"]:
        """Yield a message's attachments."""
        for number in range(min(getattr(self.source, "number_of_attachments", 0), MOST_ATTACHMENTS)):
            attached = self.source.get_attachment(number)
            yield _Item(attached, self.tally, _values(attached), self.code_page)

    def embedded(self) -> "_Item | None":
        """Return the message that an attachment is, None if it is none."""
        if self.number(_ATTACH_METHOD) != _EMBEDDED or self.source is None:
            return None
        raw = self.source.read_buffer(self.source.size)
        values = {tag: _Value(kind, partial(bytes, value)) for tag, kind, value in every_property(raw)}
        message = _Item(None, self.tally, values, self.code_page)
        is_whole = not values.keys().isdisjoint(_BODIES) and not (message.number(_FLAGS) or 0) & _HAS_ATTACHMENTS
        self.tally.counts["within_incomplete"] += not is_whole
        return message

    def _content(self) -> bytes | None:
        if self.number(_ATTACH_METHOD) == _EMBEDDED or not self.tally.may_attach(self.source.size):
            return None
        content: bytes = self.source.read_buffer(self.source.size) if self.source.size else b""
        return content


def read_pst(path: Path) -> tuple[list[MessageRecord], list[Problem]]:
    """Return the messages of all folders, the hidden and the lost too, and what could not be read.

    Raises:
        MissingReaderError: the extra that reads such files is not installed.
    """
    if not hasattr(pypff, "file"):  # a package of another author has the same import name
        raise MissingReaderError(
            "Files of this type (.pst) are read by an extra: install reading-room[pst], then `readingroom retry`."
        )
    store = pypff.file()
    try:
        store.open(str(path))
    except OSError as error:
        return [], [Problem("broken_pst", f"The .pst file cannot be opened ({_reason(error)}); ask for a sound copy.")]
    with contextlib.closing(store):
        return _read_store(store)


def _read_store(store: Any) -> tuple[list[MessageRecord], list[Problem]]:
    messages: list[MessageRecord] = []
    problems: list[Problem] = []
    tally = _Tally()
    for read in _every_item(store, tally):
        if len(messages) == _MOST_MESSAGES:
            tally.counts["too_many_messages"] = 1
            break
        found: list[Problem] = []
        try:
            item = read()
            if (item.text(MESSAGE_CLASS) or "").lower().startswith(_NO_MAIL):
                tally.counts["no_mail_items"] += 1
                continue
            messages.append(read_item(item, found, number=len(messages) + 1))
        except Exception as error:  # libpff on damaged bytes: this is the message's boundary
            log.info("unreadable item error=%s", _reason(error))
            tally.counts["damaged_items"] += 1
        problems += [Problem(each.code, f"Message {len(messages)}: {each.detail}") for each in found]
    if len(problems) > _MOST_TOLD:
        more = Problem("more_problems", f"{len(problems) - _MOST_TOLD:,} more values of messages could not be read.")
        problems = [*problems[:_MOST_TOLD], more]
    return messages, [*problems, *tally.problems()]


def _every_item(store: Any, tally: _Tally) -> Iterator[Callable[[], _Item]]:
    """Yield for each message of each folder how it is fetched; then those that lie in no folder."""
    for folder in _every_folder(store, tally):
        for number in range(_tried(folder.get_number_of_sub_messages, 0, tally)):
            yield partial(_message, folder.get_sub_message, number, tally)
    for number in range(_tried(store.get_number_of_orphan_items, 0, tally)):
        yield partial(_message, store.get_orphan_item, number, tally)


def _every_folder(store: Any, tally: _Tally) -> Iterator[Any]:
    """Yield all folders once, the outer first, in order; a damaged store may hold one within itself."""
    root = _tried(store.get_root_folder, None, tally)
    waiting, seen = [root] if root is not None else [], set[int]()
    while waiting and len(seen) < _MOST_FOLDERS:
        folder = waiting.pop()
        identifier = _tried(folder.get_identifier, None, tally)
        if identifier is None or identifier in seen:
            continue
        seen.add(identifier)
        yield folder
        inner = range(_tried(folder.get_number_of_sub_folders, 0, tally))
        children = [_tried(partial(folder.get_sub_folder, number), None, tally) for number in reversed(inner)]
        waiting += [child for child in children if child is not None]


def _tried(read: Callable[[], Any], otherwise: Any, tally: _Tally) -> Any:
    """Return what `read` returns; where a folder is damaged, count it and go on."""
    try:
        return read()
    except Exception as error:
        log.info("unreadable folder error=%s", _reason(error))
        tally.counts["damaged_folders"] += 1
        return otherwise


def _message(fetch: Callable[[int], Any], number: int, tally: _Tally) -> _Item:
    source = fetch(number)
    return _Item(source, tally, _values(source))


def _values(source: Any) -> dict[int, _Value]:
    """Return the properties of an item: of its first set, what comes later only adds to it."""
    values: dict[int, _Value] = {}
    for number in range(source.number_of_record_sets):
        values = _row_values(source.get_record_set(number)) | values
    return values


def _row_values(record_set: Any) -> dict[int, _Value]:
    values = {}
    for number in range(record_set.number_of_entries):
        entry = record_set.get_entry(number)
        if entry.entry_type is not None and entry.value_type is not None:
            values[entry.entry_type] = _Value(entry.value_type, entry.get_data)
    return values


def _reason(error: Exception) -> str:
    """Return libpff's last words: its messages tell its own functions first."""
    return str(error).strip().rsplit(":", 1)[-1].strip(" .")[:200] or type(error).__name__
