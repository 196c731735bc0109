"""What redaction tools print onto their boxes, as opposed to words that were left there."""

import re

from ingest.redactions.codes import find_codes

_WORDS = re.compile(
    r"(?:(?:fully |partially )?redact(?:ed|ion)s?|withheld|deleted|sealed|filed under seal|confidential|"
    r"(?:attorney[- ]client |work product )?privileged?|attorney[- ]client|attorney work product|work product|"
    r"non[- ]?responsive|nonresponsive|not responsive|pii|personal information|foia exempt(?:ion)?|exempt|"
    r"out(?:side)? of scope|duplicate|n/?r|a/?c)(?:[\s,;:/.-]+|$)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}")
_LONGEST = 120


def is_overlay_label(text: str) -> bool:
    """Tell whether a box's text is the redaction's own: codes, or words such as "Redacted" and "Privilege"."""
    compact = " ".join(text.split())
    if len(compact) > _LONGEST:
        return False
    return bool(find_codes(compact)) or not re.search(r"\w", _WORDS.sub("", compact))


def is_day(text: str) -> bool:
    """Tell whether a text is a day and nothing else: a tool may stamp the day of redacting onto its boxes."""
    return bool(_DAY.fullmatch(text.strip()))
