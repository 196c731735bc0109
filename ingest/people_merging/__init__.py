"""Say which identities are one person, with what says so; a wrong merge is worse than none."""

from ingest.people_merging.identities import Identity, Merge
from ingest.people_merging.proposals import propose_merges

__all__ = ["Identity", "Merge", "propose_merges"]
