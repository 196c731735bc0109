"""Turn the bytes of mails into text that a database takes, whatever charset they claim."""

import binascii
import codecs
import re

from charset_normalizer import from_bytes

_SAMPLE_BYTES = 1 << 15
# Codecs that turn bytes into the text of a language. Python has others by the same door:
# "zlib" unpacks, "idna" is quadratic, "unicode_escape" runs escapes.
_TEXT_CODEC = re.compile(
    r"utf-(?:7|8|8-sig|(?:16|32)(?:-[bl]e)?)|ascii|latin_1|iso8859-\d+|iso2022_\w+|cp\d+|koi8-\w|"
    r"(?:shift_jis|euc)\w*|gbk|gb2312|gb18030|big5\w*|hz|johab|mac-\w+|tis-620|kz1048|ptcp154"
)
# What senders call by the name on the left they write as on the right (WHATWG Encoding).
_MEANT = {
    "iso8859-1": "cp1252",
    "latin_1": "cp1252",
    "ascii": "utf-8",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso8859-8",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
}
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,64})(?:\*[^?\s]{0,32})?\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t\r\n]{1,100}(?==\?)")
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_ASCII = bytes(range(128))
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def decode_text(raw: bytes, charset: str | None = None) -> str:
    """Return the bytes as clean text: by the charset they claim, else by what they look like."""
    codec = _find_codec(charset)
    for candidate in (codec, "utf-8"):
        if candidate is None:
            continue
        try:
            return clean_text(raw.decode(candidate))
        except UnicodeError:
            continue
    return clean_text(_decode_by_look(raw, codec))


def decode_words(text: str) -> str:
    """Return a header's text with its encoded words read (RFC 2047); what is no such word stays."""
    if "=?" not in text:
        return clean_text(text)
    pieces: list[str] = []
    waiting: tuple[str, bytes] = ("", b"")
    end = 0
    joined = _BETWEEN_WORDS.sub("", text)
    for match in _ENCODED_WORD.finditer(joined):
        charset, raw = match[1].lower(), _decode_word(match[2], match[3])
        # A character may be cut in two by adjacent words: their bytes belong together.
        if waiting[0] == charset and match.start() == end:
            waiting = (charset, waiting[1] + raw)
        else:
            pieces += [decode_text(waiting[1], waiting[0]), joined[end : match.start()]]
            waiting = (charset, raw)
        end = match.end()
    return clean_text("".join([*pieces, decode_text(waiting[1], waiting[0]), joined[end:]]))


def needs_guess(raw: bytes) -> bool:
    """Return whether a header field does not say how its letters are to be read, or says it wrong."""
    try:
        text = raw.decode("utf-8")
    except UnicodeError:
        return True
    unknown = any(_find_codec(match[1]) is None for match in _ENCODED_WORD.finditer(text))
    return unknown or "\ufffd" in decode_words(text)


def clean_text(text: str) -> str:
    """Return text without NUL, lone surrogates and control characters, with lines ended by "\\n".

    A form feed becomes a line's end: in our texts it means that the page of a print turns.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    return _CONTROLS.sub("\ufffd", lines.replace("\0", ""))


def decode_base64(raw: bytes) -> bytes:
    """Return what base64 holds, strange characters, missing and doubled padding forgiven."""
    clean = raw.translate(None, _NOT_BASE64)
    pieces = (piece[: len(piece) - (len(piece) % 4 == 1)] for piece in re.split(b"=+", clean))
    return b"".join(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)) for piece in pieces if piece)


def _find_codec(charset: str | None) -> str | None:
    """Return the name of the codec to use, or None for a charset that is unknown or no text."""
    name = re.sub(r"[\s\"'\0\\]", "", charset or "").lower()[:64]
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return _MEANT.get(found, found) if _TEXT_CODEC.fullmatch(found) else None


def _decode_by_look(raw: bytes, codec: str | None) -> str:
    """Return text of bytes that are neither UTF-8 nor what they claim."""
    if codec and codec not in {"utf-8", "cp1252"}:
        return raw.decode(codec, "replace")
    # A guess needs a line of foreign text; on a few accents it is worse than none.
    high_share = len(raw.translate(None, _ASCII)) / max(1, len(raw))
    guess = from_bytes(raw[:_SAMPLE_BYTES]).best() if codec is None and high_share > 0.25 and len(raw) > 32 else None
    if guess and _TEXT_CODEC.fullmatch(codecs.lookup(guess.encoding).name):
        return raw.decode(guess.encoding, "replace")
    # More letters that are UTF-8 than bytes that are not: damaged. Fewer: it only says that it is UTF-8.
    valid = raw.decode("utf-8", "ignore")
    letters = len(valid) - len(valid.encode("ascii", "ignore"))
    if codec == "utf-8" and letters >= len(raw) - len(valid.encode()):
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("cp1252")
    except UnicodeError:
        return raw.decode("latin-1")


def _decode_word(encoding: str, text: str) -> bytes:
    try:
        raw = text.encode("cp1252")  # bytes that should have been encoded, and were not
    except UnicodeError:
        raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(raw)
    return binascii.a2b_qp(raw.replace(b"\n", b""), header=True)
