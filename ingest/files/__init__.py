"""Find, hash and tell apart the files of a release; unpack zips."""

from ingest.files.finding import account, find_attached, find_files
from ingest.files.kinds import find_kind
from ingest.files.limits import FileLimits

__all__ = ["FileLimits", "account", "find_attached", "find_files", "find_kind"]
