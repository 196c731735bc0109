"""Release stamps: "RELEASE IN FULL", "RELEASE IN PART B5,B6", which speak for their whole document."""

import re
from collections.abc import Sequence

from ingest.records import Redaction, RedactionShape
from ingest.redactions.codes import find_codes

_START = re.compile(r"^(?:RELEASED?\b|(?:IN )?(?:FULL|PART)[A-Z1|]?\b|DENIED IN (?:FULL|PART))")
_WORDS = re.compile(r"^(?:RELEASED?|DENIED)?\s*(?:IN)?\s*(?:FULL|PART(?:IAL)?)?[A-Z1|]?\s*(?P<codes>.*)$")
_LONGEST = 60


def is_stamp(text: str) -> bool:
    """Tell whether a piece of a line is (a line of) a release stamp, "RELEASE IN" or "PART B5,B6"."""
    return text == text.upper() and bool(_START.match(text)) and len(text) <= _LONGEST


def stamp_redactions(texts: Sequence[str]) -> list[Redaction]:
    """Return what the lines of a page's release stamp claim for its document.

    A claim may run over the line: "RELEASE IN PART B5,B3 CIA" goes on with "PERS/ORG,B6".
    """
    stamp = _WORDS.match(" ".join(texts))
    if not stamp or not stamp["codes"]:
        return []
    return [Redaction(code, printed, None, RedactionShape.STAMP) for code, printed in find_codes(stamp["codes"])]
