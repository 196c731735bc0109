"""Cut pages into emails: header blocks found, told apart, and everything between them given to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.headers import HeaderBlock, Spot, find_header_blocks, read_headers
from ingest.headers.attribution import find_attributions
from ingest.headers.labels import Label
from ingest.headers.webprint import find_web_headers
from ingest.messages.boundaries import find_position, is_separator, printed_log_odds
from ingest.messages.decided import Decided
from ingest.messages.text import join_lines
from ingest.records import (
    Decision,
    Headers,
    Level,
    Mailbox,
    MessageRecord,
    PageRecord,
    PaperKind,
    PaperRecord,
)

_NOTHING_DECIDED: Mapping[tuple[int, int], Decision] = {}


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines of one message: a header block and what follows it up to the next one."""

    block: HeaderBlock
    level: Level | None  # None: a paper, for a person said that it is no email
    start: int  # first line that belongs to it: an owner's name or a separator stands before the block
    end: int = 0


def split_messages(
    pages: Sequence[PageRecord], decided: Mapping[tuple[int, int], Decision] = _NOTHING_DECIDED
) -> tuple[list[PageRecord], list[MessageRecord], list[PaperRecord]]:
    """Return the pages, marked where they belong to an email, the messages in order, and what is no email.

    A printed email is followed by the messages that it quotes, outermost first; each names the one
    that quotes it in `parent`. `decided` has what people said of (page, line), both from 1; it holds
    whatever the lines look like.
    """
    spots = [
        Spot(page.number, index, line, page.width_pt)
        for page in pages
        for index, line in enumerate(page.lines)
        if index not in page.furniture
    ]
    heights = {page.number: page.height_pt for page in pages}
    parts = _find_parts(spots, heights, Decided(spots, decided))
    by_number = {page.number: page for page in pages}
    messages = [_with_textless_pages(message, by_number) for message in _build_messages(spots, parts, by_number)]
    papers = _build_papers(spots, parts)
    inside = {
        number
        for message in messages
        if message.level is Level.PRINTED
        for number in range(message.first_page, message.last_page + 1)
    }
    # A page that holds a paper beside an email is found by itself too: nothing else has the paper's words.
    inside -= {number for paper in papers for number in range(paper.first_page, paper.last_page + 1)}
    return [replace(page, in_message=page.number in inside) for page in pages], messages, papers


def find_blocks(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return labelled headers, web prints' headings and attribution lines in order, none within another."""
    found = [*find_header_blocks(spots), *find_web_headers(spots), *find_attributions(spots)]
    blocks: list[HeaderBlock] = []
    for block in sorted(found, key=lambda block: (block.start, -block.end)):
        if not blocks or block.start >= blocks[-1].end:
            blocks.append(block)
    return blocks


def _find_parts(spots: Sequence[Spot], heights: Mapping[int, float], decided: Decided) -> list[_Part]:
    blocks = decided.find_blocks(find_blocks)
    odds = printed_log_odds(spots, blocks, heights)
    parts: list[_Part] = []
    for block, value in zip(blocks, odds, strict=True):
        place, decision = decided.about(block)
        level = decided.level(decision, Level.PRINTED if value > 0 else Level.QUOTED)
        if level is None and value <= 0:
            continue  # a quoted header that is none: its lines are text
        if level is Level.QUOTED and (not parts or parts[-1].level is None):
            # Nothing printed holds it: its own header is all we have.
            level = Level.PRINTED
        start = place if decision is Decision.EMAIL else _start_of(spots, block, level, heights)
        parts.append(_Part(block, level, start))
    ends = [*(part.start for part in parts[1:]), len(spots)][: len(parts)]
    return [replace(part, end=end) for part, end in zip(parts, ends, strict=True)]


def _start_of(spots: Sequence[Spot], block: HeaderBlock, level: Level | None, heights: Mapping[int, float]) -> int:
    """Return the first line of a message: its owner's name above a print, a separator above a quote."""
    position = find_position(spots, block, heights)
    if level is not Level.QUOTED:
        few = position.lines_above <= 2 and position.words_above <= 8  # owner's name, "RE: subject"
        return block.start - position.lines_above if few else block.start
    before = block.start - 1
    return before if before >= 0 and is_separator(spots[before].line.text) else block.start


def _build_messages(
    spots: Sequence[Spot], parts: Sequence[_Part], pages: Mapping[int, PageRecord]
) -> list[MessageRecord]:
    messages: list[MessageRecord] = []
    printed_at = [number for number, part in enumerate(parts) if part.level is not Level.QUOTED]
    for order, first in enumerate(printed_at):
        last = printed_at[order + 1] if order + 1 < len(printed_at) else len(parts)
        thread = parts[first:last]
        parent: int | None = None
        for part in thread:
            if part.level is None:
                continue
            end = thread[-1].end if part.level is Level.PRINTED else part.end
            messages.append(_build_message(spots, part, part.level, (parent, end), pages))
            parent = len(messages) - 1
    return messages


def _build_papers(spots: Sequence[Spot], parts: Sequence[_Part]) -> list[PaperRecord]:
    """Return what a person said is no email, each up to where the next one begins."""
    papers = []
    for part in parts:
        if part.level is None:
            first, last = spots[part.start], spots[part.end - 1]
            papers.append(PaperRecord(PaperKind.OTHER, first.page, last.page, first.row + 1, first.line.text))
    return papers


def _with_textless_pages(message: MessageRecord, pages: Mapping[int, PageRecord]) -> MessageRecord:
    """Let an email run on over pages without text: what follows it is its scanned attachment, for all we see."""
    last = message.last_page
    while message.level is Level.PRINTED and last + 1 in pages and not pages[last + 1].lines:
        last += 1
    return replace(message, last_page=last)


def _build_message(
    spots: Sequence[Spot],
    part: _Part,
    level: Level,
    place: tuple[int | None, int],
    pages: Mapping[int, PageRecord],
) -> MessageRecord:
    """Return the message of a part; `place` is the index of what quotes it, and the line at which it ends."""
    block, (parent, end) = part.block, place
    head = spots[block.start : block.end]
    own = spots[block.end : part.end]
    quoted = spots[part.end : end]
    first, last = spots[part.start], spots[max(end - 1, block.end - 1)]
    text_page = own[0].page if own else head[-1].page if head else first.page
    headers = read_headers(block, "\n".join(spot.line.text for spot in head))
    return MessageRecord(
        level=level,
        parent=parent,
        first_page=first.page,
        last_page=last.page,
        first_line=(head[0] if head else first).row + 1,
        text_page=text_page,
        headers=_withhold_sender(headers, block, spots, pages),
        text=join_lines(own, text_page),
        quoted_text=join_lines(quoted, own[-1].page if own else text_page),
    )


def _withhold_sender(
    headers: Headers, block: HeaderBlock, spots: Sequence[Spot], pages: Mapping[int, PageRecord]
) -> Headers:
    """A sender's line that is empty but for a code in the margin has a withheld sender."""
    if headers.sender is not None or Label.FROM not in block.values or block.kind != "labels":
        return headers
    line = spots[block.start + block.labels.index(Label.FROM)]
    middle = (line.line.box.top + line.line.box.bottom) / 2
    beside = [
        redaction
        for redaction in pages[line.page].redactions
        if redaction.box and redaction.code and redaction.box.top - 6 <= middle <= redaction.box.bottom + 6
    ]
    if not beside:
        return headers
    codes = tuple(dict.fromkeys(redaction.code for redaction in beside if redaction.code))
    printed = ", ".join(redaction.printed or "" for redaction in beside)
    return replace(headers, sender=Mailbox(printed, None, None, withheld=True, codes=codes))
