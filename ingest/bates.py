"""Find Bates numbers: a constant prefix and a counter that is another on every page."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

# "STATE-SCB0045247", "NIH-000960", "HOUSE OVERSIGHT 029401", "EFTA00009676", "RR-DEA-000123"
_NUMBER = re.compile(r"(?<![\w-])(?P<prefix>[A-Z](?:[A-Z0-9 _-]*[A-Z _-])?)(?P<counter>\d{4,10})(?!\w)")
_LONGEST = 200  # letters of a head or foot that are looked at
_LETTERS = re.compile(r"[A-Z]{2}")
_SAME_PREFIX = 0.75  # likeness of two readings of one prefix: OCR takes S for 5


def find_bates_numbers(margins: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the Bates numbers of each page, given the texts in its head and foot.

    A number that stands on many pages unchanged is a case or form number and no Bates number.
    """
    found = [_candidates(texts) for texts in margins]
    pages_with = Counter(number for page in found for number in {prefix + counter for prefix, counter in page})
    prefixes = _main_prefixes(found)
    result = []
    for page in found:
        numbers = dict.fromkeys(
            prefixes.get(prefix, prefix) + counter
            for prefix, counter in page
            if pages_with[prefix + counter] == 1 or len(margins) == 1
        )
        result.append(tuple(numbers))
    return result


def is_bates_number(text: str, numbers: Sequence[str]) -> bool:
    """Tell whether a text is one of a page's Bates numbers, also where OCR read its prefix otherwise."""
    counters = {match["counter"] for number in numbers for match in _NUMBER.finditer(number)}
    return any(match["counter"] in counters for match in _NUMBER.finditer(text[:_LONGEST]))


def _candidates(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (match["prefix"], match["counter"])
        for text in texts
        for match in _NUMBER.finditer(text[:_LONGEST])
        if _LETTERS.search(match["prefix"]) and _ends_its_text(match, text)
    ]


def _ends_its_text(match: re.Match[str], text: str) -> bool:
    """A Bates number stands alone or ends a footer: "Case No. F-2015-04841 of 2016" holds none."""
    return not text[match.end() :].strip() and "No." not in text[: match.start()]


def _main_prefixes(pages: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """Map each reading of a prefix to the most frequent one that looks like it."""
    counts = Counter(prefix for page in pages for prefix, _ in page)
    widths: dict[str, set[int]] = defaultdict(set)
    for page in pages:
        for prefix, counter in page:
            widths[prefix].add(len(counter))
    main: dict[str, str] = {}
    for prefix, count in counts.most_common():
        better = next(
            (
                known
                for known in main.values()
                if counts[known] >= 3 * count
                and widths[known] & widths[prefix]
                and SequenceMatcher(None, known, prefix).ratio() >= _SAME_PREFIX
            ),
            prefix,
        )
        main[prefix] = better
    return main
