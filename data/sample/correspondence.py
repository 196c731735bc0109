"""The correspondence of the sample release, as emails.toml tells it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """One of the invented people."""

    name: str
    address: str
    tag: str = ""
    signature: str = ""

    def printed(self, form: str) -> str:
        """Return the person as a header prints it, with marks for what is withheld."""
        return {
            "": f"{self.name} <{self.address}>",
            "tag": f"{self.name} ({self.tag})",
            "name": self.name,
            "closed": f"{self.name} <{{b6|{self.address}}}>",
        }[form]


@dataclass(frozen=True, slots=True)
class Email:
    """One email as it was written; people are printed forms, with marks for what is withheld."""

    key: str
    sender: str
    signature: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    sent: datetime
    subject: str
    body: str
    part: int | None  # None: never printed, only quoted
    quotes: "Email | None"
    quote_style: str
    importance: str
    attachments: tuple[str, ...]
    attached_page: str
    thread: str  # key of the email that began it
    native: tuple[str, ...]  # exemptions that its .eml does not claim; empty: there is no .eml

    @property
    def sent_text(self) -> str:
        """The moment as Outlook prints it."""
        hour = self.sent.hour % 12 or 12
        return f"{self.sent:%A, %B} {self.sent.day}, {self.sent.year} {hour}:{self.sent:%M %p}"

    @property
    def text(self) -> str:
        """The sender's own words and signature."""
        return f"{self.body}\n\n{self.signature}".strip()

    def chain(self) -> Iterator["Email"]:
        """Yield the emails quoted below, newest first."""
        if self.quotes:
            yield self.quotes
            yield from self.quotes.chain()


def read_emails(path: Path) -> list[Email]:
    """Return the correspondence in the order in which it was written."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    people = {key: Person(**person) for key, person in content["people"].items()}
    emails: dict[str, Email] = {}
    for mail in content["mail"]:
        emails[mail["id"]] = _read_email(mail, people, emails)
    return list(emails.values())


def _read_email(mail: dict[str, Any], people: dict[str, Person], earlier: dict[str, Email]) -> Email:
    writer = people.get(mail["from"].partition("/")[0])
    quotes = earlier.get(mail.get("replies_to", ""))
    signs = writer and "Sent from my" not in mail["body"]
    return Email(
        mail["id"],
        _printed(mail["from"], people),
        writer.signature if writer and signs else "",
        tuple(_printed(name, people) for name in mail["to"]),
        tuple(_printed(name, people) for name in mail.get("cc", [])),
        datetime.fromisoformat(mail["sent"]),
        mail["subject"],
        mail["body"].strip(),
        mail["part"] if mail.get("printed", True) else None,
        quotes,
        mail.get("quote_style", "outlook"),
        mail.get("importance", ""),
        tuple(mail.get("attachments", [])),
        mail.get("attached_page", ""),
        mail.get("thread") or (quotes.thread if quotes else mail["id"]),
        tuple(mail.get("native", [])),
    )


def _printed(entry: str, people: dict[str, Person]) -> str:
    key, _, form = entry.partition("/")
    return entry if entry.startswith("{") else people[key].printed(form)
