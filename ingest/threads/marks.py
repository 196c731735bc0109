"""Marks by which a message finds those that may be it, or be of its thread, among all others."""

import hashlib

from ingest.duplicates import sketch
from ingest.records import Appearance
from ingest.threads.subjects import is_generic


def find_marks(appearance: Appearance) -> frozenset[int]:
    """Return numbers of 63 bits; two appearances that share none are neither one message nor of one thread.

    They stand for the minute, the subject in its month, a sketch of the words, and a native mail's ids.
    """
    return frozenset(_number(name) for name in (*identity_names(appearance), *_thread_names(appearance)))


def identity_names(appearance: Appearance) -> list[str]:
    """Return what appearances of one message have in common: at least one of these."""
    names = [f"text {value}" for value in sketch(appearance.letters)]
    if appearance.moment is not None:
        names.append(f"minute {appearance.moment:%Y-%m-%d %H:%M}")
    if appearance.message_id:
        names.append(f"id {appearance.message_id}")
    return names


def _thread_names(appearance: Appearance) -> list[str]:
    names = [f"id {answered}" for answered in appearance.answers]
    if appearance.moment is not None and not is_generic(appearance.subject):
        months = appearance.moment.year * 12 + appearance.moment.month
        # What answers it within thirty days has the mark of this month or of the next one too.
        names += [f"subject {month} {appearance.subject}" for month in (months, months + 1)]
    return names


def _number(name: str) -> int:
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1  # databases know no unsigned number
