"""The one writer of records: what was read becomes rows, in one transaction a file."""

from ingest.load.corrections import load_corrections
from ingest.load.documents import PIPELINE_VERSION, find_read, known_attachments, link_file, store_document
from ingest.load.releases import load_agencies, store_release

__all__ = [
    "PIPELINE_VERSION",
    "find_read",
    "known_attachments",
    "link_file",
    "load_agencies",
    "load_corrections",
    "store_document",
    "store_release",
]
