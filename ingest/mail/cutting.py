"""Cut a mail into its parts (RFC 2046, 5.1), however broken, in one pass and within limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.mail.mime import MOST_FIELD_BYTES, MOST_FIELDS, Part, split_header
from ingest.records import Problem

_MOST_PARTS = 1000
_MOST_DEPTH = 20
_SEEN_BOUNDARY = re.compile(rb"^--([!-~]{1,200})[ \t]*\r?\nContent-", re.M)


@dataclass(slots=True)
class _OpenPart:
    """A part whose end has not been met."""

    part: Part
    start: int  # of its body
    mark: bytes  # its boundary with the two hyphens, b"" if it has none
    has_begun: bool = False  # its boundary was met
    children: list[Part] = field(default_factory=list)


class MimeReader:
    """Cuts one mail and collects what was wrong with it.

    A boundary's line belongs to the innermost part that has it, and ends all parts within. One of a
    part that is over begins another beside it: of a broken mail no text is lost.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._raw = b""
        self._open: list[_OpenPart] = []  # the outermost first
        self._levels: dict[bytes, int] = {}  # each boundary line of an open part, and which one that is
        self._over: set[bytes] = set()  # boundary lines of parts that have ended
        self._parts_left = _MOST_PARTS

    def read(self, raw: bytes) -> Part:
        """Return the mail with its parts; what lies over a limit is left in one piece."""
        self._raw = raw if b"\n" in raw else raw.replace(b"\r", b"\n")
        root = self._begin(0)
        for start, end in _hyphened_lines(self._raw, root.start):
            if not self._levels:
                break
            self._turn(start, end)
        self._close(0, self._end())
        fields = root.part.fields
        if len(fields) == MOST_FIELDS or any(len(each.raw) == MOST_FIELD_BYTES for each in fields):
            detail = f"Of the header only {MOST_FIELDS:,} fields of {MOST_FIELD_BYTES:,} bytes were read."
            self._complain("header_cut", detail)
        return root.part

    def _begin(self, position: int) -> _OpenPart:
        """Open the part whose header begins here."""
        fields, start = split_header(self._raw, position, ends=self._levels.keys())
        part = Part(fields, b"")
        opened = _OpenPart(part, start, self._mark(part, start))
        self._open.append(opened)
        self._note_levels()
        return opened

    def _mark(self, part: Part, start: int) -> bytes:
        if not part.kind.startswith("multipart/"):
            return b""
        boundary = (part.parameter("boundary") or _guess_boundary(part, self._raw, start)).rstrip()
        if boundary and len(self._open) >= _MOST_DEPTH:
            self._complain("too_deep", f"Parts nested deeper than {_MOST_DEPTH} were left in one piece.")
            return b""
        return b"--" + boundary.encode("utf-8", "replace") if boundary else b""

    def _turn(self, start: int, end: int) -> None:
        """Do what a line says if it is a boundary's."""
        line = self._raw[start:end].strip()
        level = self._levels.get(line)
        if level is None and line in self._over:
            level = max(self._levels.values())
        if level is None:
            return
        parent = self._open[level]
        self._close(level + 1, start)
        self._rescue_first(parent, start)
        if line == parent.mark + b"--":
            self._close(level, start)
        elif self._parts_left == 0:
            self._complain("too_many_parts", f"Only the first {_MOST_PARTS:,} parts of the email were read.")
            self._close(0, start)
        else:
            self._parts_left -= 1
            self._begin(end)

    def _close(self, level: int, position: int) -> None:
        """End the open parts from this level inwards; their text goes up to `position`."""
        while len(self._open) > level:
            opened = self._open.pop()
            opened.part.parts = tuple(opened.children)
            if not opened.children:
                body = self._raw[opened.start : max(opened.start, position)]
                opened.part.body = _without_last_line_end(body) if self._open else body
            if opened.mark:
                self._over.add(opened.mark)
            if self._open:
                self._open[-1].children.append(opened.part)
        self._note_levels()

    def _note_levels(self) -> None:
        self._levels = {
            line: level
            for level, opened in enumerate(self._open)
            if opened.mark
            for line in (opened.mark + b"--", opened.mark)
        }

    def _rescue_first(self, parent: _OpenPart, position: int) -> None:
        """Keep the first part where its boundary is missing and its header ran into that of the whole."""
        places = [n for n, each in enumerate(parent.part.fields) if each.name.lower() == "content-type"]
        if not parent.has_begun and len(places) > 1:
            first = Part(parent.part.fields[places[1] :], self._raw[parent.start : position])
            if first.kind.startswith("text/"):
                parent.children.append(first)
        parent.has_begun = True

    def _end(self) -> int:
        """Return where the last text ends: the last boundary may stand behind it without a new line."""
        mark = next((opened.mark for opened in reversed(self._open) if opened.mark), None)
        if mark and self._raw[-len(mark) - 100 :].rstrip().endswith(mark + b"--"):
            return self._raw.rindex(mark + b"--")
        return len(self._raw)

    def _complain(self, code: str, detail: str) -> None:
        if all(problem.code != code for problem in self.problems):
            self.problems.append(Problem(code, detail))


def _guess_boundary(part: Part, raw: bytes, start: int) -> str:
    """Return the boundary of a multipart whose media type is broken."""
    told = re.search(r"boundary\s*=\s*\"?([^\"\s;]{1,200})", part.find("Content-Type") or "", re.I)
    if told:
        return told[1]
    seen = _SEEN_BOUNDARY.search(raw, start)
    return seen[1].decode("ascii") if seen else ""


def _hyphened_lines(raw: bytes, position: int) -> Iterator[tuple[int, int]]:
    """Yield where each line that begins with two hyphens starts and ends; `position` is a line's start."""
    while True:
        if not raw.startswith(b"--", position):
            found = raw.find(b"\n--", position)
            if found < 0:
                return
            position = found + 1
        end = raw.find(b"\n", position) + 1 or len(raw)
        yield position, end
        position = end


def _without_last_line_end(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")
