"""Tell the header of a printed email from that of a message quoted inside one.

Nobody says what a release's prints look like, so the document teaches it: where a header stands on the
page is a first opinion, the style of the headers (order of labels, form of the date, tab stop) the
second, and each corrects the other in a few rounds. Headers at the top of a page are prints nine times
in ten, so their style becomes known; then a print in the middle of a page is known by its style.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingest.dates import parse_date
from ingest.headers import HeaderBlock, Spot
from ingest.headers.lexicon import Label
from ingest.messages.series import Turn
from ingest.messages.subjects import base_subject
from ingest.records import PageRecord

# First opinions by position, as log-odds of being a print; from the share of prints among such headers.
_TOP = 2.2  # nothing above on the page: 90 %
_NEARLY_TOP = 0.4  # one short line above, as the owner's name of an Outlook print: 60 %
_BELOW = -2.4  # text above
_SEPARATED = -4.0  # "-----Original Message-----" or ">" before it
_CONTINUED = -2.5  # an older mail of the same subject as the header before
_OTHER_SUBJECT = 1.5
_NEWER = 1.5
_FRESH = 1.5  # the page before ends early
_CERTAIN = 6.0
_ROUNDS = 4
_FULL_PAGE = 0.72  # of the page height: text that ends lower fills the page
_LINES_COUNTED = 4  # more lines above say no more
_OWNER_WORDS = 4
_MAILTO = -2.0  # "[mailto:": mail programs write it into what they quote
_SAME_SUBJECT = 0.65
_TELLING = 10  # letters of a subject that says what it is about
_TURNS = {Turn.STARTS: 4.0, Turn.GOES_ON: -4.0}
_REASONS = 5
_SEPARATOR = re.compile(
    r"original\s+(?:message|appointment)|forwarded\s+(?:message|by)|begin forwarded|urspr.ngliche nachricht"
    r"|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a header stands."""

    lines_above: int  # lines on its page above it that are no furniture; not counted beyond the first few
    words_above: int  # in those lines
    separated: bool  # a separator or quote marks stand before it
    page_before_is_full: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure it is that a header is a printed email's, and why."""

    log_odds: float  # above 0: printed
    reasons: tuple[str, ...]  # what speaks most for and against, in words

    @property
    def confidence(self) -> float:
        """How sure it is of the level that it gives, 0.5 to 1."""
        return 1 / (1 + math.exp(-abs(self.log_odds)))


def judge_headers(
    spots: Sequence[Spot], blocks: Sequence[HeaderBlock], pages: Mapping[int, PageRecord], turns: Mapping[int, Turn]
) -> list[Verdict]:
    """Return for each block whether it is a printed email's, as sure as position and style can tell."""
    positions = [find_position(spots, block, pages) for block in blocks]
    opinions = [
        _first_opinion(blocks, positions, number, turns.get(spots[block.start].page))
        for number, block in enumerate(blocks)
    ]
    styles = [_style(spots, block) for block in blocks]
    odds = [sum(opinion.values()) for opinion in opinions]
    weights: Mapping[str, float] = {}
    for _ in range(_ROUNDS):
        weights = _learn(styles, odds)
        odds = [
            _clip(sum(opinion.values())) + _clip(sum(weights.get(trait, 0.0) for trait in style))
            for opinion, style in zip(opinions, styles, strict=True)
        ]
    return [
        Verdict(_decided(block, position, value), _reasons(opinion, style, weights))
        for block, position, value, opinion, style in zip(blocks, positions, odds, opinions, styles, strict=True)
    ]


def _reasons(opinion: Mapping[str, float], style: Sequence[str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the weightiest terms in words, each with its weight."""
    terms = {**opinion, **{trait: weights.get(trait, 0.0) for trait in style}}
    most = sorted(terms.items(), key=lambda term: -abs(term[1]))[:_REASONS]
    return tuple(f"{words} ({weight:+.1f})" for words, weight in most if weight)


def find_position(spots: Sequence[Spot], block: HeaderBlock, pages: Mapping[int, PageRecord]) -> Position:
    """Return where a block stands on its page."""
    start = spots[block.start]
    above: list[Spot] = []
    index = block.start - 1
    while index >= 0 and spots[index].page == start.page and len(above) <= _LINES_COUNTED:
        above.append(spots[index])
        index -= 1
    before = spots[block.start - 1].line.text if block.start else ""
    separated = is_separator(before) or start.line.text.lstrip().startswith(">")
    full = index >= 0 and spots[index].line.box.bottom > _FULL_PAGE * pages[spots[index].page].height_pt
    words = sum(len(spot.line.words) for spot in above)
    return Position(len(above), words, separated, page_before_is_full=full)


def is_separator(text: str) -> bool:
    """Tell whether a line announces a quoted message."""
    return len(text) < 80 and bool(_SEPARATOR.search(text))


def _first_opinion(
    blocks: Sequence[HeaderBlock], positions: Sequence[Position], number: int, turn: Turn | None
) -> dict[str, float]:
    """Return what the place of a header says, as log-odds for a print, each term in words."""
    position = positions[number]
    relation = _relation(blocks[number - 1], blocks[number]) if number else {}
    if position.separated:
        far = 1.0 if position.lines_above or not number else 0.5  # at the foot of the page before
        return {"a separator or quote marks before it": far * _SEPARATED}
    if position.lines_above > 1 or position.words_above > _OWNER_WORDS:
        return {"text above it on the page": _BELOW, **relation}
    opinion = {"a short line above it": _NEARLY_TOP} if position.lines_above else {"top of the page": _TOP}
    if "mailto:" in blocks[number].values.get(Label.FROM, "").casefold():
        opinion["mailto: in the sender"] = _MAILTO
    if turn is not None:
        opinion[f"the numbers say that a record {turn.value.replace('_', ' ')} here"] = _TURNS[turn]
        return opinion
    if not position.page_before_is_full:
        opinion["the page before ends early"] = _FRESH
    return opinion | relation


def _relation(before: HeaderBlock, block: HeaderBlock) -> dict[str, float]:
    """Return what subject and date say: a quoted header goes on with the subject and is older."""
    subjects = [base_subject(part.values.get(Label.SUBJECT, "")) for part in (before, block)]
    if Label.SUBJECT not in before.values or Label.SUBJECT not in block.values:
        return {}
    newer, older = (parse_date(part.values.get(Label.DATE, "")).wall for part in (before, block))
    in_order = newer is None or older is None or older <= newer
    if _are_alike(*subjects):
        return {"goes on with the subject of the header before": _CONTINUED} if in_order else {}
    if not all(subjects):
        return {}
    terms = {"another subject than the header before": _OTHER_SUBJECT}
    return terms if in_order else {**terms, "newer than the header before": _NEWER}


def _are_alike(subject: str, other: str) -> bool:
    """Tell whether two subjects are one, as far as OCR lets us see: "pdb" and "pds" may be, "part1" and "part2" not."""
    if subject == other:
        return True
    shorter, longer = sorted((subject, other), key=len)
    if len(shorter) >= _TELLING and longer.startswith(shorter):  # cut off, or run together with the text
        return True
    if re.sub(r"\D", "", subject) != re.sub(r"\D", "", other):
        return False
    return SequenceMatcher(None, subject, other, autojunk=False).ratio() >= _SAME_SUBJECT


def _style(spots: Sequence[Spot], block: HeaderBlock) -> tuple[str, ...]:
    """Return the traits by which the prints of a release differ from what they quote."""
    date = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", block.values.get(Label.DATE, "")))
    main = "-".join(label.value for label in block.labels if label not in (Label.CC, Label.BCC, Label.OTHER))
    sender = block.values.get(Label.FROM, "")
    flags = Label.OTHER in block.values or Label.IMPORTANCE in block.values
    address = "mailto" if "mailto" in sender.casefold() else "address" if "<" in sender else "no address"
    above = (
        spots[block.start - 1].line if block.start and spots[block.start - 1].page == spots[block.start].page else None
    )
    over = above.text if above is not None and len(above.words) <= _OWNER_WORDS else ""
    return (
        *([f"“{over}” above it"] if over else []),
        f"values {'at a tab stop' if block.tab_stop else 'right behind their labels'}",
        f"date written as {date}",
        f"labels {main}",
        f"{address} in the sender",
        f"indent {round(spots[block.start].line.box.x0 / 12)}",
        f"{'flags' if flags else 'no flags'} below the subject",
    )


def _learn(styles: Sequence[tuple[str, ...]], odds: Sequence[float]) -> dict[str, float]:
    """Return how much each trait speaks for a print: the log of its shares, smoothed."""
    printed: dict[str, float] = defaultdict(float)
    quoted: dict[str, float] = defaultdict(float)
    shares = [1 / (1 + math.exp(-value)) for value in odds]
    for style, share in zip(styles, shares, strict=True):
        for trait in style:
            printed[trait] += share
            quoted[trait] += 1 - share
    all_printed, all_quoted = sum(shares), len(shares) - sum(shares)
    return {
        trait: math.log(((printed[trait] + 0.5) / (all_printed + 1)) / ((quoted[trait] + 0.5) / (all_quoted + 1)))
        for trait in printed
    }


def _clip(value: float) -> float:
    return max(-_CERTAIN, min(_CERTAIN, value))


def _decided(block: HeaderBlock, position: Position, value: float) -> float:
    """Keep what is certain by its form out of the vote."""
    if block.kind == "heading":
        return _CERTAIN
    if block.kind == "attribution" or (position.separated and position.lines_above > 1):
        return -_CERTAIN
    return value
