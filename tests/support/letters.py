"""Four entries that hold what queries are asked about, and how tests ask."""

from dataclasses import replace
from datetime import date, datetime

from app.search.index import Search, SearchIndex
from app.search.query import Node, Trait, parse
from tests.support.entries import make_entry, number_entries

LETTERS = number_entries(
    [
        make_entry(
            "budget",
            "Please do not proceed with the water main investigations.",
            subject="FY2018 budget",
            sender="Mills, Cheryl D <MillsCD@state.gov>",
            sender_key="mills",
            to="Sullivan, Jacob J <SullivanJJ@state.gov>\nRice, Susan",
            cc="Rice, Susan",
            participants="Mills, Cheryl D <MillsCD@state.gov>\nSullivan, Jacob J <SullivanJJ@state.gov>\nRice, Susan",
            participant_keys=("mills", "sullivan", "rice"),
            recipient_keys=("rice", "sullivan"),
            releases=("clinton",),
            agencies=("hhs", "hhs-nih"),
            attachments="Contracts.docx\nscan.pdf",
            traits=(Trait.ATTACHMENT, Trait.REDACTION),
            first_page=1,
            last_page=3,
            bates_numbers=("STATE-SCB0045247",),
            exemptions=("(b)(5)", "(b)(7)(E)"),
            day="2012-09-11",
        ),
        make_entry(
            "picnic",
            "Do proceed. The women of AT&T walk to the main water wheel; W-2 forms under 5 U.S.C. 552.",
            traits=(Trait.QUOTED,),
            first_page=4,
            last_page=4,
            quoted_text="Café résumé from jane@dea.usdoj.gov, a well-known e-mail.",
            subject="Picnic on the Potomac",
            sender="Sullivan, Jacob J",
            sender_key="sullivan",
            participants="Sullivan, Jacob J\nMills, Cheryl D",
            participant_keys=("sullivan", "mills"),
            releases=("clinton", "vendor"),
            agencies=("doj",),
            day="2012-10-02",
        ),
        make_entry(
            "month",
            "The woman wrote “I don’t know” about Benghazi and Ｌｉｂｙａ.",
            subject="",
            releases=("vendor",),
            traits=(Trait.WITHHELD_SENDER, Trait.REDACTION),
            first_day=date(2013, 2, 1),
            last_day=date(2013, 2, 28),
            sent_at=datetime(2013, 2, 1),
        ),
        make_entry(
            "page/1",
            "A cover letter. Withheld under (b) (5) in part; b 7 f.",
            bates_numbers=("S-1",),
            first_page=12,
            last_page=12,
        ),
    ]
)


def keys(index: SearchIndex, query: str | Node, **options: object) -> list[str]:
    """Return the keys of the first page that a query, or a tree, finds."""
    tree = parse(query).tree if isinstance(query, str) else query
    return list(index.search(Search(tree, **options)).keys)  # type: ignore[arg-type]


def read_pages(index: SearchIndex, search: Search) -> list[str]:
    """Return the keys of all pages."""
    found: list[str] = []
    while True:
        matches = index.search(search)
        found += matches.keys
        if matches.after is None:
            return found
        search = replace(search, after=matches.after)
