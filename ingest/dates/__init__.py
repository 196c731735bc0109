"""Read a date as a header prints it."""

from ingest.dates.parsing import decide_day_first, parse_date, weekday_fits

__all__ = ["decide_day_first", "parse_date", "weekday_fits"]
