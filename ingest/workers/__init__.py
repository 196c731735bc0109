"""Read each file in a process of its own limits, so that none can stop the run."""

from ingest.workers.answers import keep_pages, kept_pages
from ingest.workers.crew import read_in_workers
from ingest.workers.limits import WorkerLimits

__all__ = ["WorkerLimits", "keep_pages", "kept_pages", "read_in_workers"]
