"""Tell an address that OCR misread from one that belongs to somebody else."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.people_merging.glyphs import SIMILAR, is_one_edit, similarity, skeleton
from ingest.people_merging.names import PersonName, agree, middles_agree

# Endings of real domains; any other is a misreading: "state.govj", "clintonemail.corn".
_ENDINGS = frozenset(["com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "arpa", "coop", "museum"])
_DOMAIN_TIMES_MORE = 3
_SHORTEST_LOCAL = 6  # letters before the @ that are enough without a name


class Domains:
    """The domains of a record: which are real, and which a misreading of a real one."""

    def __init__(self, addresses: Iterable[tuple[str, int]]) -> None:
        """Take every address and how often it is printed."""
        self._times: Counter[str] = Counter()
        for address, times in addresses:
            self._times[address.rpartition("@")[2]] += times
        self._known: dict[tuple[str, str], bool] = {}

    def are_one(self, one: str, other: str) -> bool:
        """Tell whether two domains are the same, or one is a misreading of the other."""
        if one == other:
            return True
        pair = (one, other) if one < other else (other, one)
        if pair not in self._known:
            self._known[pair] = self._is_misread(one, other) or self._is_misread(other, one)
        return self._known[pair]

    def _is_misread(self, rare: str, real: str) -> bool:
        if self._times[real] < _DOMAIN_TIMES_MORE * self._times[rare] or not _has_real_ending(real):
            return False
        if skeleton(rare).replace(".", "") == skeleton(real).replace(".", ""):
            return True
        if _has_real_ending(rare):
            return False
        return (rare.startswith(real) and len(rare) <= len(real) + 2) or _are_near(skeleton(rare), skeleton(real))


def is_misread_address(
    rare: tuple[str, Sequence[PersonName]], real: tuple[str, Sequence[PersonName]], domains: Domains
) -> float:
    """Return how sure it is that OCR made the first address of the second, 0 if it is not.

    Each comes with the names printed with it. Two addresses of one domain are two people, unless they
    look alike to OCR, or look similar and carry the same name with the same middle name.
    """
    (address, names), (other, other_names) = rare, real
    local, _, domain = address.rpartition("@")
    other_local, _, other_domain = other.rpartition("@")
    if not domains.are_one(domain, other_domain) or _contradict(names, other_names):
        return 0
    has_name = bool(names) and bool(other_names)
    if local == other_local:
        return 0.95
    if skeleton(local) == skeleton(other_local):
        if has_name:
            return 0.95
        return 0.85 if len(local) >= _SHORTEST_LOCAL else 0
    if _share_full_name(names, other_names) and _is_similar(address, other):
        return 0.9
    if local.replace("0", "d") == other_local and any(agree(one, two) for one in names for two in other_names):
        return 0.9  # "millsc0"
    return 0


def _is_similar(address: str, other: str) -> bool:
    """Tell whether two addresses look similar; a number behind the name tells namesakes apart: "roeja2"."""
    local, other_local = address.rpartition("@")[0], other.rpartition("@")[0]
    if local.rstrip("0123456789") == other_local.rstrip("0123456789"):
        return False
    return local[:2] == other_local[:2] and similarity(address, other) >= SIMILAR


def _has_real_ending(domain: str) -> bool:
    ending = domain.rpartition(".")[2]
    return ending in _ENDINGS or len(ending) == 2


def _are_near(one: str, other: str) -> bool:
    return is_one_edit(one, other) or (one[:4] == other[:4] and similarity(one, other) >= 0.9)


def _contradict(names: Sequence[PersonName], others: Sequence[PersonName]) -> bool:
    """Tell whether no name of the one can be a name of the other."""
    if not names or not others:
        return False
    return not any(
        one.given[:1] == other.given[:1]
        and middles_agree(skeleton(one.middle), skeleton(other.middle))
        and similarity(one.family, other.family) >= SIMILAR
        for one in names
        for other in others
    )


def _share_full_name(names: Sequence[PersonName], others: Sequence[PersonName]) -> bool:
    return any(
        one.middle and skeleton(one.middle) == skeleton(other.middle) and one.pair == other.pair
        for one in names
        for other in others
    )
