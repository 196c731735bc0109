"""A release of seven tiny files, with one of each way in which a file lies in another."""

import zipfile
from email.message import EmailMessage
from pathlib import Path

from tests.support.typeset import PRINTED_REPLY, print_pdf

FIRST_FILE = "a-first.eml"
WORDS = ("plumber", "pilots", "annex")  # each is found in some of it


def write_release(folder: Path, *, alone: bool = False) -> Path:
    """Write the files into a new folder and return it: three mails, one with a PDF, a zip, a PDF and what is no PDF.

    With `alone` the first mail and the one with the PDF, and nothing else.
    """
    folder.mkdir(parents=True)
    (folder / FIRST_FILE).write_bytes(bytes(_mail("zero", "All that a first ingest writes is written.")))
    (folder / "first.eml").write_bytes(bytes(_mail("one", "The pilots meet at noon.")))
    answer = _mail("Re: one", "The budget is kept.\n\n> The pilots meet at noon.")
    answer["In-Reply-To"] = "<one@example.org>"
    attached = folder / "annex.pdf"
    print_pdf(attached, ["The annex of the plan."])
    answer.add_attachment(attached.read_bytes(), maintype="application", subtype="pdf", filename="annex.pdf")
    attached.unlink()
    (folder / "second.eml").write_bytes(bytes(answer))
    if alone:
        (folder / "first.eml").unlink()
        return folder
    with zipfile.ZipFile(folder / "third.zip", "w") as packed:
        packed.writestr("letters/packed.eml", bytes(_mail("packed", "A plumber came.")))
        packed.writestr("letters/again.eml", (folder / "first.eml").read_bytes())
    print_pdf(folder / "printed.pdf", [PRINTED_REPLY.format(subject="Noon"), "A page by itself."])
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 cut off")
    (folder / "unknown.bin").write_bytes(b"\x00\x01nothing that is read")
    return folder


def _mail(subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Jane Roe <jane@example.org>", "Ann Poe <ann@example.org>"
    mail["Subject"], mail["Date"] = subject, "Tue, 13 Nov 2012 15:02:00 +0000"
    mail["Message-ID"] = f"<{subject.rpartition(' ')[2]}{'-answer' if ':' in subject else ''}@example.org>"
    mail.set_content(text)
    return mail
