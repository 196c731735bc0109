"""Compare words as OCR reads them: letters that it takes for each other count as one."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

SIMILAR = 0.78  # of two readings of one name, measured on real releases

_GLUED = (("rn", "m"), ("cl", "d"), ("vv", "w"))
_ALIKE = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i", "!": "i", "j": "i", "5": "s", "8": "b", "y": "v"})


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


@lru_cache(maxsize=65_536)
def skeleton(text: str) -> str:
    """Return what two readings of one print share: "Feltrnan" and "Feltman" give the same."""
    letters = re.sub(r"[^\w@|!.]", "", fold(text)).replace("_", "")
    for glued, single in _GLUED:
        letters = letters.replace(glued, single)
    return letters.translate(_ALIKE)


def similarity(one: str, other: str) -> float:
    """Return how alike two texts are, 0 to 1, whichever comes first."""
    first, second = sorted((one, other))  # the matcher is not symmetric
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether one letter replaced, added or left out makes one text the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        return one[start + 1 :] == other[start + 1 :]
    shorter, longer = sorted((one, other), key=len)
    return shorter[start:] == longer[start + 1 :]
