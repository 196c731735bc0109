"""Make the records of messages from the header blocks and what stands between them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.headers import HeaderBlock, Spot, read_headers
from ingest.headers.lexicon import Label
from ingest.headers.readings import read_fields
from ingest.messages.boundaries import Verdict
from ingest.messages.doubts import find_doubts
from ingest.messages.parts import find_parts
from ingest.messages.series import Turn
from ingest.messages.text import join_lines
from ingest.messages.withheld import withhold
from ingest.records import Headers, Level, Mailbox, MessageKind, MessageRecord, PageRecord

_MANY = 100  # messages of a document in which a name can be rare
_RARE = 0.01  # of them
_SCRAP = re.compile(r"\w{1,2}|[a-z][A-Z]+")  # "E", "iNT"
_UNREAD = 0.5  # how sure it is that nothing stands there
_WHEN = re.compile(r"\W*(?:When|Start)\s?:")
_WHERE = re.compile(r"\W*(?:Where|Location)\s?:")


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one message: a header block and what follows it up to the next one."""

    block: HeaderBlock
    level: Level | None  # None: a paper, for a person said that it is no email
    verdict: Verdict
    start: int  # first line that belongs to it: an owner's name or a separator stands before the block
    end: int = 0  # first line of the message below, or of what is attached
    thread_end: int = 0  # of a printed one: first line behind all that it quotes and has attached


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a whole document, and what was learnt of it."""

    spots: Sequence[Spot]  # boxes that stand for header values are marked in them
    plain: Sequence[Spot]  # the same lines as they stand
    pages: Mapping[int, PageRecord]
    turns: Mapping[int, Turn]  # what the release's own numbers say of pages
    day_first: bool = False  # numeric dates print the day before the month


def build_messages(sheet: Sheet, parts: Sequence[Part]) -> list[MessageRecord]:
    """Return the messages in order: each printed one is followed by those that it quotes, outermost first."""
    messages: list[MessageRecord] = []
    printed_at = [number for number, part in enumerate(parts) if part.level is not Level.QUOTED]
    for order, first in enumerate(printed_at):
        last = printed_at[order + 1] if order + 1 < len(printed_at) else len(parts)
        thread = parts[first:last]
        parent: int | None = None
        for part in thread:
            if part.level is None:
                continue
            end = part.thread_end if part.level is Level.PRINTED else part.end
            messages.append(_build_message(sheet, part, part.level, (parent, end)))
            parent = len(messages) - 1
    return [_with_blank_pages(message, sheet) for message in _without_remnants(messages)]


def _without_remnants(messages: Sequence[MessageRecord]) -> Sequence[MessageRecord]:
    """Leave out what OCR left of a box and took for a sender, where hardly an email of a long document names it.

    That is a letter or two, a word cased like none, or one that ends like a label. The header keeps its lines
    as they stand.
    """
    if len(messages) < _MANY:
        return messages  # "H" may well stand once only
    mailboxes = (mailbox for message in messages for mailbox in _mailboxes(message.headers))
    times = Counter(mailbox.name for mailbox in mailboxes)
    cleaned: list[MessageRecord] = []
    for message in messages:
        sender = message.headers.sender
        if sender is not None and _is_scrap(sender) and times[sender.name] <= _RARE * len(messages):
            readings = tuple(
                replace(each, confidence=_UNREAD) if each.field == Label.FROM else each
                for each in message.headers.readings
            )
            cleaned.append(replace(message, headers=replace(message.headers, sender=None, readings=readings)))
        else:
            cleaned.append(message)
    return cleaned


def _mailboxes(headers: Headers) -> Iterator[Mailbox]:
    yield from (headers.sender,) if headers.sender else ()
    yield from (*headers.to, *headers.cc)


def _is_scrap(mailbox: Mailbox) -> bool:
    if mailbox.withheld or mailbox.address or not mailbox.name:
        return False
    return bool(_SCRAP.fullmatch(mailbox.name)) or (" " not in mailbox.name and mailbox.printed.endswith(":"))


def _with_blank_pages(message: MessageRecord, sheet: Sheet) -> MessageRecord:
    """Let an email run on over pages with nothing but furniture: withheld pages, or a scanned attachment."""
    last = message.last_page
    if message.level is Level.PRINTED:
        while _is_blank(sheet.pages.get(last + 1)) and sheet.turns.get(last + 1) is not Turn.STARTS:
            last += 1
    return replace(message, last_page=last)


def _is_blank(page: PageRecord | None) -> bool:
    return page is not None and len(page.furniture) == len(page.lines)


def _build_message(sheet: Sheet, part: Part, level: Level, place: tuple[int | None, int]) -> MessageRecord:
    """Return the message of a part; `place` is the index of what quotes it, and the line at which it ends."""
    spots, block, (parent, end) = sheet.plain, part.block, place
    head, own, quoted = spots[block.start : block.end], spots[block.end : part.end], spots[part.end : end]
    first = head[0] if head else spots[part.start]  # a person may say that an email begins where no header is
    text_page = own[0].page if own else head[-1].page if head else first.page
    headers = _read_headers(sheet, block, head)
    text = "\n".join(filter(None, (block.rest, join_lines(own, text_page))))
    message = MessageRecord(
        level=level,
        parent=parent,
        first_page=first.page,
        last_page=spots[max(end - 1, block.end - 1)].page,
        first_line=first.row + 1,
        text_page=text_page,
        headers=headers,
        text=text,
        quoted_text=join_lines(quoted, own[-1].page if own else text_page),
        kind=MessageKind.INVITE if _is_invite(head) else MessageKind.EMAIL,
        parts=find_parts(text, headers.sender.name if headers.sender else None),
        confidence=part.verdict.confidence,
        reasons=part.verdict.reasons,
    )
    return replace(message, doubts=find_doubts(message))


def _read_headers(sheet: Sheet, block: HeaderBlock, head: Sequence[Spot]) -> Headers:
    printed = "\n".join(spot.line.text for spot in head)
    headers = read_headers(block, printed, day_first=sheet.day_first)
    headers = withhold(headers, block, sheet.spots, sheet.pages)
    return replace(headers, readings=read_fields(block, headers, sheet.spots))


def _is_invite(head: Sequence[Spot]) -> bool:
    """Tell an invitation to a meeting by its lines for time and place."""
    return any(_WHEN.match(spot.line.text) for spot in head) and any(_WHERE.match(spot.line.text) for spot in head)
