"""Drawn boxes: what withholds on a page, and the words that were left under it; and pages as pdfminer reads them."""

from ingest.geometry.seeing import read_by_pdfminer, see_boxes, see_picture

__all__ = ["read_by_pdfminer", "see_boxes", "see_picture"]
