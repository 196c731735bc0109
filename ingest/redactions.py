"""Exemption codes and release stamps: what a page says is withheld, and why."""

import re

from ingest.records import Box, PageRecord, Redaction, Word

# One claim: "(b)(6)", "(b) (7)(C)", "B6", "b7(E)", "1.4(D)"; OCR reads a bracket as a brace or a bar.
_FOIA = r"\(?\s*[bB]\s*\)?\s*[\(\{]?\s*(?P<number>[1-9])\s*[\)\}]?\s*(?:[\(\{]\s*(?P<letter>[a-fA-F])\s*[\)\}]?)?"
_SECRECY = r"(?P<order>1\.4)\s*\(\s*(?P<ground>[a-hA-H])\s*\)"
_CODE = re.compile(rf"(?:{_SECRECY}|{_FOIA})(?![0-9a-z])")
_STATUTE = r"(?:NATSECACT\d*|INA|CIA|PERS/ORG|CIA\s+PERS/ORG|\d{4})"
_STATUTES = re.compile(_STATUTE)
_LONGEST = 300  # letters of a text that holds nothing but codes
_BRACKETED = re.compile(r"\(\s*b\s*\)\s*\(\s*(?P<number>[1-9])\s*\)(?:\s*\(\s*(?P<letter>[A-F])\s*\))?", re.I)
_STAMP = re.compile(r"^(?:RELEASED?)?\s*(?:IN)?\s*(?:FULL|PART(?:IAL)?)?[A-Z1|]?\s*(?P<codes>.*)$")
_STAMP_START = re.compile(r"^(?:RELEASED?\b|(?:IN )?(?:FULL|PART)[A-Z1|]?\b|DENIED IN (?:FULL|PART))")
_WITHHELD = re.compile(r"^\W*(?:redacted|withheld|deleted)\W*$", re.I)


def find_codes(text: str) -> list[tuple[str, str]]:
    """Return the exemption codes of a text that holds nothing else, each as (normalised, as printed).

    Codes are read as in 5 U.S.C. 552(b) and Executive Order 13526, 1.4: `B7(C)` is `(b)(7)(C)`.
    """
    compact = " ".join(text.split())
    if len(compact) > _LONGEST:
        return []
    found = [(_normalised(match), match.group().strip()) for match in _CODE.finditer(compact)]
    rest = _STATUTES.sub(" ", _CODE.sub(" ", compact))
    return found if found and not re.search(r"\w", rest) else []


def find_codes_within(text: str) -> list[tuple[str, str]]:
    """Return the fully bracketed codes, "(b)(6)", that stand anywhere in a text."""
    return [(_normalised(match), match.group()) for match in _BRACKETED.finditer(text)]


def is_withheld(text: str) -> bool:
    """Tell whether a header value is only exemption codes or the word for a redaction."""
    return bool(text.strip()) and (bool(_WITHHELD.match(text)) or bool(find_codes(text)))


def normalise_code(text: str) -> str | None:
    """Return "b7e", "B7(E)" or "(b)(7)(E)" as "(b)(7)(E)"; None if it is no exemption code."""
    compact = re.sub(r"[\s()]", "", text).lower()
    if match := re.fullmatch(r"b([1-9])([a-f]?)", compact):
        letter = f"({match[2].upper()})" if match[2] else ""
        return f"(b)({match[1]}){letter}"
    if match := re.fullmatch(r"1\.4([a-h])", compact):
        return f"1.4({match[1].upper()})"
    return None


def is_stamp(text: str) -> bool:
    """Tell whether a piece of a line is (a line of) a release stamp, "RELEASE IN" or "PART B5,B6"."""
    return text == text.upper() and bool(_STAMP_START.match(text)) and len(text) <= 60


def stamp_codes(text: str) -> list[tuple[str, str]]:
    """Return the codes that a line of a release stamp claims for its document."""
    match = _STAMP.match(text)
    return find_codes(match["codes"]) if match and match["codes"] else []


def code_redactions(words: tuple[Word, ...]) -> list[Redaction]:
    """Return one redaction for each code printed in words that hold only codes, as a margin's do."""
    found = find_codes(" ".join(word.text for word in words))
    if not found:
        return []
    around = Box.around(word.box for word in words)
    return [Redaction(code, printed, around) for code, printed in found]


def inline_redactions(page: PageRecord) -> list[Redaction]:
    """Return the bracketed codes that stand among a page's words, outside of the boxes already known."""
    known = [redaction.box for redaction in page.redactions if redaction.box]
    found: list[Redaction] = []
    for word in (word for line in page.lines if "(" in line.text for word in line.words):
        if any(box.holds_middle_of(word.box) for box in known):
            continue
        found.extend(Redaction(code, printed, word.box) for code, printed in find_codes_within(word.text))
    return found


def _normalised(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("order"):
        return f"1.4({groups['ground'].upper()})"
    letter = f"({groups['letter'].upper()})" if groups.get("letter") else ""
    return f"(b)({groups['number']}){letter}"
