"""The files of the rig "private release": what is public, and what only those may read who have a token.

The releases share people, a thread, a copy under other bytes, the same bytes, quoted emails and a series of Bates
numbers. Only the secret one has MARKERS, and only the other secret one has OTHER_MARKERS.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.support.typeset import print_pdf

MARKERS = ("zanzibarquartz", "hidden.example", "Quillfeather", "ministry-of-secrets", "PUB000004", "Zanzibar")
OTHER_MARKERS = ("quokkaledger", "elsewhere.example", "other-vault")

_MAIL = """\
Message-ID: <{id}@mail.example>
From: {sender}
To: {to}
Date: {date}
Subject: {subject}
{more}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
"""
_PRINTED = """\
From:\t{sender}
Sent:\t{sent}
To:\t{to}
Subject:\t{subject}

{text}
{bates}
"""
_MILLS, _ROE = "Cheryl Mills <millscd@state.gov>", "Jane Roe <jroe@state.gov>"
_POE = "Ann Poe <alp77@pipes.example>"
_QUILL = "Mara Quillfeather <mara@hidden.example>"


def write_releases(folder: Path) -> Mapping[str, Path]:
    """Write the folders of all releases by their slugs; "withdrawn" has what "town-records" has, and more."""
    folders = {name: folder / name for name in ("town-records", "ministry-of-secrets", "other-vault", "withdrawn")}
    for made in folders.values():
        made.mkdir(parents=True)
    for name in ("town-records", "ministry-of-secrets"):
        _write(folders[name] / "a-shared.eml", _shared())
    _write_public(folders["town-records"])
    _write_public(folders["withdrawn"])
    _write(folders["withdrawn"] / "a-shared.eml", _shared())
    _write_secret(folders["ministry-of-secrets"])
    for name, path in folders.items():
        if name == "withdrawn":
            _write_withdrawn(path)
    _write(
        folders["other-vault"] / "o-one.eml",
        _mail("o1", _MILLS, "Otto Else <otto@elsewhere.example>", "Tue, 13 Mar 2012 09:00:00 -0500", "Ledger",
              "The quokkaledger is kept elsewhere."),
    )  # fmt: skip
    return folders


def _write_public(folder: Path) -> None:
    _write(
        folder / "b-answer.eml",
        _mail("b1", _ROE, _MILLS, "Mon, 5 Mar 2012 10:00:00 -0500", "RE: Water main",
              "The plumber comes at noon, bring the contract.\n\n"
              "-----Original Message-----\nFrom: Cheryl Mills <millscd@state.gov>\n"
              "Sent: Monday, March 5, 2012 9:00 AM\nTo: Jane Roe <jroe@state.gov>\nSubject: Water main\n\n"
              "Who repairs the water main before the inspection of the whole district begins?"),
    )  # fmt: skip
    _write(
        folder / "c-copy.eml",
        _mail("c1", _MILLS, _ROE, "Wed, 7 Mar 2012 11:30:00 -0500", "Budget of the district",
              "The budget of the district is attached and must be read by Friday at the latest, says the auditor."),
    )  # fmt: skip
    for number, name in enumerate(("Cheryl Mills", "Mills, Cheryl D")):
        _write(
            folder / f"d-name-{number}.eml",
            _mail(f"d{number}", name, _ROE, f"Thu, 8 Mar 2012 1{number}:00:00 -0500", f"Lunch {number}", "At noon?"),
        )
    # That these two are one, and where she works, is printed in secret alone.
    for number, name in enumerate(("Ann Poe", "Ann <alp77@pipes.example>")):
        _write(
            folder / f"d-poe-{number}.eml",
            _mail(f"p{number}", name, _ROE, f"Thu, 8 Mar 2012 1{number}:30:00 -0500", f"Pipes {number}", "Lead?"),
        )
    pages = [
        _printed("Mills, Cheryl", "Friday, March 9, 2012 1:05 PM", "Roe, Jane", "Inspection", "The inspector came.",
                 "PUB000003"),
        _printed("Roe, Jane", "Friday, March 9, 2012 2:05 PM", "Mills, Cheryl", "RE: Inspection", "Thank you for it.",
                 "PUB000006"),
        "A report on the water mains of the district\nThey are old and made of lead\nPUB000007",
    ]  # fmt: skip
    print_pdf(folder / "e-prints.pdf", pages)


def _write_secret(folder: Path) -> None:
    _write(
        folder / "s-asked.eml",
        _mail("s1", _MILLS, f"{_ROE}, {_QUILL}", "Mon, 5 Mar 2012 09:00:00 -0500", "Water main",
              "Who repairs the water main before the inspection of the whole district begins?"),
    )  # fmt: skip
    _write(
        folder / "s-copy.eml",
        _mail("c1", _MILLS, _ROE, "Wed, 7 Mar 2012 11:30:00 -0500", "Budget of the district",
              "The budget of the district is attached and must be read by Friday at the latest, says the auditor.",
              more="X-Archived: zanzibarquartz\n"),
    )  # fmt: skip
    _write(
        folder / "s-answer.eml",
        _mail("s2", _QUILL, _MILLS, "Wed, 7 Mar 2012 15:00:00 -0500", "RE: Budget of the district",
              "The zanzibarquartz is not in the budget, and the contrakt is void.",
              more="In-Reply-To: <c1@mail.example>\n"),
    )  # fmt: skip
    _write(
        folder / "s-joins.eml",
        _mail("s3", "Mills, Cheryl D <millscd@state.gov>", _QUILL, "Fri, 9 Mar 2012 15:00:00 -0500", "Names",
              "Two names, one person: zanzibarquartz."),
    )  # fmt: skip
    for number in range(3):
        _write(
            folder / f"s-poe-{number}.eml",
            _mail(f"sp{number}", _POE, _QUILL, f"Fri, 9 Mar 2012 1{number}:40:00 -0500",
                  f"Names {number}", "zanzibarquartz"),
        )  # fmt: skip
    _write(
        folder / "s-attached.eml",
        _mail("s4", _QUILL, "Zoe Zanzibar <zoe@hidden.example>", "Sat, 10 Mar 2012 15:00:00 -0500", "Plan", "See it."),
    )
    pages = [
        _printed("Quillfeather, Mara", "Friday, March 9, 2012 4:05 PM", "Mills, Cheryl", "Zanzibar",
                 "All zanzibarquartz goes by sea.", "PUB000004"),
        "Notes on zanzibarquartz that belong to no email\nPUB000005",
    ]  # fmt: skip
    print_pdf(folder / "s-prints.pdf", pages)


def _write_withdrawn(folder: Path) -> None:
    """Add the file that is withdrawn: it answers a public email and names someone who is named nowhere else."""
    _write(
        folder / "w-gone.eml",
        _mail("w1", _QUILL, _MILLS, "Wed, 7 Mar 2012 16:00:00 -0500", "RE: Budget of the district",
              "The zanzibarquartz must not be told.", more="In-Reply-To: <c1@mail.example>\n"),
    )  # fmt: skip
    print_pdf(
        folder / "x-gone.pdf",
        [_printed("Quillfeather, Mara", "Friday, March 9, 2012 5:05 PM", "Roe, Jane", "Zanzibar",
                  "All zanzibarquartz is gone.", "PUB000004")],
    )  # fmt: skip


def _shared() -> str:
    return _mail("a1", _ROE, _MILLS, "Fri, 2 Mar 2012 08:00:00 -0500", "Shared", "These bytes are in two releases.")


def _mail(name: str, sender: str, to: str, date: str, subject: str, text: str, more: str = "") -> str:
    return _MAIL.format(id=name, sender=sender, to=to, date=date, subject=subject, text=text, more=more)


def _printed(sender: str, sent: str, to: str, subject: str, text: str, bates: str) -> str:
    return _PRINTED.format(sender=sender, sent=sent, to=to, subject=subject, text=text, bates=bates)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
