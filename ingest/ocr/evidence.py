"""What speaks for one of two readings of the same words: measured on the headers of 139 scanned emails."""

import re
from collections.abc import Mapping
from datetime import datetime

from ingest.dates import parse_date
from ingest.records import DatePrecision

_FILLS = 0.5  # confidence that fills an empty field, where two readings agree
LIKELY = 0.75  # that adds a word to a value, or mends one that looks damaged
_SURE = 0.85  # that replaces a word by another
_SHORT_SURE = 0.92  # a word of up to three letters: "HQ" is read as "HO" with .92
_SHORT = 3
_WHOLE_ADDRESS = re.compile(
    r"[<\[({\"']*(?:mailto:)?(?P<local>[\w.+'-]+)@[\w-]+(?:\.[\w-]+)*\.(?:gov|com|org|net|edu|mil|int|us|uk|eu)[>\])}\"';,]*",
    re.I,
)
_ADDRESS_LIKE = re.compile(r"[@©]|^[<\[]\S{5}|\S{5}[>›]$|\S\.?(?:gov|com|org|net|edu|mil)\b|mailto", re.I)
_STROKES = frozenset("Il1i|!/\\jJ[](){}")  # what the side of a box looks like
_ODD = re.compile(r"[!|{}\\^~*©°]")
_DAMAGED = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[a-z][A-Z]|[^\w\s.,;:'\"()<>\[\]@&/-]|^\.|\w[.)\]!]\w|[)\]](?!$)|^\d$")
_PREFIXES = frozenset({"re:", "fw:", "fwd:"})
_ALIKE = str.maketrans("i1|!joq0e", "lllllooo" + "c")  # letters that OCR takes for each other: i1|! as l, q0 as o
_TO_MINUTE = (DatePrecision.MINUTE, DatePrecision.SECOND)
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)", re.I)
_MARK = re.compile(r"[^\w\s]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u203a": ">", "\u2039": "<"})
_CUT = 3  # letters fewer: a part of the word, not a better reading
_INITIALS = 3  # behind the surname in an address


def bare(text: str) -> str:
    """Return letters and digits in lower case, for comparing; an address without "mailto"."""
    return re.sub(r"[^\w\s]", "", text).casefold().strip().removeprefix("mailto")


def is_lost(text: str, sure: float, *, is_empty: bool, is_list: bool) -> bool:
    """Tell whether what the picture shows where the text layer has nothing is text: no noise, no side of a box."""
    if _ODD.search(text) or (text in _STROKES and is_empty) or (is_list and text.isdigit()):
        return False
    if is_list and not _is_name_part(text):
        return False
    if not any(letter.isalnum() for letter in text):
        return text in {"-", "&"} and not is_list and not is_empty and sure > _SURE
    return sure > (_FILLS if is_empty else LIKELY)


def is_better(old: str, new: str, sure: float, known: Mapping[str, int], *, is_list: bool) -> bool:
    """Tell whether the picture's words should stand in place of the text layer's."""
    bare_old, bare_new = bare(old), bare(new)
    if looks_like_address(old) or "@" in new:
        if not is_whole_address(new):
            return False
        if is_whole_address(old.replace(" ", "")):
            return bare_old != bare_new and (known.get(bare_new, 0) > 0 or _has_split_m(bare_old, bare_new))
        return True
    if not bare_new or (_ODD.search(new) and not _ODD.search(old)):
        return False
    if is_list and not all(_is_name_part(word) for word in new.split()):
        return False
    damaged = bool(_DAMAGED.search(old)) and not _DAMAGED.search(new)
    if bare_old.replace(" ", "") == bare_new.replace(" ", ""):
        return _are_better_marks(old, new, sure, is_list=is_list, damaged=damaged)
    if any(letter.isdigit() for letter in bare_new):
        return False  # nothing can check a number
    if bare_new in bare_old and len(bare_old) - len(bare_new) >= _CUT:
        return False
    if known.get(bare_old, 0) > 1 >= known.get(bare_new, 0) and not damaged:
        return False
    if _look_alike(bare_old, bare_new) and not damaged and not known.get(bare_new):
        return False
    if damaged or known.get(bare_new):
        return sure > LIKELY
    return sure > (_SHORT_SURE if len(bare_new) <= _SHORT else _SURE)


def is_mended_prefix(old: str, new: str) -> bool:
    """Tell whether a subject's first word becomes "Re:", "Fw:" or "Fwd:" that is none: "FVV:"."""
    return new.casefold() in _PREFIXES and old.casefold() not in _PREFIXES


def looks_like_address(text: str) -> bool:
    """Tell whether a word is, or once was, an email address."""
    return bool(_ADDRESS_LIKE.search(text))


def is_whole_address(text: str) -> bool:
    """Tell whether a word is an email address, with or without brackets, of a domain there is."""
    return bool(_WHOLE_ADDRESS.fullmatch(plain(text)))


def fits_name(address: str, name: str) -> bool:
    """Tell whether an address is made of the name's surname and initials: "RoeJQ@" of "Roe, Jane Q"."""
    match, made = _WHOLE_ADDRESS.fullmatch(plain(address)), _made_of(name)
    return match is not None and made is not None and match["local"].casefold() == "".join(made)


def contradicts_name(address: str, name: str, old: str) -> bool:
    """Tell whether an address has lost the name's surname, or goes on with wrong initials: "RoeJ0@"."""
    match, made = _WHOLE_ADDRESS.fullmatch(plain(address)), _made_of(name)
    if match is None or made is None:
        return False
    if not match["local"].casefold().startswith(made[0]):
        return made[0] in old.casefold()
    return match["local"].casefold() != "".join(made) and len(match["local"]) <= len(made[0]) + _INITIALS


def plain(text: str) -> str:
    """Return a text with straight quotes and brackets."""
    return text.translate(_QUOTES)


def sound_moment(text: str) -> datetime | None:
    """Return a date's moment if it is read to the minute and its weekday, if printed, fits; otherwise None."""
    date = parse_date(text)
    if date.wall is None or date.precision not in _TO_MINUTE:
        return None
    weekday = _WEEKDAY.search(text)
    fits = weekday is None or weekday[1].casefold() == f"{date.wall:%a}".casefold()
    return date.wall if fits else None


def _made_of(name: str) -> tuple[str, str] | None:
    """Return surname and initials of the last name in a list, "Roe, Jane Q"; None if it is not written so."""
    words = re.findall(r"[^\W\d_]+", name.rpartition(";")[2])
    if "," not in name or len(words) < 2:
        return None
    surname, *given = words
    return surname.casefold(), "".join(word[0] for word in given).casefold()


def _are_better_marks(old: str, new: str, sure: float, *, is_list: bool, damaged: bool) -> bool:
    if old.casefold() == new.casefold():
        return damaged and sure > LIKELY  # "AbedIn"
    parted = len(old.split()) != len(new.split())
    if is_list and old[-1:] in {";", ","} and not parted:
        return False  # what parts a list is known
    more = len(_MARK.findall(new)) > len(_MARK.findall(old))
    return (more or parted or damaged) and sure > LIKELY


def _is_name_part(word: str) -> bool:
    """Tell whether a word can stand in a list of people: "Roe," can, "J:" and "&" cannot."""
    return any(letter.isalnum() for letter in word) and not word.endswith((":", "!", "?"))


def _has_split_m(old: str, new: str) -> bool:
    """Tell whether two words differ by "rn" for "m" alone: old text layers split it, nothing joins it."""
    return old.count("rn") > new.count("rn") and old.replace("rn", "m") == new.replace("rn", "m")


def _look_alike(old: str, new: str) -> bool:
    return len(new) > 1 and old.translate(_ALIKE) == new.translate(_ALIKE)
