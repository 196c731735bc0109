"""Words of the archive that are like one that it does not have."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

_MOST_EDITS = 2


def similar_words(word: str, vocabularies: Iterable[Iterable[tuple[str, int]]]) -> Mapping[str, int]:
    """Return the words within two edits of this one, but not itself, with how many entries have each.

    A vocabulary gives words of one column and the number of entries that have them.
    """
    counts: Counter[str] = Counter()
    for vocabulary in vocabularies:
        for other, count in vocabulary:
            if abs(len(other) - len(word)) <= _MOST_EDITS and other != word:
                counts[other] = max(counts[other], count)
    near = extract(
        word, list(counts), scorer=Levenshtein.distance, score_cutoff=_MOST_EDITS, limit=None, processor=None
    )
    return {other: counts[other] for other, _, _ in near}
