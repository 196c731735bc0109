"""Exemption codes and release stamps: what a page says is withheld, and why."""

from ingest.redactions.codes import find_codes, find_codes_within, is_withheld, normalise_code
from ingest.redactions.labels import is_overlay_label
from ingest.redactions.marks import code_redactions, inline_redactions
from ingest.redactions.stamps import is_stamp, stamp_redactions

__all__ = [
    "code_redactions",
    "find_codes",
    "find_codes_within",
    "inline_redactions",
    "is_overlay_label",
    "is_stamp",
    "is_withheld",
    "normalise_code",
    "stamp_redactions",
]
