"""Divide the terms that a pattern stands for, where they are more than the server takes at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Self

MOST_TERMS = 1024  # that a pattern within a row may stand for: the server's limit, unless it is raised there

# No term has this sign but the break between values, so that a number can be hung on an expression.
COMPLAINT = re.compile(r"Automaton .*¶(\d+)¶.* expanded to too many terms")

_GROUPS = ("01234", "56789", "abcd", "efgh", "ijkl", "mnop", "qrst", "uvwxyz")
_OTHERS = "^0-9a-z"
_END = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Those terms of a column that a pattern stands for and that begin with these characters."""

    column: str
    pattern: str  # with "*" and "?"
    beginning: tuple[str, ...]  # sets of characters, as within [] of an expression; at last "": there the term ends

    @classmethod
    def all_of(cls, column: str, pattern: str) -> Self:
        """Return the share of all terms."""
        return cls(column, pattern, tuple(takewhile(lambda character: character not in "*?", pattern)))

    @property
    def can_be_divided(self) -> bool:
        """Tell whether `divide` makes it smaller."""
        return self.beginning[-1:] != (_END,)

    def divide(self) -> Iterator["Share"]:
        """Yield shares that have no term in common and together are this one."""
        *before, last = self.beginning or ("",)
        if last in _GROUPS:
            beginnings = [(*before, character) for character in last]
        else:
            beginnings = [(*self.beginning, characters) for characters in (*_GROUPS, _OTHERS, _END)]
        for beginning in beginnings:
            yield Share(self.column, self.pattern, beginning)

    def expression(self, number: int) -> str:
        """Return the regular expression of the share; a complaint about it shows the number."""
        whole = self.pattern.replace("*", ".*").replace("?", ".")
        begins = "".join(f"[{characters}]" for characters in self.beginning if characters)
        return f"(({whole})&({begins}{'.*' if self.can_be_divided else ''}))|¶{number}¶"
