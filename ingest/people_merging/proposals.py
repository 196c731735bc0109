"""Propose which identities are one person, the surest evidence first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations

from ingest.people_merging.addresses import Domains, is_misread_address
from ingest.people_merging.glyphs import SIMILAR, is_one_edit, similarity, skeleton
from ingest.people_merging.groups import Groups
from ingest.people_merging.identities import Identity, Merge
from ingest.people_merging.names import PersonName, agree, middles_agree, read_name

_LONGEST_BLOCK = 400  # identities that are compared each with each: more share too common a name
_SHORTEST_LIST = 8  # letters of a role or list of which a variant can be told
_SHORTEST_TOKEN = 5  # letters of a name's word of which a variant can be told

_Pair = tuple[Identity, Identity]


def propose_merges(
    identities: Collection[Identity],
    *,
    domains: Domains | None = None,
    joined: Iterable[tuple[str, str]] = (),
    apart: Collection[frozenset[str]] = (),
) -> list[Merge]:
    """Return the merges among identities.

    `joined` and `apart` are a person's word for pairs of keys. `domains` are those of the whole record;
    None: these are all identities there are.
    """
    groups = Groups(identities, apart)
    keys = {each.key for each in identities}
    for one, other in joined:
        if one in keys and other in keys:
            groups.join(one, other)
    domains = domains or Domains((each.address, each.times) for each in identities if each.address)
    return list(_Weighing(identities, groups, domains).merges())


def find_candidates(names: Collection[tuple[str, str, str | None]], changed: Collection[str]) -> set[str]:
    """Return the keys that could be the same as one of the changed ones, and those themselves.

    Everyone comes with key, name and address (None: known by name alone).
    """
    blocks = {key: _blocks_of(name, address) for key, name, address in names}
    touched = {block for key in changed for block in blocks.get(key, ())}
    return {key for key, own in blocks.items() if not touched.isdisjoint(own)}


class _Weighing:
    """One pass over identities, rule by rule."""

    def __init__(self, identities: Collection[Identity], groups: Groups, domains: Domains) -> None:
        self._identities = sorted(identities, key=lambda each: (-each.times, each.key))
        self._groups = groups
        self._domains = domains
        self._counts = {each.key: _count_names(each) for each in identities}
        self._names = {key: _ranked(counts) for key, counts in self._counts.items()}
        self._middles = self._count_middles()
        self._owned: dict[tuple[str, str], list[tuple[Identity, PersonName]]] = defaultdict(list)
        for each in self._identities:
            for name in self._own_names(each) if each.address else ():
                self._owned[name.pair].append((each, name))

    def merges(self) -> Iterator[Merge]:
        """Yield the merges; each rule knows what those before it joined."""
        yield from self._take(self._addressed_pairs(), self._misread_address)
        for bare in self._identities:
            if bare.address is None and (merge := self._name_with_address(bare)):
                yield merge
        yield from self._take(self._pairs(self._by_pair), self._middle_left_out)
        yield from self._take(self._pairs(self._by_look), self._misread_name)
        yield from self._take(self._pairs(self._by_list), self._misread_list)

    def _take(self, pairs: Iterable[_Pair], rule: Callable[[Identity, Identity], Merge | None]) -> Iterator[Merge]:
        """Yield what a rule says of pairs (the rarer first), the most frequent first, and join them."""
        for rare, real in sorted(pairs, key=lambda pair: (-pair[1].times, -pair[0].times, pair[1].key, pair[0].key)):
            if self._groups.root(rare.key) == self._groups.root(real.key):
                continue
            merge = rule(rare, real)
            if merge and self._groups.join(real.key, rare.key):
                yield merge

    def _pairs(self, block_of: Callable[[Identity], Iterable[object]]) -> Iterator[_Pair]:
        blocks: dict[object, list[Identity]] = defaultdict(list)
        for identity in self._identities:
            for block in block_of(identity):
                blocks[block].append(identity)
        for block in blocks.values():
            if len(block) <= _LONGEST_BLOCK:
                yield from ((rare, real) for real, rare in combinations(block, 2))

    def _addressed_pairs(self) -> Iterator[_Pair]:
        return self._pairs(lambda each: _address_blocks(each.address) if each.address else ())

    def _by_pair(self, identity: Identity) -> Iterable[object]:
        return {name.pair for name in self._own_names(identity)}

    def _by_look(self, identity: Identity) -> Iterable[object]:
        for name in self._own_names(identity)[:1]:
            yield "family", skeleton(name.family), name.given[:1]
            yield "given", name.given, name.family[:1], name.middle[:1]
            yield "whole", _look(name)

    def _own_names(self, identity: Identity) -> tuple[PersonName, ...]:
        """Return the names that are an identity's own; those that do not fit its address are left out."""
        names = self._names[identity.key]
        return names if identity.address is None else tuple(_owners(identity.address, names))

    def _by_list(self, identity: Identity) -> Iterable[object]:
        main = _main_name(identity)
        if not self._names[identity.key] and main and identity.address is None:
            look = skeleton(main)
            if len(look) >= _SHORTEST_LIST:
                yield look

    def _misread_address(self, rare: Identity, real: Identity) -> Merge | None:
        if not (rare.address and real.address and self._groups.is_rare_beside(rare.key, real.key)):
            return None
        confidence = is_misread_address(
            (rare.address, self._names[rare.key]), (real.address, self._names[real.key]), self._domains
        )
        times = f"{rare.address} is printed {_times(rare.times)}, {real.address} {_times(real.times)}"
        return Merge(rare.key, real.key, f"read alike: {times}", confidence) if confidence else None

    def _name_with_address(self, bare: Identity) -> Merge | None:
        """Link a name without address to the one address with which it is printed."""
        for name in self._names[bare.key][:1]:
            found = [each for each, other in self._owned[name.pair] if agree(name, other)]
            if name.middle:
                same = [each for each in found if any(other == name for other in self._names[each.key])]
                found = same or found
            elif len(self._middles[name.pair]) > 1:
                return None
            if not found or len({self._groups.root(each.key) for each in found}) > 1:
                return None
            real = max(found, key=lambda each: each.times)
            if self._groups.join(real.key, bare.key):
                counts = self._counts[real.key]
                both = sum(times for other, times in counts.items() if agree(name, other))
                exact = name in counts
                evidence = (
                    f"“{_main_name(bare)}” is printed with {real.address} {_times(both)}, and with no other address"
                )
                return Merge(bare.key, real.key, evidence, 0.95 if exact else 0.9)
        return None

    def _middle_left_out(self, rare: Identity, real: Identity) -> Merge | None:
        (one, *_), (other, *_) = self._own_names(rare), self._own_names(real)
        if not agree(one, other) or len(self._middles[one.pair]) > 1:
            return None
        if not self._may_share_name(rare, real, one) or not _have_company(rare, real):
            return None
        names = f"“{_main_name(rare)}” and “{_main_name(real)}”"
        if one == other:
            return Merge(rare.key, real.key, f"the same name: {names}, in emails with the same people", 0.9)
        evidence = f"{names}: no other middle name is printed, and both stand in emails with the same people"
        return Merge(rare.key, real.key, evidence, 0.85)

    def _misread_name(self, rare: Identity, real: Identity) -> Merge | None:
        if not self._groups.is_rare_beside(rare.key, real.key):
            return None
        (one, *_), (other, *_) = self._own_names(rare), self._own_names(real)
        if one.given[:1] != other.given[:1] or not self._may_share_name(rare, real, other):
            return None
        confidence = _likeness(one, other, rare, real)
        evidence = (
            f"read alike: “{_main_name(rare)}” is printed {_times(rare.times)}, "
            f"“{_main_name(real)}” {_times(real.times)}"
        )
        return Merge(rare.key, real.key, evidence, confidence) if confidence else None

    def _misread_list(self, rare: Identity, real: Identity) -> Merge | None:
        if not self._groups.is_rare_beside(rare.key, real.key):
            return None
        evidence = (
            f"read alike: “{_main_name(rare)}” is printed {_times(rare.times)}, "
            f"“{_main_name(real)}” {_times(real.times)}"
        )
        return Merge(rare.key, real.key, evidence, 0.85)

    def _may_share_name(self, one: Identity, other: Identity, name: PersonName) -> bool:
        """Tell whether a name may join two groups: at most one of them has an address, and no third has it too."""
        addressed = {self._groups.root(key) for key in (one.key, other.key) if self._has_address(key)}
        owners = {self._groups.root(each.key) for each, owned in self._owned[name.pair] if agree(name, owned)}
        return len(addressed) < 2 and (not addressed or owners <= addressed)

    def _has_address(self, key: str) -> bool:
        return any(each.address for each in self._groups.members(key))

    def _count_middles(self) -> dict[tuple[str, str], set[str]]:
        """Return the middle names printed for each name, those that OCR takes for each other as one."""
        middles: dict[tuple[str, str], set[str]] = defaultdict(set)
        for names in self._names.values():
            for name in names:
                if name.middle:
                    middles[name.pair].add(skeleton(name.middle)[:1])
        return middles


def _likeness(one: PersonName, other: PersonName, rare: Identity, real: Identity) -> float:
    """Return how sure it is that OCR made the first name of the second, 0 if it is not."""
    if _look(one) == _look(other) or (
        skeleton(one.family) == skeleton(other.family)
        and skeleton(one.given) == skeleton(other.given)
        and middles_agree(skeleton(one.middle), skeleton(other.middle))
    ):
        return 0.9
    if not _keep_company(rare, real):
        return 0
    same_middle = bool(one.middle) and skeleton(one.middle) == skeleton(other.middle)
    if one.given == other.given and same_middle and _are_variants(one.family, other.family):
        return 0.85
    if one.family == other.family and same_middle and _are_variants(one.given, other.given):
        return 0.8
    return 0


def _are_variants(one: str, other: str) -> bool:
    """Tell whether two words may be one, misread: "Daniel" and "Danielle", "Hansen" and "Hanson" are not."""
    if min(len(one), len(other)) < _SHORTEST_TOKEN or similarity(one, other) < SIMILAR:
        return False
    first, second = skeleton(one), skeleton(other)
    return is_one_edit(first, second) and first[-2:] == second[-2:]


def _look(name: PersonName) -> str:
    """Return the name as OCR sees it: "Jacobi Sullivan" may be "Jacob J Sullivan"."""
    return f"{skeleton(name.family)} {skeleton(name.given + name.middle)}"


def _count_names(identity: Identity) -> Counter[PersonName]:
    counts: Counter[PersonName] = Counter()
    for text, times in identity.names.items():
        if name := read_name(text):
            counts[name] += times
    return counts


def _ranked(counts: Counter[PersonName]) -> tuple[PersonName, ...]:
    """Return the names, the most frequent first."""
    return tuple(sorted(counts, key=lambda name: (-counts[name], name.family, name.given, name.middle)))


def _owners(address: str, names: Sequence[PersonName]) -> Iterator[PersonName]:
    """Yield those names printed with an address that fit it: a list that was split wrongly pairs strangers."""
    local = skeleton(address.rpartition("@")[0])
    for name in names:
        parts = [skeleton(part)[:4] for part in (name.family, name.given) if len(part) >= 3]
        if any(part in local for part in parts):
            yield name


def _have_company(one: Identity, other: Identity) -> bool:
    """Tell whether two identities share an agency, or someone who stands in emails with both."""
    return bool(one.agencies & other.agencies or one.circle & other.circle)


def _keep_company(rare: Identity, real: Identity) -> bool:
    """Tell whether at least half of those around the rarer one are around the other too."""
    shared = rare.circle & real.circle
    return len(shared) >= 2 and 2 * len(shared) >= len(rare.circle)


def _main_name(identity: Identity) -> str:
    names = identity.names
    return min(names, key=lambda name: (-names[name], name), default="")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _address_blocks(address: str) -> Iterator[str]:
    local, _, _ = address.rpartition("@")
    yield skeleton(local)[:2]


def _blocks_of(text: str, address: str | None) -> list[str]:
    """Return the blocks of all that an identity could be the same as."""
    blocks = [f"local {block}" for block in _address_blocks(address)] if address else []
    if name := read_name(text):
        return [*blocks, f"family {skeleton(name.family)}", f"given {name.given} {name.family[:1]}"]
    return [*blocks, f"list {skeleton(text)}"]
