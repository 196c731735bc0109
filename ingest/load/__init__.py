"""The one writer of records: what was read becomes rows, in one transaction a file."""

from ingest.load.corrections import load_corrections
from ingest.load.day_order import settle_day_order
from ingest.load.documents import (
    PIPELINE_VERSION,
    accept_document,
    add_pages,
    begin_document,
    find_read,
    known_attachments,
    link_file,
    store_document,
)
from ingest.load.merging import merge_found_people
from ingest.load.releases import load_agencies, store_release
from ingest.load.threads import link_waiting, unlink_all
from ingest.load.turns import write

__all__ = [
    "PIPELINE_VERSION",
    "accept_document",
    "add_pages",
    "begin_document",
    "find_read",
    "known_attachments",
    "link_file",
    "link_waiting",
    "load_agencies",
    "load_corrections",
    "merge_found_people",
    "settle_day_order",
    "store_document",
    "store_release",
    "unlink_all",
    "write",
]
