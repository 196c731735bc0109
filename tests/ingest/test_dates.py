from datetime import datetime

import pytest

from ingest.dates import parse_date
from ingest.records import DatePrecision


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Wednesday, September 12, 2012 10:16 AM", datetime(2012, 9, 12, 10, 16)),
        ("Sat Jul 11 15:02:19 2009", datetime(2009, 7, 11, 15, 2, 19)),
        ("Sun, 12 Apr 2009 18:53:03 -0400", datetime(2009, 4, 12, 18, 53, 3)),
        ("10 November 2015 18:16", datetime(2015, 11, 10, 18, 16)),
        ("Thu 1/26/2012 6:09 PM", datetime(2012, 1, 26, 18, 9)),
        ("12/2/2017 9:16:25 PM", datetime(2017, 12, 2, 21, 16, 25)),
        ("Wed, Jul 2, 2025 at 2:06 PM", datetime(2025, 7, 2, 14, 6)),
        ("2020-03-05 14:53:12Z", datetime(2020, 3, 5, 14, 53, 12)),
        ("19 juin 2012 09:38:22 UTC+04:00", datetime(2012, 6, 19, 9, 38, 22)),
        ("9/2/2010 1:07:36 P.M. Eastern Daylight Time", datetime(2010, 9, 2, 13, 7, 36)),
        ("Friday, January 9, 2015 at 17:05 PM", datetime(2015, 1, 9, 17, 5)),
        ("January 1, 2013 12:00 AM", datetime(2013, 1, 1)),
    ],
)
def test_reads_the_formats_of_mail_programs(text: str, wall: datetime) -> None:
    assert parse_date(text).wall == wall


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Friday, May 6, 20111:53 AM", datetime(2011, 5, 6, 1, 53)),
        ("Sunday, July 24, 201110:06 AM", datetime(2011, 7, 24, 10, 6)),
        ("Fri Aug 0714:33:37 2009", datetime(2009, 8, 7, 14, 33, 37)),
        ("Saturday, September 15, 2012 3:50 PIVI", datetime(2012, 9, 15, 15, 50)),
        ("June O8, ZU11", datetime(2011, 6, 8)),
        ("Thursday, September 13, 2012 747 AM", datetime(2012, 9, 13, 7, 47)),
        ("Sunday, March 27, 201i 9:05 PM", datetime(2011, 3, 27, 21, 5)),
    ],
)
def test_mends_what_ocr_broke(text: str, wall: datetime) -> None:
    assert parse_date(text).wall == wall


@pytest.mark.parametrize(
    ("text", "offset_min"),
    [
        ("Fri, 6 Mar 2020 03:49:45 +0000", 0),
        ("Fri, 6 Mar 2020 03:49:45 -0530", -330),
        ("January 22, 2012 11:58:26 AM CST", -360),
        ("Sat, Oct 29, 2011 00:03:21 GMT+00:00", 0),
        ("Wednesday, September 12, 2012 10:16 AM", None),
        ("Sat Jul 11 15:02:19 2009", None),
    ],
)
def test_has_an_offset_only_where_one_is_printed(text: str, offset_min: int | None) -> None:
    assert parse_date(text).utc_offset_min == offset_min


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2012", DatePrecision.YEAR),
        ("September 2012", DatePrecision.MONTH),
        ("September 11, 2012", DatePrecision.DAY),
        ("September 11, 2012 8:00 AM", DatePrecision.MINUTE),
        ("Tue, 11 Sep 2012 08:00:30", DatePrecision.SECOND),
    ],
)
def test_is_as_precise_as_the_print(text: str, precision: DatePrecision) -> None:
    assert parse_date(text).precision is precision


def test_the_weekday_decides_the_order_of_day_and_month() -> None:
    assert parse_date("Tuesday 03/04/2012 9:00").wall == datetime(2012, 4, 3, 9)


@pytest.mark.parametrize("text", ["FYI", "", "call me at 5", "version 2.0"])
def test_invents_no_date(text: str) -> None:
    assert parse_date(text).wall is None
