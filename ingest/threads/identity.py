"""Find the appearances that are one message: by sender, minute and subject, or by the sender's own words."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from ingest.duplicates import agreement, containment
from ingest.records import Appearance
from ingest.threads.marks import identity_names
from ingest.threads.subjects import is_generic

_SAME_TEXT = 0.8
_SAME_SHORT_TEXT = 0.6
_OTHER_TEXT = 0.25
_TELLING = 60  # letters from which words alone can tell a message
_HALF, _WHOLE = 0.5, 0.75  # a text quoted in part, and one quoted whole
_SAME_NAME = 0.78  # a misread name; from here up no two people of the measured releases were taken for one
_SAME_SUBJECT = 0.85
_BEGINNING, _SAME_BEGINNING = 80, 0.3  # letters of a text, and what must agree of them
_TELLING_SUBJECT = 12  # letters
_MOST_HOURS = 14  # between two zones
_SURE = 2.75  # two of sender, minute and subject agree, and the words do
_ROUNDS = 8  # in which what was joined lets its neighbours be joined: chains are rarely longer
_WINDOW = 40  # of a block that is compared pair by pair: keeps the work linear
_NEXT = 3  # of a block that many share, as of those who write the same disclaimer
_NAME_WORD = re.compile(r"[^\W\d_]{2,}")


class _Match(IntEnum):
    OTHER = 0
    OPEN = 1  # one of the two is withheld or not read
    NEAR = 2  # the same but for whole hours, or one misread digit
    SAME = 3


class _Group:
    """Appearances held to be one message."""

    def __init__(self, member: Appearance) -> None:
        self.members = [member]
        self.chains = {member.chain}
        self.senders = {} if member.sender is None else {member.sender: member.sender_name}

    def add(self, other: "_Group") -> None:
        self.members += other.members
        self.chains |= other.chains
        self.senders |= other.senders

    def knows_other_sender(self, other: "_Group") -> bool:
        """Tell whether the senders of both are known, and are not one."""
        if not self.senders or not other.senders or self.senders.keys() & other.senders.keys():
            return False
        return not any(_is_one_name(a, b) for a in self.senders.values() for b in other.senders.values())


def find_same(appearances: Sequence[Appearance]) -> list[list[Appearance]]:
    """Return the appearances grouped by message, each in exactly one group; in order of their ids."""
    ordered = sorted(appearances, key=lambda one: one.id)
    groups = {one.id: _Group(one) for one in ordered}
    pairs = sorted(_matching_pairs(ordered), key=lambda pair: (-pair[0], pair[1].id, pair[2].id))
    for strength, one, other in pairs:
        _join(groups, one, other, strength)
    for _ in range(_ROUNDS):
        joined = sum(_join(groups, one, other, _SURE) for one, other in _between_the_same(ordered, groups))
        if not joined:
            break
    found = {id(group): group.members for group in groups.values()}
    return sorted((sorted(members, key=lambda one: one.id) for members in found.values()), key=lambda one: one[0].id)


def _join(groups: dict[int, _Group], one: Appearance, other: Appearance, strength: float) -> bool:
    """Make one group of those of two appearances if they may be one; tell whether it was done."""
    first, second = groups[one.id], groups[other.id]
    if first is second or not _may_join(first, second, strength):
        return False
    larger, smaller = (first, second) if len(first.members) >= len(second.members) else (second, first)
    larger.add(smaller)
    for member in smaller.members:
        groups[member.id] = larger
    return True


def _between_the_same(
    ordered: Sequence[Appearance], groups: dict[int, _Group]
) -> Iterator[tuple[Appearance, Appearance]]:
    """Yield pairs of one minute that quote the same message, or are quoted by it, and are not plainly others.

    Sender or subject may be misread: nobody answers a message twice in a minute.
    """
    by_id = {one.id: one for one in ordered}
    below = {one.above: one for one in reversed(ordered) if one.above is not None}
    blocks: dict[tuple[bool, datetime, int], list[Appearance]] = defaultdict(list)
    for one in ordered:
        for is_below, next_one in ((True, below.get(one.id)), (False, by_id.get(one.above or 0))):
            if one.moment is not None and next_one is not None:
                blocks[is_below, one.moment.replace(second=0), id(groups[next_one.id])].append(one)
    for block in blocks.values():
        for one, other in pairwise(block):
            if _when(one, other) is _Match.SAME and not _has_other_words(one, other) and _may_be_one(one, other):
                yield one, other


def _may_be_one(one: Appearance, other: Appearance) -> bool:
    """Tell whether sender and words leave it open; two people may answer the same in one minute."""
    words = agreement(one.letters, other.letters) or 0.0
    return _who(one, other) > _Match.OTHER or (words >= _SAME_SHORT_TEXT and _what(one, other) > _Match.OTHER)


def _has_other_words(one: Appearance, other: Appearance) -> bool:
    """Tell whether two messages of one minute are not one, by their words; the same second says more than these."""
    if one.has_seconds and other.has_seconds:
        return False
    words = agreement(one.letters, other.letters)
    return words is not None and words < _OTHER_TEXT


def _may_join(first: _Group, second: _Group, strength: float) -> bool:
    """A print does not quote a message in itself; two known senders are one only where all else agrees."""
    if first.chains & second.chains:
        return False
    return strength >= _SURE or not first.knows_other_sender(second)


def _matching_pairs(ordered: Sequence[Appearance]) -> Iterator[tuple[float, Appearance, Appearance]]:
    blocks: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in ordered:
        for name in identity_names(appearance):
            blocks[name].append(appearance)
    seen: set[tuple[int, int]] = set()
    for name in sorted(blocks):
        block = sorted(blocks[name], key=lambda one: (one.subject or "", one.sender or 0, one.letters[:40], one.id))
        window = _WINDOW if len(block) <= _WINDOW or not name.startswith("text") else _NEXT
        senders = _senders_of_subjects(block) if name.startswith("minute") else {}
        for index, one in enumerate(block):
            for other in block[index + 1 : index + 1 + window]:
                pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
                if pair in seen or one.chain == other.chain:
                    continue
                seen.add(pair)
                strength = _strength(one, other, is_crowded=len(senders.get(one.subject, ())) > 1)
                if strength:
                    yield strength, one, other


def _senders_of_subjects(block: Sequence[Appearance]) -> dict[str | None, set[int]]:
    senders: dict[str | None, set[int]] = defaultdict(set)
    for one in block:
        if one.sender is not None:
            senders[one.subject].add(one.sender)
    return senders


def _strength(one: Appearance, other: Appearance, *, is_crowded: bool) -> float:
    """Return how sure it is that two appearances are one message; 0 if they are not held to be.

    `is_crowded`: several people sent this subject in this minute, so a withheld sender may be any of them.
    """
    if one.message_id and other.message_id:
        return 5.0 if one.message_id == other.message_id else 0.0
    when = _when(one, other)
    if when is _Match.OTHER:
        return 0.0
    who, what = _who(one, other), _what(one, other)
    if who is what is _Match.OTHER:
        return 0.0
    if when is not _Match.SAME and not _begin_alike(one.letters, other.letters):
        return 0.0  # the words must tell; one that only holds the other is where a head between was not read
    agreeing = [who, when, what].count(_Match.SAME)
    text = containment(one.letters, other.letters)
    shorter, longer = sorted((len(one.letters), len(other.letters)))
    if text >= _SAME_TEXT and shorter >= _TELLING:
        return agreeing + text if _is_told_by_text(agreeing, min(who, what), when, shorter / longer) else 0.0
    if when is not _Match.SAME or min(who, what) is _Match.OTHER or agreeing < 2:
        return 0.0
    if _has_other_words(one, other):
        return 0.0
    return 0.0 if _needs_text(one, other, who, is_crowded=is_crowded) and text < _SAME_TEXT else agreeing + text / 2


def _is_told_by_text(agreeing: int, weakest: _Match, when: _Match, share: float) -> bool:
    """Tell whether equal words are enough, where `share` is the length of the shorter text in the longer one."""
    if when is not _Match.SAME:
        return weakest > _Match.OTHER and share >= _WHOLE
    if agreeing >= 2:
        return True
    return weakest > _Match.OTHER and share >= _HALF


def _begin_alike(one: str, other: str) -> bool:
    return containment(one[:_BEGINNING], other[:_BEGINNING]) >= _SAME_BEGINNING


def _needs_text(one: Appearance, other: Appearance, who: _Match, *, is_crowded: bool) -> bool:
    if who is not _Match.SAME:
        return is_crowded or is_generic(one.subject) or is_generic(other.subject)
    if one.subject is None and other.subject is None:
        return True
    return one.subject == other.subject and is_generic(one.subject)


def _who(one: Appearance, other: Appearance) -> _Match:
    if one.sender is None or other.sender is None:
        return _Match.OPEN
    is_same = one.sender == other.sender or _is_one_name(one.sender_name, other.sender_name)
    return _Match.SAME if is_same else _Match.OTHER


@lru_cache(maxsize=4096)
def _is_one_name(one: str, other: str) -> bool:
    """Tell whether two printed names are one, with words in another order or letters misread."""
    first, second = (sorted(_NAME_WORD.findall(name.casefold())) for name in (one, other))
    if not first or not second:
        return False
    if len(first) > 1 and len(second) > 1 and (set(first) <= set(second) or set(second) <= set(first)):
        return True
    return SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False).ratio() >= _SAME_NAME


def _when(one: Appearance, other: Appearance) -> _Match:
    if one.moment is None or other.moment is None:
        return _Match.OPEN if one.day is None or other.day is None or one.day == other.day else _Match.OTHER
    first, second = one.moment, other.moment
    if one.has_seconds != other.has_seconds:
        first, second = first.replace(second=0), second.replace(second=0)
    if first == second:
        return _Match.SAME
    apart = abs(first - second)
    if apart <= timedelta(hours=_MOST_HOURS) and apart.seconds % 3600 == 0:
        return _Match.NEAR
    digits = zip(f"{first:%H%M%S}", f"{second:%H%M%S}", strict=True)
    is_misread = first.date() == second.date() and sum(a != b for a, b in digits) == 1
    return _Match.NEAR if is_misread else _Match.OTHER


def _what(one: Appearance, other: Appearance) -> _Match:
    if one.subject is None or other.subject is None:
        return _Match.OPEN
    if one.subject == other.subject:
        return _Match.OPEN if is_generic(one.subject) else _Match.SAME
    return _Match.SAME if _is_one_subject(*sorted((one.subject, other.subject))) else _Match.OTHER


@lru_cache(maxsize=4096)
def _is_one_subject(one: str, other: str) -> bool:
    """Tell whether two subjects are one, misread or with what follows it glued on."""
    if other.startswith(one) and len(one) >= _TELLING_SUBJECT:
        return True
    near = SequenceMatcher(None, one, other, autojunk=False)
    return near.quick_ratio() >= _SAME_SUBJECT and near.ratio() >= _SAME_SUBJECT
