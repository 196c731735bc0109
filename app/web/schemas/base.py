"""What all schemas share: their base, and dates as precise as they were printed."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from app.database.models import DatePrecision, Message


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


UtcMoment = Annotated[datetime, AfterValidator(_with_zone)]  # rows keep UTC without saying so; JSON has "Z" (RFC 3339)


class Schema(BaseModel):
    """Something that a reader sees; the JSON of the API and the values of a page are the same."""

    model_config = ConfigDict(frozen=True)


class DateSummary(Schema):
    """A date as printed and as it was read."""

    printed: str | None  # None: no date is printed
    read: str | None  # ISO 8601, as precise as printed: "2012-09" or "2012-09-11T08:30"; None: not understood
    precision: DatePrecision | None
    utc_offset_min: int | None  # minutes east of UTC; None: no zone is printed, and none is assumed


_FORMATS = {
    DatePrecision.YEAR: "%Y",
    DatePrecision.MONTH: "%Y-%m",
    DatePrecision.DAY: "%Y-%m-%d",
    DatePrecision.MINUTE: "%Y-%m-%dT%H:%M",
    DatePrecision.SECOND: "%Y-%m-%dT%H:%M:%S",
}


def iso_date(moment: datetime | None, precision: DatePrecision | None) -> str | None:
    """Return the moment in ISO 8601, cut to what was printed; None if there is no moment."""
    if moment is None:
        return None
    # strftime("%Y") writes the year 987 without its zero on Linux: a misprint must stay a date
    pattern = _FORMATS[precision or DatePrecision.SECOND].replace("%Y", f"{moment.year:04d}")
    return moment.strftime(pattern)


def iso_day(moment: datetime | None) -> str | None:
    """Return the day of the moment in ISO 8601, or None."""
    return moment.date().isoformat() if moment else None


def printed_iso(message: Message) -> str | None:
    """Return a message's date in ISO 8601, cut to its precision, with an offset only if one is printed."""
    text = iso_date(message.sent_at, message.date_precision) if message.date_precision else None
    if text is None or message.utc_offset_min is None or "T" not in text:
        return text
    hours, minutes = divmod(abs(message.utc_offset_min), 60)
    return f"{text}{'-' if message.utc_offset_min < 0 else '+'}{hours:02}:{minutes:02}"
