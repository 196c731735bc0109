"""Drawn boxes: what withholds on a page, and the words that were left under it."""

from ingest.geometry.seeing import see_boxes

__all__ = ["see_boxes"]
