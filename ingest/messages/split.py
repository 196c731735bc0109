"""Cut pages into emails: header blocks found, told apart, and everything between them given to one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.dates import decide_day_first
from ingest.headers import HeaderBlock, Spot, find_header_blocks
from ingest.headers.attribution import find_attributions
from ingest.headers.columns import find_column_headers
from ingest.headers.labels import begins_with_label
from ingest.headers.lexicon import Label
from ingest.headers.values import split_attachments
from ingest.headers.webprint import find_web_headers
from ingest.messages.boundaries import find_position, is_separator, judge_headers
from ingest.messages.build import Part, Sheet, build_messages
from ingest.messages.decided import Decided
from ingest.messages.papers import begins_paper, find_papers
from ingest.messages.series import Turn, find_turns
from ingest.messages.subjects import agree_subjects
from ingest.messages.withheld import mark_boxes
from ingest.records import Decision, Level, Line, MessageRecord, PageRecord, PaperKind, PaperRecord

_SEPARATOR_WORD = re.compile(r"message|appointment|nachricht|messag|mensaje|mensagem|bericht|-{3}", re.I)
_LONGEST_SEPARATOR = 60  # letters
_MOST_WORDS = 8  # of a separator
_NOTHING_DECIDED: Mapping[tuple[int, int], Decision] = {}


def split_messages(
    pages: Sequence[PageRecord], decided: Mapping[tuple[int, int], Decision] = _NOTHING_DECIDED
) -> tuple[list[PageRecord], list[MessageRecord], list[PaperRecord]]:
    """Return the pages, marked where they belong to an email, the messages in order, and what is no email.

    A printed email is followed by the messages that it quotes, outermost first; each names the one
    that quotes it in `parent`. `decided` has what people said of (page, line), both from 1; it holds
    whatever the lines look like.
    """
    by_number = {page.number: page for page in pages}
    plain = [
        Spot(page.number, index, part, page.width_pt)
        for page in pages
        for index, line in enumerate(page.lines)
        if index not in page.furniture
        for part in _parted_behind_separator(line)
    ]
    spots = mark_boxes(plain, by_number)
    turns = find_turns(pages)
    parts = _find_parts(spots, by_number, turns, Decided(spots, decided))
    dates = (part.block.values.get(Label.DATE, "") for part in parts)
    messages = build_messages(Sheet(spots, plain, by_number, turns, decide_day_first(dates)), parts)
    put_aside = _papers_put_aside(plain, parts)
    inside = {
        number
        for message in messages
        if message.level is Level.PRINTED
        for number in range(message.first_page, message.last_page + 1)
    }
    # A page that holds a paper beside an email is found by itself too: nothing else has the paper's words.
    inside -= {number for paper in put_aside for number in range(paper.first_page, paper.last_page + 1)}
    marked = [replace(page, in_message=page.number in inside) for page in pages]
    return marked, messages, find_papers(marked, messages, put_aside)


def _parted_behind_separator(line: Line) -> Iterator[Line]:
    """Part a line on which OCR put a header behind its separator: "-----Original Message----- From: Roe, Jane"."""
    if ":" in line.text and _SEPARATOR_WORD.search(line.text[:_LONGEST_SEPARATOR]):
        for number in range(2, min(_MOST_WORDS, len(line.words))):
            before, behind = line.words[:number], line.words[number:]
            if begins_with_label(behind[:1]) and is_separator(" ".join(word.text for word in before)):
                yield Line(before)
                yield Line(behind)
                return
    yield line


def _papers_put_aside(spots: Sequence[Spot], parts: Sequence[Part]) -> list[PaperRecord]:
    """Return what a person said is no email, each up to where the next one begins."""
    papers = []
    for part in parts:
        if part.level is None:
            first, last = spots[part.start], spots[part.end - 1]
            papers.append(PaperRecord(PaperKind.OTHER, first.page, last.page, first.row + 1, first.line.text))
    return papers


def find_blocks(spots: Sequence[Spot]) -> list[HeaderBlock]:
    """Return labelled headers, web prints' headings and attribution lines in order, none within another."""
    found = [
        *find_header_blocks(spots),
        *find_web_headers(spots),
        *find_column_headers(spots),
        *find_attributions(spots),
    ]
    blocks: list[HeaderBlock] = []
    for block in sorted(found, key=lambda block: (block.start, -block.end)):
        if not blocks or block.start >= blocks[-1].end:
            blocks.append(block)
    return blocks


def _find_parts(
    spots: Sequence[Spot], pages: Mapping[int, PageRecord], turns: Mapping[int, Turn], decided: Decided
) -> list[Part]:
    blocks = decided.find_blocks(find_blocks)
    parts: list[Part] = []
    for block, verdict in zip(blocks, judge_headers(spots, blocks, pages, turns), strict=True):
        place, decision = decided.about(block)
        level = decided.level(decision, Level.PRINTED if verdict.log_odds > 0 else Level.QUOTED)
        if level is None and verdict.log_odds <= 0:
            continue  # a quoted header that is none: its lines are text
        if level is Level.QUOTED and (not parts or parts[-1].level is None):
            # Nothing printed holds it: its own header is all we have.
            level = Level.PRINTED
        start = place if decision is Decision.EMAIL else _start_of(spots, block, level, pages)
        parts.append(Part(block, level, verdict, start))
    ends = [*(part.start for part in parts[1:]), len(spots)][: len(parts)]
    ended = [replace(part, end=end, thread_end=end) for part, end in zip(parts, ends, strict=True)]
    return [part for thread in _threads(ended) for part in _with_ends(spots, thread, turns, alone=thread == ended)]


def _threads(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Yield each printed message with those that it quotes, and each paper by itself."""
    starts = [number for number, part in enumerate(parts) if part.level is not Level.QUOTED]
    for first, last in zip(starts, [*starts, len(parts)][1:], strict=True):
        yield list(parts[first:last])


def _with_ends(spots: Sequence[Spot], thread: list[Part], turns: Mapping[int, Turn], *, alone: bool) -> list[Part]:
    """Return a thread whose subjects agree, ended before a page that begins a paper of its own.

    As many papers as the email names attachments are its own, and all are in a file that holds it `alone`.
    """
    if thread[0].level is None:
        return thread
    attached = len(split_attachments(thread[0].block.values.get(Label.ATTACHMENTS, "")))
    papers = list(_papers_behind(spots, thread[-1], turns))
    end = thread[-1].end
    foreign = [index for index in papers if turns.get(spots[index].page) is Turn.STARTS] or papers[attached:]
    if foreign and not alone:
        end = foreign[0]
    blocks = agree_subjects(spots, [part.block for part in thread])
    thread = [replace(part, block=block) for part, block in zip(thread, blocks, strict=True)]
    thread[-1] = replace(thread[-1], end=min(thread[-1].end, *papers, end))
    thread[0] = replace(thread[0], thread_end=end)
    return thread


def _papers_behind(spots: Sequence[Spot], part: Part, turns: Mapping[int, Turn]) -> Iterator[int]:
    """Yield where pages behind a message's first begin a paper."""
    for index in range(part.block.end, part.end):
        page = spots[index].page
        if spots[index - 1].page == page or turns.get(page) is Turn.GOES_ON:
            continue
        if turns.get(page) is Turn.STARTS or begins_paper(spots, index):
            yield index


def _start_of(spots: Sequence[Spot], block: HeaderBlock, level: Level | None, pages: Mapping[int, PageRecord]) -> int:
    """Return the first line of a message: its owner's name above a print, a separator above a quote."""
    position = find_position(spots, block, pages)
    if level is not Level.QUOTED:
        few = position.lines_above <= 2 and position.words_above <= 8  # owner's name, "RE: subject"
        return block.start - position.lines_above if few else block.start
    before = block.start - 1
    return before if before >= 0 and is_separator(spots[before].line.text) else block.start
