"""The sample's native emails (RFC 5322), which claim fewer exemptions than the print of the same mail."""

import base64
import re
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from correspondence import Email
from typeset import MARK, code_of

_BOUNDARY = "=_reading_room_sample"
# Eastern time, in which everybody writes; the days on which its offset changes.
_CHANGES = (
    (datetime(2017, 11, 5), "-0400"),
    (datetime(2018, 3, 11), "-0500"),
    (datetime(2018, 11, 4), "-0400"),
    (datetime(2019, 3, 10), "-0500"),
)
_MARKED = re.compile(r"\{(b\w+)(?:\|([^}]*)|\*\d+)?\}")


def native_mail(email: Email) -> bytes:
    """Return the email as its server kept it, but for the exemptions that are still claimed."""
    headers = [
        f"From: {_mailbox(_lift(email.sender, email))}",
        *_addresses("To", email.to, email),
        *_addresses("Cc", email.cc, email),
        f"Subject: {email.subject}",
        f"Date: {email.sent:%a, %d %b %Y %H:%M:%S} {_offset(email.sent)}",
        f"Message-ID: <{email.key}@mail.halcyonvision.example>",
        f"X-Reconstruction: {MARK}",
        "MIME-Version: 1.0",
    ]
    body = "\n".join(_body(email))
    file = next(iter(name for name in email.attachments if name.endswith(".txt")), None)
    content = _with_file(body, file) if file else ["Content-Type: text/plain; charset=us-ascii", "", body]
    return "\n".join([*headers, *content, ""]).replace("\n", "\r\n").encode("ascii")


def native_truth(email: Email, file: str) -> Iterator[dict[str, Any]]:
    """Yield the truth of a native email and of those that it quotes."""
    for quoted in (email, *email.chain()):
        is_top = quoted is email
        zone = _offset(quoted.sent) if is_top else ""
        names = [name for name in email.attachments if name.endswith(".txt")]
        yield {
            "file": file,
            "page_start": 1,
            "page_end": 1,
            "level": "top" if is_top else "quoted",
            "from": _lift(quoted.sender, email),
            "to": [_lift(name, email) for name in quoted.to],
            "cc": [_lift(name, email) for name in quoted.cc],
            "date": f"{quoted.sent:%Y-%m-%dT%H:%M}{':00' if zone else ''}{zone[:3]}{':00' if zone else ''}",
            "subject": quoted.subject,
            "attachments": names if is_top else None,
            "thread": email.thread,
        }


def _lift(text: str, email: Email) -> str:
    """Replace the marks: what the native claims no longer is shown, the rest is a code in brackets."""
    return _MARKED.sub(lambda mark: mark[2] if mark[1] in email.native and mark[2] else f"[{code_of(mark[1])}]", text)


def _body(email: Email) -> Iterator[str]:
    yield from _wrapped(_lift(email.text, email))
    for quoted in email.chain():
        yield from ("", "-----Original Message-----", f"From: {_lift(quoted.sender, email)}")
        yield f"Sent: {quoted.sent_text}"
        yield f"To: {_lift('; '.join(quoted.to), email)}"
        if quoted.cc:
            yield f"Cc: {_lift('; '.join(quoted.cc), email)}"
        yield from (f"Subject: {quoted.subject}", "")
        yield from _wrapped(_lift(quoted.text, email))
    yield from ("", f"[{MARK}]")


def _wrapped(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from textwrap.wrap(line, 74) or [""]


def _addresses(label: str, names: Iterable[str], email: Email) -> Iterator[str]:
    mailboxes = [_mailbox(_lift(name, email)) for name in names]
    if mailboxes:
        yield f"{label}: " + ",\n ".join(mailboxes)  # folded (RFC 5322, 2.2.3)


def _mailbox(printed: str) -> str:
    name, _, address = printed.partition(" <")
    return f'"{name}" <{address}'


def _offset(moment: datetime) -> str:
    return next(offset for until, offset in _CHANGES if moment < until)


def _with_file(body: str, name: str) -> list[str]:
    text = f"Certificate of deletion\r\nTwo collections, deleted November 1, 2018.\r\n{MARK}\r\n"
    return [
        f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
        "",
        f"--{_BOUNDARY}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        body,
        f"--{_BOUNDARY}",
        f'Content-Type: text/plain; charset=us-ascii; name="{name}"',
        f'Content-Disposition: attachment; filename="{name}"',
        "Content-Transfer-Encoding: base64",
        "",
        *textwrap.wrap(base64.b64encode(text.encode("ascii")).decode("ascii"), 76),
        f"--{_BOUNDARY}--",
    ]
