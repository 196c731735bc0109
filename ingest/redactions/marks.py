"""Turn the codes on a page into redactions with their places."""

from ingest.records import Box, Line, PageRecord, Redaction, RedactionShape, Word
from ingest.redactions.codes import find_codes, spans_within


def code_redactions(words: tuple[Word, ...]) -> list[Redaction]:
    """Return one redaction for each code printed in words that hold only codes, as a margin's do."""
    found = find_codes(" ".join(word.text for word in words))
    if not found:
        return []
    around = Box.around(word.box for word in words)
    return [Redaction(code, printed, around, RedactionShape.MARGIN) for code, printed in found]


def inline_redactions(page: PageRecord) -> list[Redaction]:
    """Return the bracketed codes that stand among a page's words, outside of the boxes already known."""
    known = [redaction.box for redaction in page.redactions if redaction.box]
    found: list[Redaction] = []
    for line in page.lines:
        for code, printed, words in _codes_of(line):
            around = Box.around(word.box for word in words)
            if not any(box.holds_middle_of(around) for box in known):
                found.append(Redaction(code, printed, around, RedactionShape.CODE))
    return found


def _codes_of(line: Line) -> list[tuple[str, str, list[Word]]]:
    """Return the codes of a line with the words that print each: "(b) (6)" is two words."""
    text = line.text
    if "(" not in text:
        return []
    places: list[tuple[int, Word]] = []
    start = 0
    for word in line.words:
        places.append((start, word))
        start += len(word.text) + 1
    found = []
    for code, first, end in spans_within(text):
        words = [word for place, word in places if place < end and place + len(word.text) > first]
        found.append((code, text[first:end], words))
    return found
