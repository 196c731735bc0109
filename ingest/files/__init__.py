"""Find, hash and tell apart the files of a release; unpack zips."""

from ingest.files.finding import account, find_attached, find_files, find_kept
from ingest.files.kinds import find_kind
from ingest.files.limits import FileLimits
from ingest.files.zips import clean_name

__all__ = ["FileLimits", "account", "clean_name", "find_attached", "find_files", "find_kept", "find_kind"]
