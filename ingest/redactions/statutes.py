"""Statutes of states and of Congress that are named beside a redaction: data/reference/statutes.csv."""

import csv
import functools
import re
from pathlib import Path

_SOURCE_TREE = Path(__file__).parents[2] / "data" / "reference" / "statutes.csv"
_INSTALLED = Path(__file__).parents[1] / "reference" / "statutes.csv"  # a wheel carries the folder here

_SUBSECTIONS = r"(?:\s*\(\w{1,4}\))*"


def find_statutes(text: str) -> tuple[list[tuple[str, str]], str]:
    """Return the statutes that a text cites, as (normalised, as printed), and the text without them.

    `N.Y. POL § 87(2)(b)` is `POL 87(2)(b)`.
    """
    found: list[tuple[int, str, str]] = []
    rest = text
    for pattern, code in _patterns():
        while match := pattern.search(rest):
            sections = re.sub(r"\s", "", match["section"])
            found.append((match.start(), f"{code} {sections}", match.group().strip()))
            rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]
    return [(code, printed) for _, code, printed in sorted(found)], rest


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    path = _SOURCE_TREE if _SOURCE_TREE.exists() else _INSTALLED
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return [
        (re.compile(rf"(?<!\w){row['written']}(?P<section>{row['section']}{_SUBSECTIONS})(?!\w)"), row["code"])
        for row in rows
    ]
