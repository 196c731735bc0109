"""Replay what people decided about a file's records each time it is read."""

from ingest.corrections.fields import FIELDS, check_codes, check_value
from ingest.corrections.replay import Standing, correct_messages, fit_to_messages, fit_to_pages

__all__ = ["FIELDS", "Standing", "check_codes", "check_value", "correct_messages", "fit_to_messages", "fit_to_pages"]
