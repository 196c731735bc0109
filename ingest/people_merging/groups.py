"""Identities as they come together: who is with whom, and who must stay apart."""

from collections.abc import Collection, Iterable

from ingest.people_merging.identities import Identity

_TIMES_MORE = 3  # a misread name is printed that much more rarely than the right one
_MOST_TOGETHER = 0.1  # of the lists of the rarer: OCR and reply-all name one person twice now and then


class Groups:
    """A partition of identities; joining refuses what is known to be two people."""

    def __init__(self, identities: Iterable[Identity], apart: Collection[frozenset[str]]) -> None:
        self._members = {identity.key: [identity] for identity in identities}
        self._root = {key: key for key in self._members}
        self._apart: dict[str, set[str]] = {}
        for pair in apart:
            for key in pair:
                self._apart.setdefault(key, set()).update(pair - {key})

    def members(self, key: str) -> list[Identity]:
        """Return everyone in the group of a key."""
        return self._members[self._root[key]]

    def root(self, key: str) -> str:
        """Return the key that names the group."""
        return self._root[key]

    def times(self, key: str) -> int:
        """Return how often the group is printed."""
        return sum(member.times for member in self.members(key))

    def join(self, one: str, other: str) -> bool:
        """Make two groups one; False if they are one already, or may not be."""
        if self._root[one] == self._root[other] or not self.may_join(one, other):
            return False
        kept, gone = self._root[one], self._root[other]
        for member in self._members.pop(gone):
            self._root[member.key] = kept
            self._members[kept].append(member)
        return True

    def may_join(self, one: str, other: str) -> bool:
        """Tell whether nothing speaks against two groups being one person.

        Against it speak a person's word, agencies of different departments, and lists that name both.
        """
        ours, theirs = self.members(one), self.members(other)
        keys = {member.key for member in theirs}
        if any(self._apart.get(member.key, set()) & keys for member in ours):
            return False
        return not (_differ_in_agency(ours, theirs) or _stand_side_by_side(ours, theirs))

    def is_rare_beside(self, one: str, other: str) -> bool:
        """Tell whether `one` is printed so much less than `other` that it may be a misreading of it."""
        return self.times(other) >= _TIMES_MORE * self.times(one)


def _differ_in_agency(ours: list[Identity], theirs: list[Identity]) -> bool:
    one = frozenset[str]().union(*(member.agencies for member in ours))
    other = frozenset[str]().union(*(member.agencies for member in theirs))
    return bool(one and other) and not one & other


def _stand_side_by_side(ours: list[Identity], theirs: list[Identity]) -> bool:
    one = frozenset[int]().union(*(member.lists for member in ours))
    other = frozenset[int]().union(*(member.lists for member in theirs))
    return len(one & other) > _MOST_TOGETHER * min(len(one), len(other))
