"""Find the messages that a native mail quotes: its text, set as lines, is read like a print's."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.headers import HeaderBlock, Spot, read_headers
from ingest.messages.split import find_blocks
from ingest.messages.text import join_lines
from ingest.records import Box, Level, Line, MessageRecord, Word

_LETTER_PT, _LINE_PT, _HEIGHT_PT = 5.0, 12.0, 10.0  # any measures do: only gaps and order count
_PAGE_WIDTH_PT = 90 * _LETTER_PT  # mail programs wrap at 72 to 80 letters
_MAX_LINES = 20_000  # of quoted text that is looked through


def with_quoted(messages: Sequence[MessageRecord]) -> tuple[MessageRecord, ...]:
    """Return the messages of a mail file, each followed by those that its text quotes."""
    result: list[MessageRecord] = []
    for message in messages:
        parent = len(result)
        result.append(message)
        for quoted in _quoted_messages(message):
            result.append(replace(quoted, parent=parent))
            parent = len(result) - 1
    return tuple(result)


def _quoted_messages(message: MessageRecord) -> list[MessageRecord]:
    if not message.quoted_text:
        return []
    spots = _set_lines(message.quoted_text)
    blocks = find_blocks(spots)
    ends = [*(block.start for block in blocks[1:]), len(spots)][: len(blocks)]
    return [_quoted(message, spots, block, end) for block, end in zip(blocks, ends, strict=True)]


def _quoted(message: MessageRecord, spots: Sequence[Spot], block: HeaderBlock, end: int) -> MessageRecord:
    printed = "\n".join(spot.line.text for spot in spots[block.start : block.end])
    return MessageRecord(
        level=Level.QUOTED,
        parent=None,
        first_page=message.first_page,
        last_page=message.last_page,
        first_line=message.first_line + spots[block.start].row,
        text_page=message.text_page,
        headers=read_headers(block, printed),
        text=join_lines(spots[block.end : end], page=1),
        quoted_text="",
    )


def _set_lines(text: str) -> list[Spot]:
    """Set text as the lines of one endless page; an empty line leaves a gap."""
    spots = []
    for row, content in enumerate(text.split("\n")[:_MAX_LINES]):
        words, top = [], row * _LINE_PT
        x = (len(content) - len(content.lstrip())) * _LETTER_PT
        for word in content.split():
            words.append(Word(word, Box(x, top, x + _LETTER_PT * len(word), top + _HEIGHT_PT)))
            x += _LETTER_PT * (len(word) + 1)
        if words:
            spots.append(Spot(1, row, Line(tuple(words)), _PAGE_WIDTH_PT))
    return spots
