"""What is known of each identity before it is compared, and what is said of two of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """One address, or the words of one name, and where the record prints it."""

    key: str
    address: str | None  # None: known by name alone
    names: Mapping[str, int]  # what is printed as its name, and how often
    times: int  # mailboxes that print it
    agencies: frozenset[str] = frozenset()  # the top bodies that its mailboxes gave
    lists: frozenset[int] = frozenset()  # messages in whose To or Cc it stands
    circle: frozenset[str] = frozenset()  # keys of those in the same messages


@dataclass(frozen=True, slots=True)
class Merge:
    """Two identities held to be one person."""

    key: str  # of the one that is printed less
    other: str
    evidence: str  # for a reader, a sentence without full stop
    confidence: float  # 0 to 1
