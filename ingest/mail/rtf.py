"""Text of the compressed RTF that Outlook keeps (MS-OXRTFCP, MS-OXRTFEX), without its looks."""

import re
import struct

from ingest.mail.charsets import clean_text, decode_text
from ingest.mail.html import html_to_text

_MOST_BYTES = 64 << 20
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
# The dictionary that every stream begins with (MS-OXRTFCP, 2.1.2.1).
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"(?P<open>\{)|(?P<close>\})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|"
    rb"\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z\r\n])|(?P<text>[^\\{}\r\n]+)|(?:\\?[\r\n]+)|\\"
)
_SKIPPED = frozenset(b"fonttbl colortbl stylesheet info pict header footer object listtable themedata".split())
_WRITTEN = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"endash": "–",
    b"emdash": "—",
}


def decompress_rtf(packed: bytes) -> bytes:
    """Return the RTF of a PidTagRtfCompressed value; "" if it is none."""
    if len(packed) < 16:
        return b""
    size, method = struct.unpack_from("<II", packed, 4)
    if method == _PLAIN:
        return packed[16 : 16 + size]
    return _decompress(packed, min(size, _MOST_BYTES)) if method == _COMPRESSED else b""


def rtf_to_text(rtf: bytes) -> str:
    """Return the words of an RTF document, or of the HTML that is wrapped in it."""
    code_page = re.search(rb"\\ansicpg(\d{3,5})", rtf[:2000])
    writer = _RtfReader(
        f"cp{code_page[1].decode()}" if code_page else "cp1252", wraps_html=b"\\fromhtml1" in rtf[:2000]
    )
    text = writer.read(rtf[:_MOST_BYTES])
    return html_to_text(text) if writer.wraps_html else clean_text(text).strip("\n")


def _decompress(packed: bytes, size: int) -> bytes:
    ring = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write, position = len(_DICTIONARY), 16
    output = bytearray()
    while position < len(packed) and len(output) < size:
        control = packed[position]
        position += 1
        for bit in range(8):
            is_reference = control >> bit & 1
            taken = packed[position : position + 1 + is_reference]
            if len(taken) <= is_reference:
                return bytes(output)
            position += len(taken)
            found = taken
            if is_reference:
                offset, length = taken[0] << 4 | taken[1] >> 4, (taken[1] & 15) + 2
                if offset == write:  # the end mark
                    return bytes(output)
                found = _referred(ring, offset, length, write)
            for value in found:
                ring[write] = value
                write = (write + 1) % 4096
            output += found
    return bytes(output)


def _referred(ring: bytearray, offset: int, length: int, write: int) -> bytes:
    """Return bytes of the ring, which may run into those that they make themselves."""
    distance = (write - offset) % 4096
    return bytes(ring[(offset + step % distance) % 4096] for step in range(length))


class _RtfReader:
    """Reads an RTF document token by token."""

    def __init__(self, charset: str, *, wraps_html: bool) -> None:
        self.wraps_html = wraps_html
        self._charset = charset
        self._parts: list[str] = []
        self._bytes = bytearray()  # of characters written as \'xx, which may be halves
        self._skips: list[bool] = []  # for each open group
        self._skip = False
        self._in_rtf_only = False  # within \htmlrtf: for readers without HTML
        self._starred = False
        self._to_pass = 0  # characters that repeat a \u for old readers

    def read(self, rtf: bytes) -> str:
        """Return the text."""
        for match in _TOKEN.finditer(rtf):
            kind = match.lastgroup
            if kind == "number":
                kind = "word"
            if kind == "open":
                self._skips.append(self._skip)
            elif kind == "close":
                self._skip = self._skips.pop() if self._skips else False
            elif kind == "word":
                self._word(match["word"], int(match["number"]) if match["number"] else None)
            elif kind == "hex":
                self._byte(int(match["hex"], 16))
            elif kind == "symbol":
                self._symbol(match["symbol"])
            elif kind == "text":
                self._write(match["text"].decode("latin-1"))
        self._flush()
        return "".join(self._parts)

    def _word(self, word: bytes, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == b"htmlrtf":
            self._flush()
            self._in_rtf_only = number != 0
        elif starred or word in _SKIPPED:
            self._skip = not (self.wraps_html and word == b"htmltag")
        elif word == b"u" and number is not None:
            self._write(chr(number % 0x10000))
            self._to_pass = 1
        elif word in _WRITTEN:
            self._write(_WRITTEN[word])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol == b"~":
            self._write("\u00a0")
        elif symbol in b"\\{}":
            self._write(symbol.decode("latin-1"))

    def _byte(self, value: int) -> None:
        if self._to_pass:
            self._to_pass -= 1
        elif not (self._skip or self._in_rtf_only):
            self._bytes.append(value)

    def _write(self, text: str) -> None:
        self._flush()
        passed = text[self._to_pass :]
        self._to_pass = max(0, self._to_pass - len(text))
        if not (self._skip or self._in_rtf_only):
            self._parts.append(passed)

    def _flush(self) -> None:
        if self._bytes:
            self._parts.append(decode_text(bytes(self._bytes), self._charset))
            self._bytes.clear()
