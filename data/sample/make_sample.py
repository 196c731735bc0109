"""Make the sample release and its truth from emails.toml and papers.toml; the same bytes every time.

    python data/sample/make_sample.py [FOLDER]

Writes `release/*.pdf`, `release/native/*.eml` and `truth.jsonl` into FOLDER, by default beside this script.
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from correspondence import Email, read_emails
from native import native_mail, native_truth
from typeset import BOLD, LEFT, VALUE_X, Sheets, Spot, Style, visible

HERE = Path(__file__).parent
SCAN = HERE / "signed-form.jpg"
SCAN_BATES = "RR-DEA-000031"
OWNERS = {1: "Thistlewood, Marigold T.", 2: "Underhill, Casper J."}
_HEAD = Style(VALUE_X, size=10, leading=13)
_HEAD_LABEL = Style(LEFT, size=10, leading=13)
_QUOTED_HEAD = Style(LEFT, size=10, leading=13)
_BODY = Style()
_PAPER = Style(LEFT + 18, "Times-Roman", 12, 15)


@dataclass(slots=True)
class Part:
    """One PDF while it is written, with the truth of what stands in it."""

    sheets: Sheets
    truth: list[dict[str, Any]] = field(default_factory=list)
    starts: list[Spot] = field(default_factory=list)

    def note(self, record: dict[str, Any], start: Spot, last_page: int) -> None:
        """Keep the truth of a record whose last line has been printed."""
        record |= {"file": self.sheets.path.name, "page_start": start.page, "page_end": last_page}
        self.truth.append(record)
        self.starts.append(start)

    def finish(self) -> list[dict[str, Any]]:
        """Write the file and return its truth, in the order of the pages."""
        self.sheets.save()
        for record, start in zip(self.truth, self.starts, strict=True):
            record["line_start"] = self.sheets.line_number(start)
        return sorted(self.truth, key=lambda record: (record["page_start"], record["line_start"]))


def make_sample(folder: Path) -> None:
    """Write the release's files and `truth.jsonl` into a folder."""
    native_folder = folder / "release" / "native"
    native_folder.mkdir(parents=True, exist_ok=True)
    papers = tomllib.loads((HERE / "papers.toml").read_text(encoding="utf-8"))
    emails = read_emails(HERE / "emails.toml")
    truth = []
    next_bates = 1
    for number in OWNERS:
        sheets = Sheets(folder / "release" / f"release-part-{number}.pdf", next_bates, dark_boxes=number == 2)
        part = Part(sheets)
        if number == 1:
            _print_paper(sheets, papers["letter"])
        for email in emails:
            if email.part == number:
                _print_email(part, email, papers)
        truth += part.finish()
        next_bates = sheets.next_bates
    for email in emails:
        if email.native:
            name = f"{email.sent:%Y-%m-%d}-{email.key}.eml"
            (native_folder / name).write_bytes(native_mail(email))
            truth += native_truth(email, name)
    lines = "".join(json.dumps(record, sort_keys=True) + "\n" for record in truth)
    (folder / "truth.jsonl").write_text(lines, encoding="utf-8", newline="\n")


def _print_email(part: Part, email: Email, papers: dict[str, str]) -> None:
    sheets = part.sheets
    sheets.turn(number=1)
    sheets.label(OWNERS[email.part or 1], Style(size=12))
    sheets.skip(18)
    sheets.rule(thick=3)
    start = sheets.spot()
    for label, value in _header(email):
        sheets.label(f"{label}:", _HEAD_LABEL)
        sheets.paragraph(value, _HEAD)
    sheets.skip(14)
    _print_text(sheets, email)
    for number, quoted in enumerate(email.chain()):
        style = email.quote_style if number == 0 else "outlook"
        _print_quoted(part, quoted, style)
    _print_attached(sheets, email, papers)
    record = _truth(email) | {"level": "top", "attachments": list(email.attachments)}
    pages = range(start.page, sheets.page + 1)
    record["codes"] = sorted({code for spot, code in sheets.codes if spot.page in pages})
    if email.attached_page != "scan":  # the number of a scanned page stands on an image
        record["bates"] = [sheets.bates[page] for page in pages]
    part.note(record, start, sheets.page)


def _header(email: Email) -> Iterator[tuple[str, str]]:
    """Yield the lines of the header that Outlook prints."""
    yield "From", email.sender
    yield "Sent", email.sent_text
    yield "To", "; ".join(email.to)
    if email.cc:
        yield "Cc", "; ".join(email.cc)
    yield "Subject", email.subject
    if email.attachments:
        yield "Attachments", "; ".join(email.attachments)
    if email.importance:
        yield "Importance", email.importance


def _print_text(sheets: Sheets, email: Email) -> None:
    for line in email.text.split("\n"):
        if line:
            sheets.paragraph(line, _BODY)
        else:
            sheets.skip(9)
    sheets.skip(14)


def _print_quoted(part: Part, email: Email, style: str) -> None:
    sheets = part.sheets
    record = _truth(email) | {"level": "quoted"}
    if style == "original":
        sheets.paragraph("-----Original Message-----", _BODY)
    elif style == "outlook":
        sheets.spot()  # the rule goes with the block below it
        sheets.rule(thick=0.6)
    start = sheets.spot()
    if style == "phone":
        day = f"{email.sent:%b} {email.sent.day}, {email.sent.year}, at {email.sent.hour % 12}:{email.sent:%M %p}"
        sheets.paragraph(f"On {day}, {email.sender} wrote:", _BODY)
        record |= {"to": None, "cc": None, "subject": None}
    else:
        for label, value in _header(email):
            if label not in ("Attachments", "Importance"):
                sheets.label(f"{label}:", _QUOTED_HEAD)
                sheets.paragraph(value, _QUOTED_HEAD, indent=sheets.width_of_label(f"{label}: ", _QUOTED_HEAD))
    sheets.skip(10)
    _print_text(sheets, email)
    part.note(record, start, sheets.page)


def _print_attached(sheets: Sheets, email: Email, papers: dict[str, str]) -> None:
    if email.attached_page == "scan":
        sheets.turn(image=SCAN)
        if sheets.bates[sheets.page] != SCAN_BATES:
            raise ValueError(f"The scan is page {sheets.bates[sheets.page]}: set SCAN_BATES, run make_scan.py.")
    elif email.attached_page:
        _print_paper(sheets, papers[email.attached_page])


def _print_paper(sheets: Sheets, text: str) -> None:
    """Print a page that is no email."""
    sheets.turn()
    for line in text.strip().split("\n"):
        if line.startswith("#"):
            size = 15 if line.startswith("# ") else 12
            sheets.label(line.lstrip("# "), Style(LEFT + 18, BOLD, size))
            sheets.skip(size + 8)
        elif line:
            sheets.paragraph(line, _PAPER)
        else:
            sheets.skip(9)


def _truth(email: Email) -> dict[str, Any]:
    return {
        "from": _reader_sees(email.sender),
        "to": [_reader_sees(name) for name in email.to],
        "cc": [_reader_sees(name) for name in email.cc],
        "date": f"{email.sent:%Y-%m-%dT%H:%M}",
        "subject": email.subject,
        "thread": email.thread,
    }


def _reader_sees(name: str) -> str:
    return visible(name).replace("<>", "").strip() or "[redacted]"


if __name__ == "__main__":
    make_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
