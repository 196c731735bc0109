"""Tell what a file is by its content; its name says nothing."""

import mmap
import re
from pathlib import Path
from zipfile import BadZipFile

from ingest.files.zips import open_zip
from ingest.records import FileKind

_HEAD_BYTES = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PST = b"!BDN"  # the first bytes of a .pst and of an .ost (MS-PST, 2.2.2.6)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# The stream that every .msg has and no other compound file (MS-OXMSG, 2.4).
_MSG_STREAM = "__properties_version1.0".encode("utf-16-le")
# Office and OpenDocument files are zips by form only.
_PACKAGE_PARTS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}
_FROM_LINE = re.compile(
    rb"From [^\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})\b[^\n]*\d\d:\d\d[^\n]*"
)
_HEADER_NAME = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_NAMES = frozenset(
    b"from to cc bcc subject received message-id return-path delivered-to reply-to sender in-reply-to".split()
)
_MIME_NAMES = frozenset(b"date mime-version content-type content-transfer-encoding x-mailer".split())
# One field is enough where it can be nothing else.
_ADDRESSED = re.compile(rb"(?:from|to)[ \t]*:[^\n]*@", re.I)
_COMPOSED = re.compile(rb"content-type[ \t]*:[ \t]*(?:multipart|message)/", re.I)
_MIME_FIRST = re.compile(rb"content-type[ \t]*:[ \t]*[a-z]+/[a-z]|mime-version[ \t]*:[ \t]*1\.0", re.I)


def find_kind(path: Path) -> FileKind:
    """Return what the file is; UNKNOWN for all that no reader of ours reads.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"%PDF"):
        return FileKind.PDF
    if head.startswith(_ZIP):
        return FileKind.UNKNOWN if _is_package(path) else FileKind.ZIP
    if head.startswith(_OLE):
        return FileKind.MSG if _contains(path, _MSG_STREAM) else FileKind.UNKNOWN
    if head.startswith(_PST):
        return FileKind.PST
    if (kind := _find_mail_kind(head)) is not FileKind.UNKNOWN:
        return kind
    # Readers accept a PDF whose first line stands within the first 1,024 bytes (PDF 32000-1, annex H).
    return FileKind.PDF if b"%PDF-" in head[:1024] else FileKind.UNKNOWN


def is_from_line(line: bytes) -> bool:
    """Return whether the line is the one that an mbox puts before each of its messages (RFC 4155)."""
    return line.startswith(b"From ") and _FROM_LINE.match(line) is not None


def is_header_line(line: bytes) -> bool:
    """Return whether the line begins a header field."""
    return _HEADER_NAME.match(line) is not None


def _is_package(path: Path) -> bool:
    try:
        with open_zip(path) as archive:
            return any(info.filename in _PACKAGE_PARTS for info in archive.filelist)
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _contains(path: Path, wanted: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(wanted) >= 0


def _find_mail_kind(head: bytes) -> FileKind:
    lines = re.split(rb"\r\n|\n|\r", head.removeprefix(b"\xef\xbb\xbf"))
    while lines and not lines[0].strip():
        del lines[0]
    if len(lines) > 1 and is_from_line(lines[0]) and (is_header_line(lines[1]) or not lines[1]):
        return FileKind.MBOX
    while lines and lines[0].startswith((b"From ", b">From ")) and not is_header_line(lines[0]):
        del lines[0]
    block = lines[: lines.index(b"")] if b"" in lines else lines
    return FileKind.EML if _is_header_block(block) else FileKind.UNKNOWN


def _is_header_block(lines: list[bytes]) -> bool:
    """Return whether the lines up to the first empty one are an email's header.

    Some lines may be broken; the first may not, and prose does not begin with two known fields.
    """
    if not lines or not is_header_line(lines[0]):
        return False
    if _MIME_FIRST.match(lines[0]) or any(_ADDRESSED.match(line) or _COMPOSED.match(line) for line in lines):
        return True
    names = {match[1].lower() for line in lines if (match := _HEADER_NAME.match(line))}
    known = names & (_NAMES | _MIME_NAMES)
    return len(known) > 1 and not known <= {b"date", b"content-type"}
