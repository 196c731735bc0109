"""Tell a sender's own words from the banner above them and the signature and disclaimer below."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.records import TextKind, TextPart

_BANNER = re.compile(
    r"\[EXT(?:ERNAL)?\]|\bCAUTION\b|\bWARNING:|originated (?:from )?outside|external (?:e-?mail|sender)"
    r"|do not click (?:on )?(?:any )?links|this e-?mail (?:is|was sent) (?:UNCLASSIFIED|from outside)"
    r"|This message was sent from outside|Proofpoint|Mimecast",
    re.I,
)
_DISCLAIMER = re.compile(
    r"\b(?:confidential(?:ity)?\b.{0,60}\b(?:notice|information|privileged|intended)|intended (?:only |solely )?for\b"
    r"|intended recipient|received this (?:e-?mail|message|communication|transmission) in error"
    r"|privileged and confidential"
    r"|shall not accept liability|please consider the environment|Disclaimer\s*:|IRS Circular 230"
    r"|This e-?mail (?:and any|message|communication|transmission)|unauthorized (?:use|review|disclosure))",
    re.I | re.S,
)
_SENT_FROM = re.compile(
    r"^\s*(?:Sent (?:from|via|using|with) |Get Outlook for |Von meinem |Envoyé de mon |Enviado desde |Inviato da )",
    re.I,
)
_DASHES = re.compile(r"^\s*(?:-- ?|_{5,}|-{5,})\s*$")
_CLOSING = re.compile(
    r"^\s*(?:best|kind|warm|many|with)?\s*(?:regards|wishes|thanks|thank you|sincerely|respectfully|cheers|yours"
    r"|very truly yours|v/r|mit freundlichen grüßen|cordialement|saludos)\b[\w ,.!]{0,25}$",
    re.I,
)
_CONTACT = re.compile(
    r"(?:\b(?:tel|phone|fax|cell|mobile|office|direct)\b\W)|\+?\d?[\s.(-]*\d{3}[\s.)/-]+\d{3}[\s.-]+\d{4}"
    r"|^\s*\(?[cofmdw]\)?[:.]\s*\(?\d{3}|@[\w-]+\.[a-z]{2,}|\bwww\.|\bhttps?://"
    r"|\b(?:director|counsel|officer|secretary|manager|analyst|attorney|professor|chief|administrator|specialist"
    r"|coordinator|assistant|department|division|bureau|office of|institute|university|street|avenue|suite|room)\b"
    r"|\b[A-Z]{2} \d{5}(?:-\d{4})?\b",
    re.I,
)
_BANNER_LINES = 6  # at the start of a text
_SIGNATURE_LINES = 16  # a longer one is text
_SIGNED = 0.4  # share of a signature's lines that tell where and as what someone works
_SHORT_LINE = 60


def find_parts(text: str, sender: str | None = None) -> tuple[TextPart, ...]:
    """Return the stretches of a message's own text that are banner, signature or disclaimer, in order.

    `sender` is the sender's name, with which a signature often begins.
    """
    paragraphs = list(_paragraphs(text))
    disclaimer = next((start for start, end in paragraphs if _DISCLAIMER.search(text[start:end])), len(text))
    banner = _banner_end(text, paragraphs)
    signature = _signature_start(text[:disclaimer], banner, sender)
    marks = [(TextKind.BANNER, 0, banner), (TextKind.SIGNATURE, signature, disclaimer)]
    marks.append((TextKind.DISCLAIMER, disclaimer, len(text)))
    parts = (_trimmed(kind, text, start, end) for kind, start, end in marks if start < end)
    return tuple(part for part in parts if part.start < part.end)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph begins and ends: at empty lines and where the page turns."""
    breaks = [0, *(match.end() for match in re.finditer(r"\n\s*\n|\f\s*", text)), len(text)]
    for start, end in pairwise(breaks):
        if text[start:end].strip():
            yield start, end


def _banner_end(text: str, paragraphs: Sequence[tuple[int, int]]) -> int:
    """Return where the banner at the start of a text ends; 0 where there is none."""
    if not paragraphs:
        return 0
    start, end = paragraphs[0]
    lines = text[start:end].splitlines()
    if not lines or not _BANNER.search(lines[0]):
        return 0
    if len(lines) <= _BANNER_LINES:
        return end
    return start + len(lines[0]) + 1


def _signature_start(text: str, banner: int, sender: str | None) -> int:
    """Return where the signature begins: at dashes, at "Sent from my", else at a closing or the sender's name."""
    lines = list(_lines(text, banner))
    for number, (start, line) in enumerate(lines):
        if _DASHES.match(line) and len(lines) - number <= _SIGNATURE_LINES:
            return start
        if _SENT_FROM.match(line):
            return start
    for number in range(max(0, len(lines) - _SIGNATURE_LINES), len(lines)):
        start, line = lines[number]
        below = [other for _, other in lines[number + 1 :] if other.strip()]
        if _CLOSING.match(line) and all(len(other) <= _SHORT_LINE for other in below):
            return start
        if _is_name(line, sender) and below and _tells_contact(below):
            return start
    return len(text)


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    position = start
    for line in text[start:].split("\n"):
        yield position, line
        position += len(line) + 1


def _is_name(line: str, sender: str | None) -> bool:
    """Tell whether a line is the sender's name, alone or with a degree behind it."""
    if not sender or len(line) > _SHORT_LINE:
        return False
    names = set(re.findall(r"[^\W\d_]{2,}", sender.casefold()))
    words = re.findall(r"[^\W\d_]{2,}", line.casefold())
    return bool(words) and words[0] in names and sum(word in names for word in words) * 2 >= len(words)


def _tells_contact(lines: Sequence[str]) -> bool:
    if any(len(line) > 2 * _SHORT_LINE for line in lines):
        return False
    return sum(bool(_CONTACT.search(line)) for line in lines) >= _SIGNED * len(lines)


def _trimmed(kind: TextKind, text: str, start: int, end: int) -> TextPart:
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    return TextPart(kind, start, max(start, start + len(stretch.strip())))
