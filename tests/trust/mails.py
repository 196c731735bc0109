"""Mails that others broke: headers, text and every attachment of each can be had from the archive.

What is in a mail is told by the standard library's `compat32` parser, which shares no code with ours.

    python -m tests.trust.mails [--full]
"""

import email
import hashlib
import mailbox
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from sqlalchemy import select

from app.archive import open_archive
from app.config import Settings
from app.database import models as rows
from ingest.files import find_kind
from ingest.mail import read_mail
from ingest.records import FileKind
from tests.trust.inputs import BAD, gather, ingest, make_mutants, seeds, working_folder

_MUTANTS, _SEED = 5000, 20260102
_ENOUGH = 0.9  # of the words: line ends, hyphens and broken bytes are read in more than one way
# What the library finds in these and we do not: it is not there.
_MISREAD = {
    "cpython-email/msg_38.txt": "boundaries stand in the text; the library takes headers of parts for text",
    "kmime/x-pkcs7.mbox": "the attachment is no base64, and the library gives its letters as they stand",
    "mime4j/core/src/test/resources/testmsgs/multipartemptypart.msg": "what follows the last boundary is no part",
    "rubymail/emails/plain_emails/raw_email_incorrect_header.eml": "the library ends the header at its one broken line",
    "stalwart/eml/legacy/023.eml": "the subject is raw Latin-1, of which the library loses a letter",
    "stalwart/eml/legacy/025.eml": "the subject is raw Latin-1, of which the library loses a letter",
    "tika-mail/testGroupWiseEml.eml": "the email within is packed in base64, which the library takes for its text",
    "stalwart/eml/malformed/017.eml": "the boundary stands on a line of its own; the library finds no part",
}
_WORD = re.compile(r"[a-zA-Z]{2,}")  # between letters that charsets disagree on
_MAILS = {FileKind.EML, FileKind.MBOX}
# Parts for programs; what they say stands in the mail's text as well.
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")


@dataclass(slots=True)
class _Kept:
    """What the archive has of one file and of all that lay in it."""

    headers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)


def measure(*, full: bool) -> tuple[str, list[str]]:
    """Return the line of figures, and what is below the floor."""
    with working_folder() as folder:
        placed = gather([seed.path for seed in seeds("mail")], folder / "in")
        run = ingest(folder / "in", folder / "home", timeout_s=900)
        kept = _kept(folder / "home")
        faults = {name: list(_faults(path, kept.get(name, _Kept()))) for name, path in placed.items()}
        raised = list(_raised(make_mutants(folder / "mutants", "mail", _MUTANTS, _SEED))) if full else []
    whole = sum(not each for each in faults.values())
    line = (
        f"mail: headers, text and every attachment of {whole} of {len(placed)} mails in {run.seconds:.0f} s "
        f"(load {os.getloadavg()[0]:.1f})" + (f"; {len(raised)} of {_MUTANTS} mutants raise" if full else "")
    )
    missed = [f"{placed[name]}: {fault}" for name, each in faults.items() for fault in each]
    return line, [*([run.errors] if run.exit_code else []), *missed, *raised]


def _kept(home: Path) -> dict[str, _Kept]:
    """Return what the archive has, by the name of the outermost file."""
    found: dict[str, _Kept] = {}
    with open_archive(Settings(home=home)) as archive, archive.sessions() as session:
        places = select(rows.ReleasedFile.path, rows.Document.id, rows.Document.sha256).join(rows.Document)
        for path, document_id, sha256 in session.execute(places):
            kept = found.setdefault(path.split("/")[0], _Kept())
            original = archive.store.path(sha256)
            if original.is_file():
                kept.hashes.add(sha256)
                if "/" in path:  # an email within may be none by its content: its words can be had as a file
                    kept.texts.append(original.read_bytes().decode("ascii", "replace"))
            for message in session.scalars(select(rows.Message).where(rows.Message.document_id == document_id)):
                kept.headers.append(f"{message.subject or ''}\n{message.header_text}")
                kept.texts += [message.text, message.quoted_text]
    return found


def _faults(path: Path, kept: _Kept) -> Iterator[str]:
    raw = path.read_bytes()
    if hashlib.sha256(raw).hexdigest() not in kept.hashes:
        yield "the mail itself is not kept"
    if find_kind(path) not in _MAILS or str(path.relative_to(BAD)) in _MISREAD:
        # Pictures, keys, and notes that begin with the one word "Subject:": kept, and no emails by their content.
        return
    for message in _messages(path, raw):
        yield from _faults_of_headers(message, "\n".join(kept.headers))
        words = set(_WORD.findall("\n".join(kept.texts)))
        for part in message.walk():
            yield from _faults_of_part(part, words, kept.hashes)


def _messages(path: Path, raw: bytes) -> Iterator[Message]:
    if find_kind(path) is FileKind.MBOX:
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from box
    else:
        yield email.message_from_bytes(raw)


def _faults_of_headers(message: Message, headers: str) -> Iterator[str]:
    folded = _folded(headers)
    for name in ("Subject", "From"):
        value = message[name]
        try:
            shown = str(make_header(decode_header(str(value)))) if value else ""
        except (LookupError, ValueError):  # a charset or an encoding that the library does not know
            continue
        if "\ufffd" not in shown and _folded(shown) not in folded:
            yield f"{name} is {shown!r} and not in {headers!r}"


def _faults_of_part(part: Message, words: set[str], hashes: set[str]) -> Iterator[str]:
    if part.is_multipart() or part.get_content_type() in _SIGNATURES:
        return
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    is_text = part.get_content_type() == "text/plain" or part.get_content_maintype() == "multipart"  # one without parts
    if is_text and not part.get_filename() and not _is_attachment(part):
        wanted = set(_WORD.findall(content.decode("ascii", "replace")))
        if wanted and len(wanted & words) < _ENOUGH * len(wanted):
            yield f"{len(wanted - words)} of {len(wanted)} words are lost: {sorted(wanted - words)[:9]}"
    elif hashlib.sha256(content).hexdigest() not in hashes and (
        part.get_filename() or _is_attachment(part) or part.get_content_maintype() != "text"
    ):
        yield f"the attachment {part.get_filename()!r} of {len(content)} bytes ({part.get_content_type()}) is lost"


def _is_attachment(part: Message) -> bool:
    return str(part.get("Content-Disposition") or "").lower().startswith("attachment")


def _folded(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", "", text).lower()


def _raised(mutants: list[Path]) -> Iterator[str]:
    for path in mutants:
        kind = find_kind(path)
        try:
            read_mail(path, kind if kind in _MAILS else FileKind.EML)
        except Exception as error:  # what the rig counts
            yield f"{path.name}: {error!r}"


if __name__ == "__main__":
    figures, below = measure(full="--full" in sys.argv)
    print(figures)
    for fault in below[:50]:
        print(fault, file=sys.stderr)
    sys.exit(bool(below))
