"""Read the address lists of native mail (RFC 5322, 3.4), as broken as they come."""

import re
from dataclasses import dataclass, field

from ingest.mail.charsets import decode_words
from ingest.people import parse_mailbox
from ingest.records import Mailbox

MOST_MAILBOXES = 2000

_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,64}\?[bBqQ]\?[^?]{0,4000}\?=")
_BARE_ADDRESS = re.compile(r"[^\s<>,;:()\"]{1,320}@[^\s<>,;:()\"]{1,320}")
_MOST_SHOWN = 1000


@dataclass(slots=True)
class _Piece:
    """What stands between two commas."""

    words: str = ""
    address: str = ""  # within "<>"
    comment: str = ""
    quoted: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing stood there."""
        return not (self.words.strip() or self.address.strip() or self.comment.strip())


@dataclass(slots=True)
class _Scanner:
    """Reads a list letter by letter: linear in its length, whatever it holds."""

    text: str
    pieces: list[_Piece] = field(default_factory=list)
    piece: _Piece = field(default_factory=_Piece)
    place: str = "words"  # or "quote", "comment", "address"
    depth: int = 0

    def scan(self) -> bool:
        """Fill `pieces`; False if a quote or a comment never ends."""
        position = 0
        while position < len(self.text) and len(self.pieces) < MOST_MAILBOXES:
            position = self._step(position)
        self._flush()
        return self.place in {"words", "address"}

    def _step(self, position: int) -> int:
        letter = self.text[position]
        if letter == "=" and (word := _ENCODED_WORD.match(self.text, position)):
            self._keep(word[0])
            return word.end()
        if letter == "\\" and self.place in {"quote", "comment"}:
            self._keep(self.text[position + 1 : position + 2])
            return position + 2
        match self.place:
            case "quote":
                self._in_quote(letter)
            case "comment":
                self._in_comment(letter)
            case "address":
                self._in_address(letter)
            case _:
                self._in_words(letter)
        return position + 1

    def _keep(self, text: str) -> None:
        match self.place:
            case "address":
                self.piece.address += text
            case "comment":
                self.piece.comment += text
            case _:
                self.piece.words += text

    def _in_quote(self, letter: str) -> None:
        if letter == '"':
            self.place = "words"
        else:
            self._keep(letter)

    def _in_comment(self, letter: str) -> None:
        self.depth += {"(": 1, ")": -1}.get(letter, 0)
        if self.depth == 0:
            self.place = "words"
        else:
            self._keep(letter)

    def _in_address(self, letter: str) -> None:
        if letter == ">":
            self.place = "words"
        elif letter != "<":
            self._keep(letter)

    def _in_words(self, letter: str) -> None:
        match letter:
            case '"':
                self.place, self.piece.quoted = "quote", True
            case "(":
                self.place, self.depth = "comment", 1
                self.piece.comment += " " if self.piece.comment else ""
            case "<":
                self.place = "address"
            case "," | ";":
                self._flush()
            case ":" if "@" not in self.piece.words:
                self.piece = _Piece()  # a group's name (3.4); its members follow
            case _:
                self._keep(letter)

    def _flush(self) -> None:
        if not self.piece.is_empty:
            self.pieces.append(self.piece)
        self.piece = _Piece()


def parse_addresses(text: str) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a From, To, Cc or Bcc field, at most `MOST_MAILBOXES`.

    `text` is the field unfolded, its encoded words not yet read. Groups are dissolved; a name
    whose comma is not quoted stays one name.
    """
    scanner = _Scanner(text)
    if not scanner.scan():
        scanner = _Scanner(text.translate({ord(mark): " " for mark in '"()'}))
        scanner.scan()
    boxes = (build_mailbox(*_name_and_address(piece)) for piece in _join_names(scanner.pieces))
    return tuple(box for box in boxes if box)


def build_mailbox(name: str, address: str) -> Mailbox | None:
    """Return the mailbox of a name and an address, either may be ""; None for neither."""
    shown = " ".join(name.split())[:_MOST_SHOWN]
    found = address.strip(" .,;'\"<>").lower()[:_MOST_SHOWN] if "@" in address else ""
    if not shown and not found:
        return None
    if not shown or shown.lower() == found:
        return Mailbox(address, None, found)
    printed = f"{shown} <{address}>" if found else shown
    parsed = parse_mailbox(shown, of_print=False)
    if parsed is None:
        return Mailbox(printed, shown, found or None)
    named = parsed.name or (None if parsed.withheld else shown)
    return Mailbox(printed, named, found or None, parsed.tag, parsed.withheld and not found, parsed.codes)


def _join_names(pieces: list[_Piece]) -> list[_Piece]:
    """Put "Last" and "First <address>" together: no list of today has mailboxes without address."""
    joined: list[_Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before and _is_family_name(before) and piece.address and piece.words.strip() and not piece.quoted:
            joined[-1] = _Piece(f"{before.words.strip()}, {piece.words.strip()}", piece.address, piece.comment)
        else:
            joined.append(piece)
    return joined


def _is_family_name(piece: _Piece) -> bool:
    words = piece.words.split()
    return not (piece.address or piece.comment or piece.quoted or "@" in piece.words) and 0 < len(words) <= 3


def _name_and_address(piece: _Piece) -> tuple[str, str]:
    words = decode_words(piece.words).strip().strip("'")
    comment = decode_words(piece.comment).strip()
    if piece.address.strip():
        address = "".join(decode_words(piece.address).split()).rpartition(":")[2]
        # "Name (NIH/OD) <a@b>": what stands in brackets behind a name is part of what is shown.
        name = f"{words} ({comment})" if words and comment else words or comment
        return (name, address) if "@" in address else (name or address, "")
    if match := _BARE_ADDRESS.search(words):
        rest = f"{words[: match.start()]} {words[match.end() :]}".strip()
        return rest or comment, match[0]
    return (f"{words} ({comment})" if words and comment else words or comment), ""
