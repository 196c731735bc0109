"""Tell what was left readable under boxes from what redaction tools print onto them."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.geometry.hiding import HiddenWord
from ingest.records import Box, Leak
from ingest.redactions import is_overlay_label
from ingest.redactions.labels import is_day

_OFTEN = 3  # boxes of a page with one and the same day on them: the day of redacting


def find_leaks(hidden: Sequence[HiddenWord]) -> list[Leak]:
    """Return the hidden words that say something, those of one box together."""
    groups = _grouped(hidden)
    days = Counter(text for _, text, is_over in groups if not is_over and is_day(text))
    return [Leak(box, text) for box, text, is_over in groups if _says_something(text, days, is_over=is_over)]


def _says_something(text: str, days: Counter[str], *, is_over: bool) -> bool:
    letters = re.sub(r"[\W_]", "", text)
    if len(set(letters.casefold())) < 2 and not letters.isdigit():
        return False  # "XXXX" and rules of dots stand in for what is gone
    if not letters or is_overlay_label(text):
        return False
    return is_over or days[text] < _OFTEN


def _grouped(hidden: Sequence[HiddenWord]) -> list[tuple[Box, str, bool]]:
    """Return the box, the words and whether the box lies over them, for each box; bare white words line by line."""
    groups: dict[tuple[Box | int, bool], list[HiddenWord]] = defaultdict(list)
    for found in hidden:
        place = found.fill.box if found.fill else round(found.word.box.bottom / 4)
        groups[place, found.is_over].append(found)
    return [
        (
            place if isinstance(place, Box) else Box.around(found.word.box for found in group),
            " ".join(found.word.text for found in group),
            is_over,
        )
        for (place, is_over), group in groups.items()
    ]
