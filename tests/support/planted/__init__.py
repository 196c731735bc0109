"""An archive in which every field that can reach a page holds a script that tells when it runs."""

from tests.support.planted.archive import REVIEW_TOKEN, open_planted
from tests.support.planted.marks import CALL, HOST, Marks

__all__ = ["CALL", "HOST", "REVIEW_TOKEN", "Marks", "open_planted"]
