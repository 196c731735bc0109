"""What stands in releases beside emails: attachments, memos, letters, faxes, cables, indexes, cover sheets."""

from collections.abc import Callable
from random import Random

from tests.support.forge.mails import ENGLISH
from tests.support.forge.people import invent_person
from tests.support.forge.press import Press, Run
from tests.support.forge.truth import Truth


def _memo_lines(rng: Random) -> list[tuple[str, str]]:
    to, sender = invent_person(rng), invent_person(rng)
    return [
        ("TO:", f"{to.plain}, Director"),
        *([("THRU:", invent_person(rng).plain)] if rng.random() < 0.5 else []),
        ("FROM:", f"{sender.plain}, {sender.agency}"),
        ("DATE:", f"March {rng.randint(1, 28)}, 2014"),
        ("SUBJECT:", "Options for the lower basin"),
    ]


def set_memo(press: Press, rng: Random) -> Truth:
    """Set a memo: To before From, a date without a time."""
    press.line(Run((press.left + press.right) / 2 - 50, "MEMORANDUM", bold=True, size=press.dress.size + 3))
    press.gap()
    places = [
        press.line(Run(press.left, label, "label", bold=True), Run(press.left + press.dress.tab, value, "value"))
        for label, value in _memo_lines(rng)
    ]
    _set_text(press, rng)
    return Truth(*places[0], kind="memo")


def set_note(press: Press, rng: Random) -> Truth:
    """Set a note with For, From and Re."""
    place = press.text(f"For: {invent_person(rng).plain}")
    press.text(f"From: {invent_person(rng).plain}")
    press.text("Re: What the county wants")
    _set_text(press, rng)
    return Truth(*place, kind="memo")


def set_letter(press: Press, rng: Random) -> Truth:
    """Set a letter that was sent by email and is none."""
    place = press.text("HARBOR BOARD", bold=True)
    press.text("12 Quay Street, Room 400")
    press.gap()
    press.text(f"June {rng.randint(1, 28)}, 2018")
    press.text(f"Sent via email - {invent_person(rng).address}")
    press.gap()
    press.text(f"Dear {invent_person(rng).plain}:")
    _set_text(press, rng)
    press.text("Sincerely,")
    press.text(invent_person(rng).plain)
    return Truth(*place, kind="letter")


def set_fax(press: Press, rng: Random) -> Truth:
    """Set a fax's cover."""
    place = press.line(Run(press.left, "FAX TRANSMITTAL", bold=True, size=16))
    for label, value in (
        ("To:", invent_person(rng).plain),
        ("From:", invent_person(rng).plain),
        ("Fax:", "(555) 010-4477"),
        ("Pages:", "3 including cover"),
        ("Date:", f"4/{rng.randint(1, 28)}/2012"),
        ("Re:", "Signed permit"),
    ):
        press.line(Run(press.left, label, "label", bold=True), Run(press.left + 90, value, "value"))
    _set_text(press, rng)
    return Truth(*place, kind="fax")


def set_cable(press: Press, rng: Random) -> Truth:
    """Set a cable."""
    place = press.text("MRN: 12 HARBOR 4417")
    press.text("Date/DTG: Nov 30, 2012 / 301441Z NOV 12")
    press.text("From: HARBOR BOARD FIELD OFFICE")
    press.text("Action: WASHDC, BOARD ROUTINE")
    press.text("E.O.: 13526")
    press.text("TAGS: SENV, EWWT")
    press.text("Subject: LOWER BASIN READINGS FOR NOVEMBER")
    _set_text(press, rng)
    return Truth(*place, kind="cable")


def set_index(press: Press, rng: Random) -> Truth:
    """Set an index of withheld documents."""
    place = press.text("INDEX OF WITHHELD DOCUMENTS", bold=True)
    for number in range(1, 7):
        sender, reader = invent_person(rng), invent_person(rng)
        press.gap(0.5)
        press.text(
            f"{number}  3/{number}/2014  Email from {sender.plain} to {reader.plain} re: draft permit  (b)(5)  2 pp."
        )
    return Truth(*place, kind="index")


def set_cover_sheet(press: Press, rng: Random) -> Truth:
    """Set a sheet between two parts of a production."""
    press.gap(12)
    place = press.line(Run((press.left + press.right) / 2 - 60, f"EXHIBIT {rng.randint(1, 40)}", bold=True, size=24))
    return Truth(*place, kind="cover_sheet")


def set_spreadsheet(press: Press, rng: Random) -> Truth:
    """Set a page of a table."""
    columns = [press.left + offset for offset in (0, 120, 220, 320)]
    place = press.line(
        *(Run(x, title, bold=True) for x, title in zip(columns, ("Station", "Date", "Level", "To"), strict=True))
    )
    for row in range(rng.randint(10, 30)):
        cells = (
            f"Station {row + 1}",
            f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/2014",
            f"{rng.random() * 9:.2f}",
            "Roe",
        )
        press.line(*(Run(x, cell) for x, cell in zip(columns, cells, strict=True)))
    return Truth(*place, kind="attachment")


def set_draft(press: Press, rng: Random) -> Truth:
    """Set an attached text of some length."""
    place = press.line(
        Run(press.left, "DRAFT - Sampling plan for the lower basin", bold=True, size=press.dress.size + 3)
    )
    for _ in range(rng.randint(1, 4)):
        _set_text(press, rng)
    return Truth(*place, kind="attachment")


def _set_text(press: Press, rng: Random) -> None:
    press.gap()
    for paragraph in ENGLISH.paragraphs(rng, rng.randint(2, 5)):
        press.text(paragraph)
        press.gap()


SetPaper = Callable[[Press, Random], Truth]
STRANGERS: tuple[SetPaper, ...] = (set_memo, set_letter, set_fax, set_cable, set_index, set_cover_sheet)
ENCLOSURES: tuple[SetPaper, ...] = (set_memo, set_note, set_letter, set_spreadsheet, set_draft)
