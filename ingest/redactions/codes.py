"""Read exemption codes: "B6", "(b)(7)(C)", "1.4(D)", "Ex. 5", "B3 CIA PERS/ORG" and the statutes of states."""

import re

from ingest.redactions.statutes import find_statutes

# OCR reads a bracket as a brace or a bar, "b)(" as "bX" and the b of a pair of brackets as a 6.
_OPEN, _CLOSE = r"[(\[{]", r"[)\]}]"
_LETTER = rf"{_OPEN}?\s*(?P<letter>[a-fA-F])\s*{_CLOSE}"
_PAIR = rf"{_OPEN}\s*[bB6]\s*(?:{_CLOSE}\s*{_OPEN}|X)\s*(?P<number>[1-9])\s*{_CLOSE}(?:\s*{_LETTER})?"
_BARE_LETTER = rf"(?:(?P<of_seven>(?<=7)[A-Fa-f])|\s*{_OPEN}\s*(?P<bare_letter>[a-fA-F])\s*{_CLOSE}?)"
_BARE = rf"{_OPEN}?\s*[bB]\s*{_CLOSE}?\s*{_OPEN}?\s*(?P<bare>[1-9])\s*{_CLOSE}?{_BARE_LETTER}?"
_WORDED_LETTER = r"(?:\s*\(\s*(?P<worded_letter>[A-F])\s*\))?"
_WORDED = rf"(?:FOIA\s+)?\bEx(?:emptions?|\.|s\.)?\s*\(?(?:b\)\s*\()?(?P<worded>[1-9])\)?{_WORDED_LETTER}"
_ORDER = r"(?:E\.?\s?O\.?\s*1\d{4},?\s*)?(?:§\s*|Sec(?:tion|\.)?\s*)?"
_SECRECY = rf"{_ORDER}(?P<order>1[.,][45])\s*\(\s*(?P<ground>[a-hA-H])\s*\)"
_PRIVACY = rf"{_OPEN}\s*(?P<privacy>[djk])\s*{_CLOSE}\s*{_OPEN}\s*(?P<privacy_number>[1-7])\s*{_CLOSE}"
# The Bureau numbers its own grounds behind the exemption: "b7C -1,3".
_GROUNDS = r"(?:\s*[-–]\s?\d(?:\s?[,&]\s?\d)*)?"
_END = r"(?![0-9a-z])"
_CODE = re.compile(rf"(?:{_SECRECY}|{_PRIVACY}|{_PAIR}|{_WORDED}|{_BARE})(?P<grounds>{_GROUNDS}){_END}")
# Statutes that agencies name behind "B3", by the abbreviations of the State Department's and CIA's prints.
_OF_CONGRESS = r"(?:CIA(?:\s+PERS/?ORG)?|PERS/ORG|NATSECACT(?:\s*1947)?|INA|ARMS?EXP|EXPORT\s+CONTROL|FS\s+ACT|IRAN)"
_BEHIND_B3 = re.compile(rf"\s*\(?({_OF_CONGRESS})\)?(?!\w)")
_PREFIX = re.compile(
    rf"\b(?:{_OF_CONGRESS}|FOIA|PA|Privacy\s+Act|per|and|under|Exemptions?|5\s+U\.?S\.?C\.?\s*§?\s*552a?)\b|[§&]", re.I
)
# "5 U.S.C. 552(b)(6)" cites the statute and withholds nothing.
_CITED = re.compile(r"(?:552a?|§\s*[\d.]*)\s*$")
_BRACKETED = re.compile(
    r"\(\s*b\s*(?:\)\s*\(|X)\s*(?P<number>[1-9])\s*\)(?:\s*\(\s*(?P<letter>[A-F])\s*\))?", re.IGNORECASE
)
_WITHHELD = re.compile(r"^\W*(?:redacted|withheld|deleted)\W*$", re.I)
_TWO_DIGITS = re.compile(r"\d\d")
_LONGEST = 300  # letters of a text that holds nothing but codes


def find_codes(text: str) -> list[tuple[str, str]]:
    """Return the exemption codes of a text that holds nothing else, each as (normalised, as printed).

    Codes are read as in 5 U.S.C. 552(b), 552a(d), (j) and (k), Executive Order 13526, 1.4, and the statutes
    of data/reference/statutes.csv: `B7(C)` is `(b)(7)(C)`, `B3 INA` is `(b)(3) INA`.
    """
    compact = " ".join(text.split())
    if len(compact) > _LONGEST or not any(letter.isdigit() for letter in compact):
        return []
    found, left = find_statutes(compact) if _TWO_DIGITS.search(compact) else ([], compact)
    rest, last = [], 0
    for match in _CODE.finditer(left):
        start, end = match.span()
        rest.append(left[last:start])
        code, last = _with_statute(left, _normalised(match), end)
        found.append((code, left[start:last].strip()))
    rest.append(left[last:])
    return found if found and not re.search(r"\w", _PREFIX.sub(" ", " ".join(rest))) else []


def find_codes_within(text: str) -> list[tuple[str, str]]:
    """Return the fully bracketed codes, "(b)(6)", that stand anywhere in a text; a cited "552(b)(6)" is none."""
    return [(code, text[start:end]) for code, start, end in spans_within(text)]


def spans_within(text: str) -> list[tuple[str, int, int]]:
    """Return the bracketed codes within a text with the places where each begins and ends."""
    return [
        (_of_foia(match["number"], match["letter"]), match.start(), match.end())
        for match in _BRACKETED.finditer(text)
        if not _CITED.search(text[max(0, match.start() - 16) : match.start()])
    ]


def is_withheld(text: str) -> bool:
    """Tell whether a header value is only exemption codes or the word for a redaction."""
    return bool(text.strip()) and (bool(_WITHHELD.match(text)) or bool(find_codes(text)))


def normalise_code(text: str) -> str | None:
    """Return "b7e", "B7(E)" or "(b)(7)(E)" as "(b)(7)(E)"; None if it is no exemption code."""
    found = find_codes(text)
    return found[0][0] if len(found) == 1 else None


def _normalised(match: re.Match[str]) -> str:
    part = match.groupdict()
    if part["order"]:
        return f"{part['order'].replace(',', '.')}({part['ground'].upper()})"
    if part["privacy"]:
        return f"({part['privacy']})({part['privacy_number']})"
    number = part["number"] or part["worded"] or part["bare"]
    return _of_foia(number, part["letter"] or part["worded_letter"] or part["of_seven"] or part["bare_letter"])


def _of_foia(number: str, letter: str | None) -> str:
    return f"(b)({number})" + (f"({letter.upper()})" if letter else "")


def _with_statute(text: str, code: str, end: int) -> tuple[str, int]:
    """Return a claim of (b)(3) with the statute that is named behind it, and where that ends."""
    named = _BEHIND_B3.match(text, end) if code == "(b)(3)" else None
    if named is None:
        return code, end
    return f"{code} {' '.join(named[1].split())}", named.end()
