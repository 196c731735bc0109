"""Tell by a release's own numbers where a record begins: document numbers of its stamps, page numbers at its foot.

A number that stays over a few pages and then changes counts records; one that climbs and falls back to 1
counts a record's pages. Neither is known by name: the pages teach it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from ingest.records import PageRecord

_SHARE = 0.8  # of the pages on which a series must stand
_FITTING = 0.9  # of the steps between page numbers that must be by one, or back to one
_FEWEST = 4  # pages that teach a series
_FOOT_NUMBER = re.compile(r"^\W*(?:page\s*)?(\d{1,4})(?:\s*(?:of|/)\s*(\d{1,4}))?\W*$", re.I)


class Turn(StrEnum):
    """What the numbers say of a page."""

    STARTS = "starts"  # it begins a record
    GOES_ON = "goes_on"  # it belongs to the record of the page before


def find_turns(pages: Sequence[PageRecord]) -> dict[int, Turn]:
    """Return what the numbers say of each page, by page number; pages of which they say nothing are left out."""
    return _by_foot_numbers(pages) | _by_document_numbers(pages)


def _by_document_numbers(pages: Sequence[PageRecord]) -> dict[int, Turn]:
    if len(pages) < _FEWEST:
        return {}
    by_mask: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for page in pages:
        for number in page.stamped_numbers:
            by_mask[re.sub(r"\d", "#", number)][page.number].add(number)
    for found in by_mask.values():
        values = {page: next(iter(numbers)) for page, numbers in found.items() if len(numbers) == 1}
        if len(values) >= _SHARE * len(pages) and _counts_records(values):
            return _turns(values)
    return {}


def _counts_records(values: Mapping[int, str]) -> bool:
    """Tell whether values come in runs, each value in one run, and some runs longer than a page."""
    in_order = [values[page] for page in sorted(values)]
    runs = 1 + sum(before != after for before, after in pairwise(in_order))
    distinct = len(set(in_order))
    return 1 < distinct < len(in_order) and runs <= 1.1 * distinct


def _turns(values: Mapping[int, str]) -> dict[int, Turn]:
    turns: dict[int, Turn] = {}
    for page in sorted(values):
        if page - 1 in values:
            turns[page] = Turn.GOES_ON if values[page] == values[page - 1] else Turn.STARTS
    return turns


def _by_foot_numbers(pages: Sequence[PageRecord]) -> dict[int, Turn]:
    numbers = {page.number: number for page in pages if (number := _foot_number(page)) is not None}
    steps = {page: (numbers[page - 1], numbers[page]) for page in numbers if page - 1 in numbers}
    if len(numbers) < max(_FEWEST, _SHARE * len(pages)) or not steps:
        return {}
    starts = {page: Turn.STARTS for page, (_, after) in steps.items() if after == 1}
    going_on = {page: Turn.GOES_ON for page, (before, after) in steps.items() if after == before + 1}
    if not starts or not going_on or len(starts) + len(going_on) < _FITTING * len(steps):
        return {}
    return starts | going_on


def _foot_number(page: PageRecord) -> int | None:
    """Return the number that stands alone at the foot of a page."""
    lines = (page.lines[index] for index in page.furniture)
    found = [match for line in lines if line.box.top > page.height_pt / 2 and (match := _FOOT_NUMBER.match(line.text))]
    return int(found[-1][1]) if found else None
