"""Hostile files: PDFs, mails, a zip and pages of the web with a marker in every field that a reader could take over."""

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.support.planted.marks import HOST, Marks
from tests.support.typeset import PRINTED_REPLY, print_pdf

_WIDTH, _HEIGHT, _LEADING = 612.0, 792.0, 14.0
_PRINTED = """From:\t{sender}
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\t{to}
Cc:\t{cc}
Subject:\t{subject}
Attachments:\t{attachment}.pdf

{body}
They meet at noon. (b)(6) The plumber comes too.

From: {quoted_sender}
Sent: {quoted_date}
To: Roe, Jane
Subject: {quoted_subject}

{quoted_body}"""
_PARTS = ("sender", "to", "cc", "subject", "attachment", "body")
_QUOTED_PARTS = ("quoted_sender", "quoted_date", "quoted_subject", "quoted_body")


def write_hostile(folder: Path, marks: Marks) -> None:
    """Write a release's files into an existing folder, and below folders with markers for names."""
    below = folder / marks.name("folder")
    below.mkdir()
    _print(below / f"{marks.name('file name of a PDF')}.pdf", marks)
    print_pdf(folder / "plain.pdf", [PRINTED_REPLY.format(subject=subject) for subject in ("one", "two")])
    mail = _write_mail(marks)
    (below / f"{marks.name('file name of a mail')}.eml").write_bytes(mail)
    (folder / "answer.eml").write_bytes(_write_answer(marks))
    (folder / f"{marks.name('file name of an unknown file')}.html").write_text(_page(marks), "utf-8")
    (folder / "drawing.svg").write_text(_drawing(marks), "utf-8")
    (folder / f"{marks.name('file name of a broken PDF')}.pdf").write_bytes(b"%PDF-1.4 " + _page(marks).encode())
    _pack(folder / f"{marks.name('file name of a zip')}.zip", marks)


def _print(path: Path, marks: Marks) -> None:
    """Print an email and a letter; the file's title, author and a link on its page are markers too."""
    canvas = Canvas(str(path), pagesize=(_WIDTH, _HEIGHT), invariant=True)
    canvas.setTitle(marks.full("title of a PDF"))
    canvas.setAuthor(marks.full("author of a PDF"))
    canvas.setSubject(marks.full("subject of a PDF"))
    printed = {part: marks.short(f"printed {part}") for part in (*_PARTS, *_QUOTED_PARTS)}
    _print_page(canvas, _PRINTED.format(**printed))
    canvas.linkURL(marks.address("link of a PDF"), (0, 0, 300, 300))
    _print_page(canvas, f"MEMORANDUM\n\n{marks.short('text of a page without email')}\nIt is withheld. (b)(5)")
    canvas.save()


def _print_page(canvas: Canvas, text: str) -> None:
    canvas.setFont("Helvetica", 9)
    for row, line in enumerate(text.split("\n")):
        for column, part in enumerate(line.split("\t")):
            canvas.drawString(50 + column * 90, _HEIGHT - 60 - row * _LEADING, part)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(480, 30, f"PIPE-{canvas.getPageNumber():06}")
    canvas.showPage()


def _write_mail(marks: Marks) -> bytes:
    """Return a mail whose every header is a marker, with HTML beside its text and files attached."""
    mail = EmailMessage()
    mail["From"] = _mailbox(marks, "sender")
    mail["To"] = f"{_mailbox(marks, 'recipient')}, jane@state.gov"
    mail["Cc"] = _mailbox(marks, "reader of a copy")
    mail["Subject"] = marks.full("subject of a mail")
    mail["Date"] = "Tue, 13 Nov 2012 15:02:00 -0500"
    mail["Message-ID"] = "<first@state.gov>"
    mail["Importance"] = marks.name("importance")
    mail.set_content(
        f"{marks.full('text of a mail')}\nsee {marks.address('address in a text')}\n\n"
        f"From: {marks.name('sender quoted in a mail')}\nSent: Monday, November 12, 2012 1:02 PM\nTo: Jane\n"
        f"Subject: {marks.short('subject quoted in a mail')}\n\n{marks.full('text quoted in a mail')}\n"
    )
    mail.add_attachment(b"%PDF-1.4 no", "application", "pdf", filename=f"{marks.name('attachment')}.pdf")
    page = _page(marks).encode()
    mail.add_attachment(page, "text", "html", filename=f"{marks.name('attached page')}.html")
    return mail.as_bytes()


def _write_answer(marks: Marks) -> bytes:
    """Return a mail that has its text in HTML alone and a date that nobody understands."""
    mail = EmailMessage()
    mail["From"] = "jane@state.gov"
    mail["To"] = _mailbox(marks, "recipient of an answer")
    mail["Subject"] = f"Re: {marks.short('subject of an answer')}"
    mail["In-Reply-To"] = "<first@state.gov>"
    mail.set_content(_page(marks), subtype="html")
    return f"Date: {marks.short('date of a mail')}\n".encode() + mail.as_bytes()


def _mailbox(marks: Marks, place: str) -> str:
    name, address = marks.name(f"name of the {place}"), marks.name(f"address of the {place}")
    quoted = [text.replace('"', r"\"") for text in (name, address)]
    return f'"{quoted[0]}" <"{quoted[1]}"@{HOST}>'


def _page(marks: Marks) -> str:
    """Return a page of the web that would run and load whatever it can, if it were ever shown as one."""
    seen, link = marks.full("words of a page"), marks.address("link of a page")
    inner = seen.replace("<", "&lt;").replace('"', "&quot;")
    return (
        f"<html><head><title>{inner}</title><base href=//{HOST}/><meta http-equiv=refresh content='0;url=//{HOST}/'>"
        f"<link rel=stylesheet href=//{HOST}/a.css><style>@import url(//{HOST}/b.css);</style></head>"
        f"<body onload=planted(0)><p>{inner}</p><a href='{link}'>link</a><script>planted(0)</script>"
        f"<img src=//{HOST}/0 onerror=planted(0)><iframe src=//{HOST}/c></iframe></body></html>"
    )


def _drawing(marks: Marks) -> str:
    words = marks.name("words of a drawing").replace("<", "&lt;")
    return f'<svg xmlns="http://www.w3.org/2000/svg" onload="planted(0)"><script>planted(0)</script>{words}</svg>'


def _pack(path: Path, marks: Marks) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(f"../{marks.name('folder in a zip')}/{marks.name('member of a zip')}.html", _page(marks))
        packed.writestr(f"{marks.name('mail in a zip')}.eml", _write_answer(marks))
        packed.writestr("javascript:planted(0)", b"not a mail")
    path.write_bytes(content.getvalue())
