"""Tell Bates numbers apart however they are written: "HOUSE OVERSIGHT 029401" is "house_oversight-29401"."""

import re
from typing import NamedTuple

_COUNTER = re.compile(r"^(?P<series>.*?)(?P<counter>\d{1,18})$")
# What OCR takes for each other in a prefix: STATE-5CB is STATE-SCB.
_LOOKALIKES = str.maketrans("O0I1L5S8B2ZG6", "OOIIISSBBZZGG")


class BatesKey(NamedTuple):
    """A Bates number without its spelling."""

    series: str  # letters of its prefix, "" if none is given
    counter: int | None  # None: there are no digits at its end


def bates_key(number: str) -> BatesKey:
    """Return the key of a number as printed or typed; blanks, marks, case and leading zeros do not count."""
    match = _COUNTER.match(re.sub(r"[\W_]", "", number.upper()))
    if match is None:
        return BatesKey(re.sub(r"[\W_]", "", number.upper()).translate(_LOOKALIKES), None)
    return BatesKey(match["series"].translate(_LOOKALIKES), int(match["counter"]))
