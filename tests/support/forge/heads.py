"""Header blocks of labelled lines, as mail programs and e-discovery tools print them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.support.forge.dates import print_date
from tests.support.forge.mails import Mail
from tests.support.forge.people import FORMS
from tests.support.forge.press import Place, Press, Run, box
from tests.support.forge.truth import WITHHELD, Truth


class Value(NamedTuple):
    """A header value as printed, and what a reader takes from it."""

    printed: str
    truth: str


@dataclass(slots=True)
class Censor:
    """Withholds people of one mail; what it withheld is remembered."""

    rng: Random
    code: str
    share: float = 0.0  # likelihood that a person is withheld
    codes: set[str] = field(default_factory=set)

    def name(self, printed: str) -> Value:
        """Return a person as printed, or the box in their place."""
        if self.rng.random() >= self.share:
            return Value(printed, printed)
        self.codes.add(normal_code(self.code))
        address = printed.find(" <")
        if address > 0 and self.rng.random() < 0.4:  # the name may be read, the address not
            return Value(f"{printed[:address]} {box(self.code, 18)}", printed[:address])
        return Value(box(self.code, min(len(printed), 40)), WITHHELD)


SetHead = Callable[[Press, Mail, Censor], Truth]


def normal_code(code: str) -> str:
    """Return an exemption code as it is compared: B6 and (b) (6) are (b)(6)."""
    bare = code.replace(" ", "")
    return f"(b)({bare[1:]})" if bare.startswith("B") else bare


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How a program prints a head."""

    labels: tuple[tuple[str, str], ...]  # field and its label, from top to bottom
    date: str = "outlook"  # a form of `dates`
    person: str = "indexed_address"  # the sender's form of `people.FORMS`
    people: str = ""  # the readers' form; "": the sender's
    separator: str = "; "
    closing: str = ""  # behind the last reader
    empties: tuple[str, ...] = ()  # fields that are printed though there is nothing to say
    tab: bool = False  # values at a tab stop, wrapped there
    bold: bool = False
    prefix: str = ""  # before every line: "> "
    extras: tuple[tuple[str, str], ...] = ()  # further lines below: "Flag Status:", "Flagged"
    join: int = 1  # labels on one line
    principals: bool = False  # "on behalf of" behind a sender

    def set(self, press: Press, mail: Mail, censor: Censor) -> Truth:
        """Print the head of a mail."""
        truth, printed = self._values(mail, censor)
        lines = [(label, printed[name]) for name, label in self.labels if printed.get(name) or name in self.empties]
        press.begin_head()
        places = [self._set_line(press, label, value) for label, value in self._joined([*lines, *self.extras])]
        press.end_head()
        truth.page_start, truth.line_start = places[0]
        return truth

    def _joined(self, lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the lines with as many run together as OCR runs together."""
        joined: list[tuple[str, str]] = []
        for number, (label, value) in enumerate(lines):
            if joined and number % self.join:
                joined[-1] = (joined[-1][0], f"{joined[-1][1]} {label} {value}")
            else:
                joined.append((label, value))
        return joined

    def _values(self, mail: Mail, censor: Censor) -> tuple[Truth, dict[str, str]]:
        has = {name for name, _ in self.labels}
        sender = censor.name(FORMS[self.person](mail.sender))
        form = FORMS[self.people or self.person]
        to, cc = ([censor.name(form(person)) for person in group] for group in (mail.to, mail.cc))
        behalf = f" on behalf of {FORMS[self.person](mail.principal)}" if mail.principal and self.principals else ""
        date, iso = print_date(self.date, mail.sent, mail.offset_min)
        truth = Truth(0, 0, subject=mail.subject)
        truth.sender = sender.truth if "from" in has else ""
        truth.to = [value.truth for value in to]
        truth.cc = [value.truth for value in cc] if "cc" in has else []
        truth.date = iso if "date" in has else ""
        truth.attachments = list(mail.attachments) if "attachments" in has else []
        printed = {
            "from": sender.printed + behalf, "date": date, "to": self._list(to), "cc": self._list(cc),
            "subject": mail.subject, "attachments": "; ".join(mail.attachments), "importance": mail.importance,
            "message_id": f"<{mail.sent:%Y%m%d%H%M%S}.4471@mail.{mail.sender.agency.lower()}.example>",
        }  # fmt: skip
        return truth, printed

    def _list(self, values: list[Value]) -> str:
        return self.separator.join(value.printed for value in values) + (self.closing if values else "")

    def _set_line(self, press: Press, label: str, value: str) -> Place:
        lead = self.prefix + label
        start = press.left
        value_x = start + press.dress.tab if self.tab else start + press.measure(f"{lead} ", bold=self.bold)
        first, *more = press.wrap(value, press.right - value_x) if value else [""]
        runs = [Run(start, lead, "label", self.bold), *([Run(value_x, first, "value")] if first else [])]
        place = press.line(*runs)
        for part in more:
            x = value_x if self.tab else start
            press.line(Run(x, part if self.tab else self.prefix + part, "value"))
        return place


def labels(*names: str, **words: str) -> tuple[tuple[str, str], ...]:
    """Return fields with their labels, the English ones unless `words` says others (`from_`, as `from` is Python's)."""
    english = {
        "from": "From:", "date": "Sent:", "to": "To:", "cc": "Cc:", "subject": "Subject:",
        "attachments": "Attachments:", "importance": "Importance:",
        "message_id": "Message-Id:",
    } | {name.rstrip("_"): word for name, word in words.items()}  # fmt: skip
    return tuple((name, english[name]) for name in names)
