"""Read Outlook's .msg files (MS-OXMSG); the one place that knows olefile."""

import contextlib
import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from olefile import OleFileIO

from ingest.mail.addresses import MOST_MAILBOXES
from ingest.mail.charsets import decode_text
from ingest.mail.mapi import FILE_CONTENT, MOST_ATTACHMENTS, charset_of, read_item
from ingest.records import MessageRecord, Problem

log = logging.getLogger(__name__)

_Path = tuple[str, ...]

_ROOT_HEADER, _EMBEDDED_HEADER, _CHILD_HEADER = 32, 24, 8  # bytes before the properties (MS-OXMSG, 2.4)
_CODE_PAGES = (0x3FFD, 0x3FDE)


@dataclass(slots=True)
class _Storage:
    """A message, recipient or attachment within the compound file."""

    ole: OleFileIO
    path: _Path
    header_bytes: int
    code_page: int | None = None
    fixed: dict[int, bytes] = field(init=False)

    def __post_init__(self) -> None:
        raw = self._stream("__properties_version1.0") or b""
        self.fixed = {
            tag >> 16: raw[start + 8 : start + 16]
            for start in range(self.header_bytes, len(raw) - 15, 16)
            for (tag,) in [struct.unpack_from("<I", raw, start)]
        }
        self.code_page = self.code_page or next((page for tag in _CODE_PAGES if (page := self.number(tag))), None)

    def binary(self, tag: int) -> bytes | None:
        """Return a binary property."""
        return self._stream(f"__substg1.0_{tag:04X}0102")

    def text(self, tag: int) -> str | None:
        """Return a text property, in whichever form it is kept."""
        wide = self._stream(f"__substg1.0_{tag:04X}001F")
        if wide is not None:
            return decode_text(wide[: len(wide) & ~1], "utf-16-le")
        narrow = self._stream(f"__substg1.0_{tag:04X}001E")
        return None if narrow is None else decode_text(narrow, charset_of(self.code_page))

    def number(self, tag: int) -> int | None:
        """Return a number or a truth value."""
        value = self.fixed.get(tag)
        return struct.unpack_from("<I", value)[0] if value else None

    def ticks(self, tag: int) -> int | None:
        """Return a moment as tenths of microseconds since 1601, in UTC."""
        value = self.fixed.get(tag)
        return struct.unpack("<Q", value)[0] if value else None

    def recipients(self) -> Iterator["_Storage"]:
        """Yield the recipients, in order."""
        return self._children("__recip_version1.0_", MOST_MAILBOXES)

    def attachments(self) -> Iterator["_Storage"]:
        """Yield the attachments, in order."""
        return self._children("__attach_version1.0_", MOST_ATTACHMENTS)

    def embedded(self) -> "_Storage | None":
        """Return the message that an attachment is, None if it is none."""
        inner = (*self.path, f"__substg1.0_{FILE_CONTENT:04X}000D")
        is_message = self.ole.exists([*inner, "__properties_version1.0"])
        return _Storage(self.ole, inner, _EMBEDDED_HEADER) if is_message else None

    def _stream(self, name: str) -> bytes | None:
        """Return the bytes of a stream, None if there is none."""
        if not self.ole.exists([*self.path, name]):
            return None
        with self.ole.openstream([*self.path, name]) as opened:
            content: bytes = opened.read()
            return content

    def _children(self, prefix: str, most: int) -> Iterator["_Storage"]:
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
            return [read_item(_Storage(ole, (), _ROOT_HEADER), problems)], problems
    except Exception as error:  # a parser on hostile bytes: this is the file's boundary
        log.warning("unreadable msg error=%s", type(error).__name__, exc_info=True)
        return [], [Problem("broken_msg", f"The .msg file is damaged ({error}); ask for a sound copy.")]
