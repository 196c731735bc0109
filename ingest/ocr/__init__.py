"""Read the pictures of pages: whole pages without a text layer, and what old text layers lost of headers."""

from ingest.ocr.engine import OcrChoice, OcrPlan, open_engine
from ingest.ocr.lost_values import read_lost_values
from ingest.ocr.pictures import PagePictures
from ingest.ocr.scans import read_scans, unread_reason
from ingest.ocr.turning import turn_back

__all__ = [
    "OcrChoice",
    "OcrPlan",
    "PagePictures",
    "open_engine",
    "read_lost_values",
    "read_scans",
    "turn_back",
    "unread_reason",
]
