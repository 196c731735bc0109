"""What people decided about lines of a document: it holds, whatever the lines look like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.headers import HeaderBlock, Spot
from ingest.records import Decision, Level

_LINES_ABOVE = 2  # a person points at the owner's name or the separator, and means the header below it
_LEVELS = {Decision.EMAIL: Level.PRINTED, Decision.QUOTED: Level.QUOTED, Decision.NO_EMAIL: None}

FindBlocks = Callable[[Sequence[Spot]], list[HeaderBlock]]


class Decided:
    """The decisions about one document, by index among its spots."""

    def __init__(self, spots: Sequence[Spot], decided: Mapping[tuple[int, int], Decision]) -> None:
        """Look up the lines; of a line that is furniture now, the next one on its page counts."""
        self._spots = spots
        found = ((_index(spots, place), decision) for place, decision in decided.items())
        self._decisions = {index: decision for index, decision in found if index is not None}
        self._owners: dict[int, tuple[int, Decision]] = {}  # start of a block -> what was decided about it, and where

    def find_blocks(self, find: FindBlocks) -> list[HeaderBlock]:
        """Return the blocks that `find` sees, none of which reaches over a line on which an email begins.

        Each such line has a block, if an empty one.
        """
        starts = sorted(index for index, decision in self._decisions.items() if decision is Decision.EMAIL)
        blocks: list[HeaderBlock] = []
        for begin, end in pairwise(sorted({0, *starts, len(self._spots)})):
            found = [_moved(block, begin) for block in find(self._spots[begin:end])]
            if begin in starts:
                if found and found[0].start - begin <= _LINES_ABOVE:
                    found[0] = replace(found[0], start=begin)  # the lines above are part of what is printed
                else:
                    found.insert(0, HeaderBlock(begin, begin, {}, (), "en", tab_stop=False, kind="decided"))
                self._owners[begin] = (begin, Decision.EMAIL)
            blocks += found
        self._own_others(blocks)
        return blocks

    def about(self, block: HeaderBlock) -> tuple[int, Decision | None]:
        """Return where something was decided about a block, and what; its first line and None if nothing was."""
        return self._owners.get(block.start, (block.start, None))

    def level(self, decision: Decision | None, read: Level) -> Level | None:
        """Return the level that was decided, None for no email; without a decision what was read."""
        return read if decision is None else _LEVELS[decision]

    def _own_others(self, blocks: Sequence[HeaderBlock]) -> None:
        """Give each line that was joined or put aside to the block on it, or just below it."""
        for index, decision in self._decisions.items():
            if decision is Decision.EMAIL:
                continue
            near = [block for block in blocks if block.start - _LINES_ABOVE <= index < block.end]
            on_it = [block for block in near if block.start <= index]
            for block in (on_it or near)[:1]:
                self._owners[block.start] = (index, decision)


def _index(spots: Sequence[Spot], place: tuple[int, int]) -> int | None:
    """Return the index of the first spot of the page that is on this line, from 1, or below it."""
    page, line = place
    return next((n for n, spot in enumerate(spots) if spot.page == page and spot.row >= line - 1), None)


def _moved(block: HeaderBlock, by: int) -> HeaderBlock:
    lines = {label: [index + by for index in indexes] for label, indexes in block.lines.items()}
    return replace(block, start=block.start + by, end=block.end + by, lines=lines)
