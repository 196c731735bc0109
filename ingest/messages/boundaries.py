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

from ingest.dates import parse_date
from ingest.headers import HeaderBlock, Spot
from ingest.headers.labels import Label

# First opinions by position, as log-odds of being a print; from the share of prints among such headers.
_TOP = 2.2  # nothing above on the page: 90 %
_NEARLY_TOP = 0.4  # one short line above, as the owner's name of an Outlook print: 60 %
_BELOW = -2.4  # text above
_SEPARATED = -4.0  # "-----Original Message-----" or ">" before it
_CONTINUED = -2.0  # at the top of a page, but an older mail of the same subject after a full page
_FRESH = 1.5  # the page before ends early
_CERTAIN = 6.0
_ROUNDS = 4
_FULL_PAGE = 0.72  # of the page height: text that ends lower fills the page
_LINES_COUNTED = 4  # more lines above say no more
_OWNER_WORDS = 4
_SEPARATOR = re.compile(
    r"original\s+(?:message|appointment)|forwarded\s+(?:message|by)|begin forwarded|urspr.ngliche nachricht"
    r"|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht",
    re.I,
)
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|tr|rv|sv|vs)\s*(?:\[\d+\])?\s*:|\[external\])\s*", re.I)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a header stands."""

    lines_above: int  # lines on its page above it that are no furniture; not counted beyond the first few
    words_above: int  # in those lines
    separated: bool  # a separator or quote marks stand before it
    page_before_is_full: bool


def printed_log_odds(spots: Sequence[Spot], blocks: Sequence[HeaderBlock], heights: Mapping[int, float]) -> list[float]:
    """Return for each block the log-odds that it is a printed email's; above 0 it is one.

    `heights` has the height of each page in points.
    """
    positions = [find_position(spots, block, heights) for block in blocks]
    opinions = [_first_opinion(blocks, positions, number) for number in range(len(blocks))]
    styles = [_style(spots, block) for block in blocks]
    odds = list(opinions)
    for _ in range(_ROUNDS):
        weights = _learn(styles, odds)
        odds = [
            _clip(opinion) + _clip(sum(weights.get(trait, 0.0) for trait in style))
            for opinion, style in zip(opinions, styles, strict=True)
        ]
    return [_decided(block, position, value) for block, position, value in zip(blocks, positions, odds, strict=True)]


def find_position(spots: Sequence[Spot], block: HeaderBlock, heights: Mapping[int, float]) -> Position:
    """Return where a block stands on its page."""
    start = spots[block.start]
    above: list[Spot] = []
    index = block.start - 1
    while index >= 0 and spots[index].page == start.page and len(above) <= _LINES_COUNTED:
        above.append(spots[index])
        index -= 1
    before = spots[block.start - 1].line.text if block.start else ""
    separated = bool(_SEPARATOR.search(before)) or start.line.text.lstrip().startswith(">")
    full = index >= 0 and spots[index].line.box.bottom > _FULL_PAGE * heights[spots[index].page]
    words = sum(len(spot.line.words) for spot in above)
    return Position(len(above), words, separated, page_before_is_full=full)


def base_subject(subject: str) -> str:
    """Return a subject without its "RE:" and "FW:", letters and digits only, for comparing."""
    while match := _PREFIX.match(subject):
        subject = subject[match.end() :]
    return re.sub(r"[\W_]", "", subject).casefold()


def is_separator(text: str) -> bool:
    """Tell whether a line announces a quoted message."""
    return len(text) < 80 and bool(_SEPARATOR.search(text))


def _first_opinion(blocks: Sequence[HeaderBlock], positions: Sequence[Position], number: int) -> float:
    position = positions[number]
    if position.separated:
        return _SEPARATED
    if position.lines_above > 1 or position.words_above > _OWNER_WORDS:
        return _BELOW
    opinion = _NEARLY_TOP if position.lines_above else _TOP
    goes_on = number > 0 and _goes_on(blocks[number - 1], blocks[number])
    if not position.page_before_is_full:
        return opinion + (_CONTINUED / 2 if goes_on else _FRESH)
    return opinion + (_CONTINUED if goes_on else 0.0)


def _goes_on(before: HeaderBlock, block: HeaderBlock) -> bool:
    """Tell whether a header could be quoted below the one before it: same subject, not newer."""
    if base_subject(before.values.get(Label.SUBJECT, "")) != base_subject(block.values.get(Label.SUBJECT, "")):
        return False
    newer, older = (parse_date(part.values.get(Label.DATE, "")).wall for part in (before, block))
    return newer is None or older is None or older <= newer


def _style(spots: Sequence[Spot], block: HeaderBlock) -> tuple[str, ...]:
    """Return the traits by which the prints of a release differ from what they quote."""
    date = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", block.values.get(Label.DATE, "")))
    main = "-".join(label.value for label in block.labels if label not in (Label.CC, Label.BCC, Label.OTHER))
    sender = block.values.get(Label.FROM, "")
    return (
        f"tab_stop {block.tab_stop}",
        f"date {date}",
        f"labels {main}",
        f"address {'mailto' in sender.casefold()} {'<' in sender}",
        f"indent {round(spots[block.start].line.box.x0 / 12)}",
        f"flags {Label.OTHER in block.values}",
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
