"""Find Bates numbers: a constant prefix and a counter that is another on every page.

A misread digit between two neighbours is repaired, since the counter rises by one. A page on which no
number can be read has none, although its neighbours tell which it must be: only what is printed is kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

# "STATE-SCB0045247", "NIH-000960", "HOUSE OVERSIGHT 029401", "EFTA00009676", "RR-DEA-000123"
_NUMBER = re.compile(r"(?<![\w-])(?P<prefix>[A-Z](?:[A-Z0-9 _-]*[A-Z _-])?)(?P<counter>\d{4,10})(?!\w)")
_LONGEST = 200  # letters of a head or foot that are looked at
_LETTER = re.compile(r"[A-Z]")
_POSTCODE = re.compile(r"(?:^|.*[ ,])[A-Z]{2} \d{5}")  # "Irvine, CA 92618"
_SAME_PREFIX = 0.75  # likeness of two readings of one prefix: OCR takes S for 5
_LEAST_DISTINCT = 0.5  # of a series' numbers: a case number comes again on every page
_DIGITS = str.maketrans("OoILl|SBZ", "001111582")  # what OCR makes of digits
_LETTERS = str.maketrans("50186", "SOIBG")  # and of letters
_TAIL = 3  # last letters of a prefix, by which a broken number is found

_Series = dict[int, str]  # index of a page → the counter read on it


def find_bates_numbers(margins: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the Bates numbers of each page, given the texts in its head and foot.

    A number that stands on many pages unchanged is a case or form number and no Bates number.
    """
    found = [_candidates(texts) for texts in margins]
    prefixes = _main_prefixes(found)
    every: dict[tuple[str, int], _Series] = {}
    for page, numbers in enumerate(found):
        for prefix, counter in dict.fromkeys((prefixes.get(prefix, prefix), counter) for prefix, counter in numbers):
            every.setdefault(_series_of(every, page, prefix, counter), {})[page] = counter
    kept = _real_series(every, len(margins))
    for (prefix, _), series in kept.items():
        _read_broken(prefix, series, margins)
        _repair(series)
    return [
        tuple(dict.fromkeys(prefix + series[page] for (prefix, _), series in kept.items() if page in series))
        for page in range(len(margins))
    ]


def _series_of(every: Mapping[tuple[str, int], _Series], page: int, prefix: str, counter: str) -> tuple[str, int]:
    """Return the series that a number goes on with: of several with one prefix the one whose counter is nearest."""
    open_to = [key for key, series in every.items() if key[0] == prefix and page not in series]
    if not open_to:
        return prefix, sum(key[0] == prefix for key in every)
    return min(open_to, key=lambda key: abs(int(list(every[key].values())[-1]) - int(counter)))


def is_bates_number(text: str, numbers: Sequence[str]) -> bool:
    """Tell whether a text is one of a page's Bates numbers, also where OCR read it otherwise."""
    known = [match for number in numbers for match in _NUMBER.finditer(number)]
    return any(_is_reading_of(match, one) for match in _NUMBER.finditer(text[:_LONGEST]) for one in known)


def _is_reading_of(match: re.Match[str], number: re.Match[str]) -> bool:
    if match["counter"] == number["counter"]:
        return True
    return len(match["counter"]) == len(number["counter"]) and _alike(match["prefix"], number["prefix"])


def _candidates(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (match["prefix"], match["counter"])
        for text in texts
        for match in _NUMBER.finditer(text[:_LONGEST])
        if len(_LETTER.findall(match["prefix"])) >= 2
        and _ends_its_text(match, text)
        and not _POSTCODE.fullmatch(text.strip())
    ]


def _ends_its_text(match: re.Match[str], text: str) -> bool:
    """A Bates number stands alone or ends a footer: "Case No. F-2015-04841 of 2016" holds none."""
    return not text[match.end() :].strip() and "No." not in text[: match.start()]


def _real_series(every: Mapping[tuple[str, int], _Series], pages: int) -> dict[tuple[str, int], _Series]:
    """Leave out numbers that do not count pages: what stays the same, and what stands there once by chance."""
    changing = {
        key: series
        for key, series in every.items()
        if len(series) == 1 or len(set(series.values())) > max(1, _LEAST_DISTINCT * len(series))
    }
    covers_most = any(len(series) > pages / 2 for series in changing.values() if len(series) > 1)
    return {key: series for key, series in changing.items() if len(series) > 1 or not covers_most}


def _read_broken(prefix: str, series: _Series, margins: Sequence[Sequence[str]]) -> None:
    """Read a number that OCR broke, "STATE-SCB00452 47" or "NIH-OO0960", where it comes out as wide as the others."""
    tail = prefix[-_TAIL:]
    (width, _), *_ = Counter(map(len, series.values())).most_common(1)
    for page, texts in enumerate(margins):
        if page in series or len(series) < 2:
            continue
        for text in texts:
            _, has_tail, rest = text[-_LONGEST:].rpartition(tail)
            counter = re.sub(r"\s", "", rest.translate(_DIGITS))
            if has_tail and len(counter) == width and counter.isdigit():
                series[page] = counter


def _repair(series: _Series) -> None:
    """Give a page between n and n + 2 the number n + 1 where one digit of it was read otherwise, or lost."""
    for page, counter in list(series.items()):
        before, after = series.get(page - 1), series.get(page + 1)
        if before and after and int(after) == int(before) + 2 and len(before) == len(after):
            between = f"{int(before) + 1:0{len(before)}}"
            if len(counter) != len(between) or sum(map(str.__ne__, counter, between)) == 1:
                series[page] = between


def _main_prefixes(pages: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """Map each reading of a prefix to the most frequent one that looks like it."""
    counts = Counter(prefix for page in pages for prefix, _ in page)
    widths: dict[str, set[int]] = defaultdict(set)
    for page in pages:
        for prefix, counter in page:
            widths[prefix].add(len(counter))
    main: dict[str, str] = {}
    # Of two readings as frequent, letters are likelier than digits: STATE-SCB, not STATE-5CB.
    for prefix, count in sorted(counts.items(), key=lambda item: (-item[1], sum(map(str.isdigit, item[0])))):
        alike = (
            known
            for known in main.values()
            if known.translate(_LETTERS) == prefix.translate(_LETTERS)
            or (counts[known] >= 3 * count and _alike(known, prefix))
        )
        main[prefix] = next((known for known in alike if widths[known] & widths[prefix]), prefix)
    return main


def _alike(prefix: str, other: str) -> bool:
    return SequenceMatcher(None, prefix, other).ratio() >= _SAME_PREFIX
