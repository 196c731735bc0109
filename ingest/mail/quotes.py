"""Part the sender's own words from what they answer or forward."""

import re
from collections.abc import Sequence

_ANNOUNCEMENT = re.compile(
    r"\s*(?:-{2,}\s*(?:Original Message|Forwarded message|Forwarded by\b.{0,200}|Original Appointment)\s*-*|"
    r"-{4,}\s*(?:Original|Forwarded).{0,200}|Begin forwarded message:|"
    r"-{3,}\s*(?:Mensaje original|Message d'origine|Ursprüngliche Nachricht)\s*-*)\s*",
    re.I,
)
_ATTRIBUTION_START = re.compile(
    r"\s*(?:On|Am|Le|El)\s.{4,300}|\s*\S.{0,200}<\S{1,200}@\S{1,200}>\s*(?:wrote|writes):", re.I
)
_ATTRIBUTION_END = re.compile(r".{0,300}\b(?:wrote|writes|schrieb|a écrit|escribió)\s?.{0,100}:\s*$", re.I)
_FROM = re.compile(r"\s*\*?(?:From|De|Von):\*?\s*\S", re.I)
_SENT = re.compile(r"\s*\*?(?:Sent|Date|Envoyé|Gesendet|Enviado)\s?:\*?\s*\S", re.I)
_TO = re.compile(r"\s*\*?(?:To|Subject|À|An|Para|Cc)\s?:", re.I)
_RULE = re.compile(r"\s*[_-]{5,}\s*")
_SIGNATURE = re.compile(r"--\s*|\s*[_*=-]{4,}.{0,100}")
_BLOCK_LINES = 8
_MOST_SIGNATURE = 15


def split_quoted(text: str) -> tuple[str, str]:
    """Return the sender's own words and everything below them; put together they are `text` again.

    Answers written below or between the quoted lines are the sender's own: such a text is not cut.
    """
    lines = text.split("\n")
    quotable_from = _quotable_from(lines)
    for number in range(len(lines)):
        if _is_start(lines, number, quotable_from):
            return _cut(lines, _with_rule(lines, number))
    return _cut(lines, _trailing_quote(lines))


def _cut(lines: Sequence[str], number: int) -> tuple[str, str]:
    own, quoted = "\n".join(lines[:number]), "\n".join(lines[number:])
    return (own + "\n" if 0 < number < len(lines) else own), quoted


def _is_start(lines: Sequence[str], number: int, quotable_from: int) -> bool:
    """Return whether the line is the first of what is quoted."""
    line = lines[number]
    if len(line) > 1000 or not line.strip():
        return False
    if _ANNOUNCEMENT.fullmatch(line):
        return True
    if _FROM.match(line):
        block = [other[:300] for other in lines[number + 1 : number + _BLOCK_LINES]]
        return any(map(_SENT.match, block)) and any(map(_TO.match, block))
    return _ATTRIBUTION_START.match(line) is not None and _attribution_end(lines, number) >= quotable_from


def _attribution_end(lines: Sequence[str], number: int) -> int:
    """Return the line below "On Monday, Jane wrote:", which may be broken into three; 0 if it is none."""
    for end in range(number, min(number + 3, len(lines))):
        if not lines[end].strip():
            return 0
        if _ATTRIBUTION_END.match(lines[end][:600]):
            return end + 1
    return 0


def _quotable_from(lines: Sequence[str]) -> int:
    """Return the first line, at least 1, from which on no words of the sender follow a line with ">"."""
    marked = {number for number, line in enumerate(lines) if line.lstrip().startswith(">")}
    last = max(marked, default=-1)
    if not marked or not _is_signature(lines[last + 1 :]):
        return last + 1 or 1
    own = (number for number in range(last, -1, -1) if number not in marked and lines[number].strip())
    return next(own, 0) + 1


def _is_signature(lines: Sequence[str]) -> bool:
    """Return whether nothing stands there, or no more than a signature or a list's footer."""
    told = [line for line in lines if line.strip()]
    return not told or (len(told) <= _MOST_SIGNATURE and _SIGNATURE.fullmatch(told[0]) is not None)


def _with_rule(lines: Sequence[str], number: int) -> int:
    """Return the line of the rule that Outlook draws above a quoted header, or `number`."""
    above = number
    while above > 0 and not lines[above - 1].strip():
        above -= 1
    return above - 1 if above > 0 and _RULE.fullmatch(lines[above - 1][:200]) else number


def _trailing_quote(lines: Sequence[str]) -> int:
    """Return the first line of the run of ">" lines that ends the text, or the number of lines."""
    end = len(lines)
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    start = end
    while start > 0 and (lines[start - 1].lstrip().startswith(">") or not lines[start - 1].strip()):
        start -= 1
    while start < end and not lines[start].strip():
        start += 1
    return start if start < end else len(lines)
