"""Find the labels of header lines, also as OCR reads them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.headers.lexicon import LEXICON, Label
from ingest.records import Line, Word

# Readings that OCR gives too often to leave them to likeness (355 of 769 "Cc:" in one release are "Ce:").
_MISREADINGS = {
    "ce": Label.CC, "ge": Label.CC, "c": Label.CC, "cc": Label.CC, "€c": Label.CC, "tc": Label.TO, "t0": Label.TO,
    "t°": Label.TO, "bec": Label.BCC, "frat": Label.FROM, "frorn": Label.FROM, "prom": Label.FROM,
    "sul!ject": Label.SUBJECT,
}  # fmt: skip
_NEEDS_BLOCK = frozenset({"c", "ce", "ge"})  # too short or too common to begin a block with
LANGUAGES = tuple(LEXICON)
_WORDS = {
    language: {name: label for label, names in labels.items() for name in names} for language, labels in LEXICON.items()
}
_BY_FIRST_WORD: dict[str, tuple[str, ...]] = {}
for _language, _names in _WORDS.items():
    for _name in _names:
        _first = _name.split()[0]
        _BY_FIRST_WORD[_first] = tuple(dict.fromkeys((*_BY_FIRST_WORD.get(_first, ()), _language)))
_LONGEST = 3  # words in a label: "follow up flag"
_FUZZY = [
    name for name, label in _WORDS["en"].items() if len(name) >= 4 and " " not in name and label is not Label.OTHER
]
_STRAY = " \t>|*•·'`‘’\"-–—_.~^¦!"
_GAP = 2.5  # character widths: a wider gap behind a label is a tab stop


_WITHIN = re.compile(r"(?<!\S)(?:([^\W\d]+):(?=\s|$)|(Cc)(?=\s))")


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A label found at the start of a line."""

    label: Label
    has_colon: bool
    value: str  # what stands behind it on the line
    label_x: float  # points from the left edge of the page
    value_x: float | None  # where the value begins; None if nothing stands there
    tab_stop: bool  # the value stands wide apart from the label


def match_label(line: Line, language: str, *, in_block: bool = False) -> LabelMatch | None:
    """Return the label that a line begins with, or None; without a colon only an exact one."""
    words = _without_marks(line.words)
    if not words:
        return None
    for count in range(min(_LONGEST, len(words)), 0, -1):
        if any(":" in word.text for word in words[: count - 1]):
            continue
        text = " ".join(word.text for word in words[:count])
        name, colon, glued = _part_colon(text)
        if not colon and len(words) > count and words[count].text in {":", ";", "："}:
            colon, rest = True, words[count + 1 :]
        else:
            rest = words[count:]
        label = _find(name, language, exact=not colon, in_block=in_block)
        if label is not None:
            return _match(label, colon, glued, words[:count], rest)
    return None


def languages_of(line: Line) -> tuple[str, ...]:
    """Return the languages in which a line could begin with a label; English also where OCR damaged it."""
    words = _without_marks(line.words)
    if not words:
        return ()
    name, colon, _ = _part_colon(words[0].text)
    known = _BY_FIRST_WORD.get(name, ())
    if "en" in known or not colon or _find(name, "en", exact=False, in_block=True) is None:
        return known
    return ("en", *known)


def match_labels_within(text: str, language: str) -> list[tuple[Label, int, int]]:
    """Return further labels with a colon inside a line, each with its start and the start of its value.

    Labels count only in rising order: "To: a Subject: b" has two, "Subject: reply to: a" one.
    """
    found: list[tuple[Label, int, int]] = []
    for match in _WITHIN.finditer(text):
        name = match[1] or match[2]
        label = _find(name.casefold(), language, exact=name.casefold() not in _MISREADINGS, in_block=True)
        if label is None or label is Label.OTHER or not name[0].isupper():
            continue
        if found and not label.comes_after(found[-1][0]):
            continue
        found.append((label, match.start(), match.end()))
    return found


def begins_with_label(words: Sequence[Word]) -> bool:
    """Tell whether words begin with a label and its colon, in any language."""
    return any(
        is_bare_label(" ".join(word.text for word in words[:count]))
        for count in range(1, min(_LONGEST, len(words)) + 1)
    )


@lru_cache(maxsize=8192)
def is_bare_label(text: str) -> bool:
    """Tell whether a text is a label with its colon, in any language."""
    name, colon, _ = _part_colon(text)
    return colon and any(_find(name, language, exact=language != "en", in_block=True) for language in LANGUAGES)


def _without_marks(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Leave out quote marks and stray signs before a label, four at the most."""
    for index, word in enumerate(words[:5]):
        if word.text.strip(_STRAY):
            return words[index:]
    return ()


def _part_colon(text: str) -> tuple[str, bool, str]:
    """Return a label's name, whether a colon follows, and what is glued to it: "From:Roe"."""
    name = text.strip(_STRAY)
    for sign in (":", "：", ";"):
        if sign in name:
            head, _, glued = name.partition(sign)
            return head.strip(_STRAY).casefold(), True, glued
    ends = text[-1:] == "." and len(name) > 3
    return name.casefold(), ends, ""


@lru_cache(maxsize=8192)
def _find(name: str, language: str, *, exact: bool, in_block: bool) -> Label | None:
    label = _WORDS[language].get(name)
    if label is not None or exact or language != "en":
        return label
    if name in _MISREADINGS and (in_block or name not in _NEEDS_BLOCK):
        return _MISREADINGS[name]
    if len(name) < 4 or " " in name:
        return None
    close = difflib.get_close_matches(name, [known for known in _FUZZY if abs(len(known) - len(name)) <= 1], 1, 0.74)
    return _WORDS["en"][close[0]] if close else None


def _match(label: Label, colon: bool, glued: str, words: tuple[Word, ...], rest: tuple[Word, ...]) -> LabelMatch:
    last = words[-1].box
    value = " ".join([*([glued] if glued else []), *(word.text for word in rest)])
    value_x = last.x0 if glued else rest[0].box.x0 if rest else None
    width = (last.x1 - last.x0) / max(len(words[-1].text), 1)
    tab_stop = bool(rest) and not glued and rest[0].box.x0 - last.x1 > _GAP * width
    return LabelMatch(label, colon, value.strip(), words[0].box.x0, value_x, tab_stop)
