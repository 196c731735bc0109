"""Tie appearances together: which are one message, what each answers, and which make a thread."""

from ingest.threads.marks import find_marks
from ingest.threads.parents import link_appearances
from ingest.threads.subjects import base_subject

__all__ = ["base_subject", "find_marks", "link_appearances"]
