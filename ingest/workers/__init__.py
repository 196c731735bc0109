"""Read each file in a process of its own limits, so that none can stop the run."""

from ingest.workers.crew import read_in_workers
from ingest.workers.limits import WorkerLimits

__all__ = ["WorkerLimits", "read_in_workers"]
