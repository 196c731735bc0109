"""Give a mailbox that names no agency the one that other mailboxes of the same person give, near in time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_WINDOW_MONTHS = 12  # people change their posts: older and later mailboxes say nothing


@dataclass(frozen=True, slots=True)
class Mention:
    """One mailbox of a person, as far as its agency goes."""

    id: int
    day: date | None  # of its message; None: undated
    agency: int | None  # what the mailbox itself gives
    evidence: str | None  # what gives it: "tag NIH/NIAID"
    may_inherit: bool  # it has no address of its own, and more than a surname


@dataclass(frozen=True, slots=True)
class Inherited:
    """The agency of a mailbox by other mailboxes, and which they are."""

    agency: int | None  # None: nothing
    evidence: str | None  # "tag NIH/NIAID in 12 other messages, 2020-02 to 2020-04"


_Said = tuple[int, str]  # an agency and what gives it


def inherit_agencies(mentions: Sequence[Mention], tops: Mapping[int, int]) -> dict[int, Inherited]:
    """Return what the mentions of one person inherit, by id; `tops` maps agencies to their departments.

    Only mailboxes within a year count. Where they speak for several departments the nearest month decides,
    and nothing is inherited if that is divided too. An undated mention inherits where all say the same.
    """
    by_month: dict[int, Counter[_Said]] = {}
    undated: Counter[_Said] = Counter()
    for mention in mentions:
        if mention.agency is None:
            continue
        counter = undated if mention.day is None else by_month.setdefault(_month(mention.day), Counter())
        counter[mention.agency, mention.evidence or ""] += 1
    found: dict[int | None, Inherited | None] = {}
    inherited = {}
    for mention in mentions:
        if mention.agency is not None or not mention.may_inherit:
            continue
        month = _month(mention.day) if mention.day else None
        if month not in found:
            found[month] = _decide(by_month, undated, month, tops)
        if (answer := found[month]) is not None:
            inherited[mention.id] = answer
    return inherited


def _decide(
    by_month: Mapping[int, Counter[_Said]], undated: Counter[_Said], month: int | None, tops: Mapping[int, int]
) -> Inherited | None:
    if month is None:
        chosen = dict(by_month)
    else:
        chosen = {near: said for near, said in by_month.items() if abs(near - month) <= _WINDOW_MONTHS}
    said = sum(chosen.values(), undated.copy() if month is None else Counter[_Said]())
    if len({tops[agency] for agency, _ in said}) > 1:
        if month is None:
            return None
        distance = min(abs(near - month) for near in chosen)
        chosen = {near: said for near, said in chosen.items() if abs(near - month) == distance}
        said = sum(chosen.values(), Counter[_Said]())
    if not said or len({tops[agency] for agency, _ in said}) > 1:
        return None
    return _tell(said, sorted(chosen))


def _tell(said: Counter[_Said], months: Sequence[int]) -> Inherited:
    agencies: Counter[int] = Counter()
    for (agency, _), times in said.items():
        agencies[agency] += times
    agency = min(agencies, key=lambda one: (-agencies[one], one))
    kinds = {evidence: times for (one, evidence), times in said.items() if one == agency}
    evidence = min(kinds, key=lambda kind: (-kinds[kind], kind))
    times = agencies[agency]
    text = f"{evidence} in {times} other message{'s' if times > 1 else ''}"
    if not months:
        return Inherited(agency, text)
    first, last = _print(months[0]), _print(months[-1])
    return Inherited(agency, f"{text}, {first}" if first == last else f"{text}, {first} to {last}")


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _print(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"
