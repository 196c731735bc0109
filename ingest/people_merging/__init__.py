"""Say which identities are one person, with what says so; a wrong merge is worse than none."""

from ingest.people_merging.addresses import Domains
from ingest.people_merging.identities import Identity, Merge
from ingest.people_merging.proposals import find_candidates, propose_merges

__all__ = ["Domains", "Identity", "Merge", "find_candidates", "propose_merges"]
