"""Find what is no email among the pages: letters, memos, cables, and the pages attached to an email."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.headers import Spot
from ingest.headers.labels import match_label
from ingest.headers.lexicon import Label
from ingest.messages.series import Turn, find_turns
from ingest.records import Level, MessageRecord, PageRecord, PaperKind, PaperRecord

_HEAD_LINES = 14  # in which a paper says what it is
_COVER_LINES = 8  # a page with more is no cover sheet
_RESIZED_PT = 40.0  # another width or height than this is another paper
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY_LINE = re.compile(
    rf"^\W*(?:{_MONTHS}) \d{{1,2}},? (?:19|20)\d\d\W*$|^\W*\d{{1,2}} (?:{_MONTHS}) (?:19|20)\d\d\W*$"
)
_GREETING = re.compile(r"^\W*(?:Dear|To whom it may concern)\b", re.I)
_CLOSING = re.compile(r"^\W*(?:Sincerely|Respectfully|Very truly yours|Yours (?:truly|sincerely|faithfully))\b", re.I)
_MEMO = re.compile(r"^\W*(?:MEMORANDUM|M E M O R A N D U M|MEMO|ACTION MEMO|INFORMATION MEMO|NOTE FOR|BRIEFING MEMO)\b")
_MEMO_LABEL = re.compile(r"^\W*(?:TO|FOR|FROM|THRU|THROUGH|VIA|SUBJECT|SUBJ|RE|DATE)\s*:", re.I)
_FAX = re.compile(
    r"\b(?:fax|facsimile|telecopy)\b.{0,30}\b(?:cover|transmi|transmission|sheet|message)|number of pages", re.I
)
_CABLE = re.compile(
    r"^\W*(?:MRN|DTG|Date/DTG|From:\s+(?:AMEMBASSY|SECSTATE|USMISSION)|FM (?:AMEMBASSY|SECSTATE)|UNCLAS\b|ZNR )"
)
_COVER = re.compile(r"^\W*(?:EXHIBIT|ATTACHMENT|APPENDIX|ENCLOSURE|TAB|ANNEX|SLIP ?SHEET|WITHHELD PAGES?)\b", re.I)
_INDEX = re.compile(r"\b(?:vaughn )?index\b|\bexemptions?\b.*\b(?:description|pages?|date)\b", re.I)
_INVITE = re.compile(r"^\W*(?:Start|End|Show Time As|Recurrence|Organizer|Required Attendees|Meeting Status)\s*:")


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's lines without furniture."""

    record: PageRecord
    texts: tuple[str, ...]
    first_line: int  # from 1

    @classmethod
    def of(cls, page: PageRecord) -> "_Page":
        kept = [index for index in range(len(page.lines)) if index not in page.furniture]
        return cls(page, tuple(page.lines[index].text for index in kept), kept[0] + 1 if kept else 1)


def find_papers(
    pages: Sequence[PageRecord], messages: Sequence[MessageRecord], put_aside: Sequence[PaperRecord] = ()
) -> list[PaperRecord]:
    """Return what is no email, in the order of the pages; `put_aside` is what a person said is none."""
    turns = find_turns(pages)
    known = {number for paper in put_aside for number in range(paper.first_page, paper.last_page + 1)}
    by_number = {page.number: _Page.of(page) for page in pages}
    papers = [
        *put_aside,
        *_between_messages(
            [by_number[page.number] for page in pages if not page.in_message and page.number not in known], turns
        ),
        *_attached(by_number, messages),
    ]
    return sorted(papers, key=lambda paper: (paper.first_page, paper.first_line))


def begins_paper(spots: Sequence[Spot], start: int) -> bool:
    """Tell whether the page that begins at spot `start` begins a letter, a memo or another paper."""
    texts = []
    for spot in spots[start : start + _HEAD_LINES]:
        if spot.page != spots[start].page:
            break
        texts.append(spot.line.text)
    return _kind_of_head(texts) is not None


def _between_messages(pages: Sequence[_Page], turns: Mapping[int, Turn]) -> Iterator[PaperRecord]:
    current: list[_Page] = []
    for page in pages:
        if not page.texts:
            continue
        if current and _begins_paper(page, current[-1], turns):
            yield _paper(current)
            current = []
        current.append(page)
    if current:
        yield _paper(current)


def _begins_paper(page: _Page, before: _Page, turns: Mapping[int, Turn]) -> bool:
    turn = turns.get(page.record.number)
    if page.record.number != before.record.number + 1 or turn is Turn.STARTS:
        return True
    return turn is None and _kind_of_head(page.texts) is not None


def _paper(pages: Sequence[_Page]) -> PaperRecord:
    first, last = pages[0], pages[-1]
    kind = _kind_of_head(first.texts) or _kind_of_body([text for page in pages for text in page.texts])
    return PaperRecord(
        kind=kind or PaperKind.OTHER,
        first_page=first.record.number,
        last_page=last.record.number,
        first_line=first.first_line,
        title=_title(first),
        confidence=0.9 if kind else 0.5,
    )


def _attached(pages: Mapping[int, _Page], messages: Sequence[MessageRecord]) -> Iterator[PaperRecord]:
    """Yield the pages attached to each printed email: they begin where another kind of paper does."""
    for number, message in enumerate(messages):
        if message.level is not Level.PRINTED or message.last_page == message.first_page:
            continue
        quoted_to = max((other.text_page for other in _quoted(messages, number)), default=message.text_page)
        spans = [pages[page] for page in range(quoted_to + 1, message.last_page + 1) if page in pages]
        starts = [page for page in spans if _begins_attachment(page, pages, message)]
        for start, following in zip(starts, [*starts, None][1:], strict=True):
            last = following.record.number - 1 if following else message.last_page
            yield PaperRecord(
                PaperKind.ATTACHMENT, start.record.number, last, start.first_line, _title(start), number, 0.8
            )


def _quoted(messages: Sequence[MessageRecord], number: int) -> Iterator[MessageRecord]:
    for other in messages[number + 1 :]:
        if other.level is Level.PRINTED:
            return
        yield other


def _begins_attachment(page: _Page, pages: Mapping[int, _Page], message: MessageRecord) -> bool:
    before = pages.get(page.record.number - 1)
    if before is None or not page.texts:
        return before is not None and bool(before.texts)
    resized = abs(page.record.width_pt - before.record.width_pt) > _RESIZED_PT
    if resized or not before.texts:
        return True
    return bool(message.headers.attachments) and _kind_of_head(page.texts) is not None


def _kind_of_head(texts: Sequence[str]) -> PaperKind | None:
    """Return what the first lines of a page say that it is; None where they say nothing."""
    head = list(texts[:_HEAD_LINES])
    whole = "\n".join(head)
    if sum(bool(_INVITE.match(text)) for text in head) >= 3:
        return PaperKind.INVITE
    if any(_CABLE.match(text) for text in head):
        return PaperKind.CABLE
    if _FAX.search(whole) and len(texts) <= 3 * _HEAD_LINES:
        return PaperKind.FAX
    if any(_MEMO.match(text) for text in head[:6]) or _is_memo_block(head):
        return PaperKind.MEMO
    if any(_DAY_LINE.match(text) for text in head) and any(_GREETING.match(text) for text in texts[: 2 * _HEAD_LINES]):
        return PaperKind.LETTER
    if head and _COVER.match(head[0]) and len(texts) <= _COVER_LINES:
        return PaperKind.COVER_SHEET
    return PaperKind.INDEX if _INDEX.search("\n".join(head[:4])) else None


def _is_memo_block(head: Sequence[str]) -> bool:
    """Tell a memo's block, whose first label is the reader's, from an email's header."""
    labelled = [text for text in head if _MEMO_LABEL.match(text)]
    if len(labelled) < 3:
        return False
    return bool(re.match(r"^\W*(?:TO|FOR)\s*:", labelled[0], re.I))


def _kind_of_body(texts: Sequence[str]) -> PaperKind | None:
    if any(_GREETING.match(text) for text in texts) and any(_CLOSING.match(text) for text in texts):
        return PaperKind.LETTER
    return None


def _title(page: _Page) -> str | None:
    """Return what a paper says it is about, else its first line with a word."""
    for line in page.record.lines[: 2 * _HEAD_LINES]:
        match = match_label(line, "en")
        if match is not None and match.label is Label.SUBJECT and match.has_colon and match.value:
            return match.value[:200]
    return next((text[:200] for text in page.texts if re.search(r"[^\W\d_]{3,}", text)), None)
