"""Read a date as a header prints it."""

from ingest.dates.parsing import count_day_orders, decide_day_first, parse_date, weekday_fits

__all__ = ["count_day_orders", "decide_day_first", "parse_date", "weekday_fits"]
