"""Subjects without what mail programs put before them."""

import re

_PREFIX = re.compile(  # "Fvv" is how OCR reads "Fw"
    r"\s*(?:(?:re|fwd?|fvvd?|aw|wg|sv|vs|tr|rv|r|i|enc|res|odp|pd|ynt|ilt|antw|doorst|vb|vl|ref|rif)"
    r"\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:;]|\[(?:external|ext|encrypt|secure)[^\]]{0,20}\])\s*",
    re.I,
)
_NOT_LETTER = re.compile(r"[\W_]+")
_LONGEST = 300
_GENERIC = frozenset(
    (
        "fyi", "hello", "hi", "hey", "thanks", "thankyou", "update", "question", "meeting", "call", "schedule", "today",
        "tomorrow", "nosubject", "none", "followup", "checkingin", "reminder", "request", "info", "information",
        "confidential", "urgent", "important", "test", "untitled",
    )
)  # fmt: skip


def base_subject(subject: str | None) -> tuple[str | None, bool]:
    """Return the letters and digits of a subject without prefixes, and whether one stood before it.

    "RE: Fwd: Budget 2013" gives ("budget2013", True); "RE:" and a subject that is not read give None.
    """
    if subject is None:
        return None, False
    rest, is_reply = subject, False
    while match := _PREFIX.match(rest):
        is_reply = is_reply or not match[0].lstrip().startswith("[")
        rest = rest[match.end() :]
    return _NOT_LETTER.sub("", rest.casefold())[:_LONGEST] or None, is_reply


def is_generic(subject: str | None) -> bool:
    """Tell whether a base subject says so little that many messages have it."""
    return subject is None or len(subject) < 4 or subject in _GENERIC
