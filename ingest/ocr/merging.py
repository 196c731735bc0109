"""Weigh readings of a header line's picture against its text layer, and invent nothing.

Words are taken from the picture only where two of its readings agree, and something speaks for them: the
text layer has nothing there, an address becomes whole, a date becomes one whose weekday fits, or a word that
looks damaged becomes one that does not. Otherwise the text layer's words stay.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import dropwhile
from typing import NamedTuple

from ingest.headers.labels import match_label
from ingest.headers.lexicon import Label
from ingest.ocr import evidence
from ingest.ocr.engine import SeenWord
from ingest.records import Box, Line, Word

_OVERLAP = 0.3  # of the narrower word: words that share more of the line's length stand for each other
_LISTS = (Label.FROM, Label.TO, Label.CC, Label.BCC)


class _Seen(NamedTuple):
    """A word of a reading with what another reading says of it."""

    word: SeenWord
    sure: float  # confidence of the surer of two readings that agree on it; 0: they do not


@dataclass(frozen=True, slots=True)
class _Field:
    """The field whose line is merged."""

    label: Label | None
    known: Mapping[str, int]  # how often each word stands in the document, by `evidence.bare`
    is_empty: bool  # in the text layer


def merge_line(
    line: Line, label: Label | None, readings: Sequence[Sequence[SeenWord]], known: Mapping[str, int]
) -> Line:
    """Return a header line with what its picture tells better.

    `label` is the label of its value, that of a line before where the value goes on; `known` counts the
    words of the document by `evidence.bare`.
    """
    head, value = _split_label(line)
    start = head[-1].box.x1 if head else line.box.x0 - 1
    beside = [[_clean(word) for word in words if (word.box.x0 + word.box.x1) / 2 > start] for words in readings]
    if label is Label.DATE and value:
        return Line((*head, *_merge_date(value, beside)))
    if label in _LISTS:
        beside = _without_struck(beside)
    merged = _fit_addresses(value, beside)
    for number, words in enumerate(beside):
        seen = _agreed(words, [*beside[:number], *beside[number + 1 :]])
        merged = _merge(merged, seen, _Field(label, known, is_empty=not value))
    return Line((*head, *merged)) if tuple(merged) != value else line


def count_words(words: Sequence[Word]) -> dict[str, int]:
    """Return how often each word stands in a document: one that comes again is rarely misread."""
    counts: dict[str, int] = {}
    for word in words:
        key = evidence.bare(word.text)
        counts[key] = counts.get(key, 0) + 1
    return counts


def _split_label(line: Line) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    match = match_label(line, "en", in_block=True)
    if match is None:
        return (), line.words
    if match.value_x is None:
        return line.words, ()
    count = sum(word.box.x0 < match.value_x for word in line.words)
    return line.words[:count], line.words[count:]


def _clean(word: SeenWord) -> SeenWord:
    return word._replace(text=evidence.plain(word.text))


def _without_struck(readings: Sequence[Sequence[SeenWord]]) -> list[list[SeenWord]]:
    """Read a lone "#" as the "H" that another reading sees: a speck or a line of the scan crosses the letter."""
    if not any(word.text == "H" for words in readings for word in words):
        return [list(words) for words in readings]
    return [[word._replace(text="H") if word.text == "#" else word for word in words] for words in readings]


def _agreed(words: Sequence[SeenWord], others: Sequence[Sequence[SeenWord]]) -> list[_Seen]:
    """Return the words, sure where another reading has the same at the same place of the line."""
    sure = [0.0] * len(words)
    for other in others:
        matcher = SequenceMatcher(None, [word.text for word in words], [word.text for word in other], autojunk=False)
        for start, other_start, length in matcher.get_matching_blocks():
            for step in range(length):
                here, there = words[start + step], other[other_start + step]
                sure[start + step] = max(sure[start + step], here.confidence, there.confidence)
    return [_Seen(word, value) for word, value in zip(words, sure, strict=True)]


def _merge(printed: Sequence[Word], seen: Sequence[_Seen], field: _Field) -> list[Word]:
    """Return the printed words with those that were seen better in their places."""
    keys = [evidence.plain(word.text) for word in printed]
    matcher = SequenceMatcher(None, keys, [each.word.text for each in seen], autojunk=False)
    merged: list[Word] = []
    for kind, start, end, seen_start, seen_end in matcher.get_opcodes():
        old, new = list(printed[start:end]), [each for each in seen[seen_start:seen_end] if each.sure]
        if kind == "equal" or not new:
            merged += old
            continue
        for here, there in _slots(old, new):
            if not here and ((kind == "replace" and len(old) >= len(new)) or _stands_on(there, printed)):
                continue  # it stands for a word that is there: an engine's boxes are not exact
            better = _is_better(here, there, field, merged)
            merged += _taken([each.word for each in there], here) if better else here
    return merged


def _slots(printed: Sequence[Word], seen: Sequence[_Seen]) -> Iterator[tuple[list[Word], list[_Seen]]]:
    """Part a stretch of the line where no word of either source reaches across."""
    placed: list[tuple[Box, Word | None, _Seen | None]] = [(word.box, word, None) for word in printed]
    placed += [(each.word.box, None, each) for each in seen]
    here: list[Word] = []
    there: list[_Seen] = []
    x0 = x1 = 0.0
    for box, word, other in sorted(placed, key=lambda each: each[0]):
        apart = x1 - box.x0 <= _OVERLAP * min(box.x1 - box.x0, x1 - x0)
        if apart and (here or there):
            yield here, there
            here, there = [], []
        x0, x1 = (box.x0, box.x1) if not (here or there) else (x0, max(x1, box.x1))
        here += [word] if word else []
        there += [other] if other else []
    yield here, there


def _stands_on(seen: Sequence[_Seen], printed: Sequence[Word]) -> bool:
    """Tell whether the middle of a seen word lies in a printed one."""
    middles = [(each.word.box.x0 + each.word.box.x1) / 2 for each in seen]
    return any(word.box.x0 < middle < word.box.x1 for middle in middles for word in printed)


def _is_better(printed: list[Word], seen: list[_Seen], field: _Field, before: Sequence[Word]) -> bool:
    """Tell whether what was seen should stand behind `before`, in place of what is printed there."""
    if not seen:
        return False
    old, new = _text(printed), " ".join(each.word.text for each in seen)
    sure = min(each.sure for each in seen)
    is_list = field.label in _LISTS
    if not printed:
        return evidence.is_lost(new, sure, is_empty=field.is_empty, is_list=is_list)
    if not before and field.label is Label.SUBJECT and evidence.is_mended_prefix(old, new):
        return sure > evidence.LIKELY
    name = _text(before)
    if is_list and (evidence.contradicts_name(new, name, old) or evidence.fits_name(old, name)):
        return False
    return evidence.is_better(old, new, sure, field.known, is_list=is_list)


def _fit_addresses(value: Sequence[Word], readings: Sequence[Sequence[SeenWord]]) -> list[Word]:
    """Put an address that fits the name before it in place of one that does not: "Roe, Jane Q <RoeJQ@...>"."""
    mended = list(value)
    for words in readings:
        for number, seen in enumerate(words):
            name = _text(words[:number])
            if not evidence.fits_name(seen.text, name):
                continue
            beside = [word for word in mended if word.box.x0 < seen.box.x1 and seen.box.x0 < word.box.x1]
            here = list(dropwhile(lambda word: not evidence.looks_like_address(word.text), beside))
            if here and not any(evidence.fits_name(word.text, name) for word in here):
                at = mended.index(here[0])
                mended[at : at + len(here)] = _taken([seen], here)
    return mended


def _merge_date(value: Sequence[Word], readings: Sequence[Sequence[SeenWord]]) -> Sequence[Word]:
    """Return the reading of a date whose weekday fits, where the text layer's is none."""
    printed = evidence.sound_moment(_text(value))
    if printed is not None:
        return value
    readings = [[word for word in words if any(map(str.isalnum, word.text))] for words in readings]
    moments = [evidence.sound_moment(_text(words)) for words in readings]
    for words, moment in zip(readings, moments, strict=True):
        if moment is not None and moments.count(moment) > 1:
            return _taken(words, value)
    return value


def _taken(words: Sequence[SeenWord], printed: Sequence[Word]) -> list[Word]:
    """Return words of a reading; where they replace as many, at their places, which are more exact."""
    same = len(words) == len(printed)
    boxes = [word.box for word in (printed if same else words)]
    return [Word(word.text, box, from_ocr=True) for word, box in zip(words, boxes, strict=True)]


def _text(words: Sequence[Word] | Sequence[SeenWord]) -> str:
    return " ".join(word.text for word in words)
