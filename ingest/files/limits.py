"""How large, how many and how deep found files may be."""

from dataclasses import dataclass

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The bounds within which files are opened; what lies over them is kept, and not read."""

    max_bytes: int = 4 * _GIB  # of one file
    max_members: int = 10_000  # of one zip, with the zips in it
    max_unpacked_bytes: int = 16 * _GIB  # of one zip, with the zips in it
    max_ratio: int = 200  # unpacked to packed; real text and scans stay below 100
    max_depth: int = 3  # zips and mails within each other


class Allowance:
    """What is left of the limits of one outer file while it is unpacked."""

    def __init__(self, limits: FileLimits) -> None:
        self.limits = limits
        self.members = limits.max_members
        self.unpacked_bytes = limits.max_unpacked_bytes
