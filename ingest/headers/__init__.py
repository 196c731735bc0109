"""Read the header block of a printed email."""

from ingest.headers.block import HeaderBlock, find_header_blocks
from ingest.headers.spots import Spot
from ingest.headers.values import read_headers

__all__ = ["HeaderBlock", "Spot", "find_header_blocks", "read_headers"]
