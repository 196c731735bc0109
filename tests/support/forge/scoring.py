"""Compare what was read from a forged release with what stands in it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.records import DatePrecision, Level, Mailbox, MessageRecord, PrintedDate, Reading
from tests.support.forge.truth import WITHHELD, ForgedRelease, Truth

FIELDS = ("kind", "from", "to", "cc", "date", "subject", "attachments", "page_end")
_LINES_APART = 6  # a record of the same page that begins so near is the same one
_ISO = {
    DatePrecision.YEAR: "%Y",
    DatePrecision.MONTH: "%Y-%m",
    DatePrecision.DAY: "%Y-%m-%d",
    DatePrecision.MINUTE: "%Y-%m-%dT%H:%M",
    DatePrecision.SECOND: "%Y-%m-%dT%H:%M:%S",
}
_ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+\w")


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that was read wrong."""

    what: str  # a field, "missed" or "false_email"
    page: int
    truth: object
    read: object

    def __str__(self) -> str:
        return f"{self.what} page {self.page}: truth {self.truth!r}, read {self.read!r}"


@dataclass(slots=True)
class Score:
    """How many records and fields of one level were read right."""

    truths: int = 0
    read: int = 0
    matched: int = 0
    right: Counter[str] = field(default_factory=Counter)  # by field, among the matched
    failures: list[Failure] = field(default_factory=list)

    @property
    def boundary_f1(self) -> float:
        """Harmonic mean of precision and recall of the records; 1 if there are none."""
        return 2 * self.matched / (self.truths + self.read) if self.truths + self.read else 1.0

    @property
    def false_emails(self) -> int:
        """Records that were read and are none."""
        return self.read - self.matched

    def share(self, name: str) -> float:
        """Return the share of the true records whose field was read right: end to end."""
        return self.right[name] / self.truths if self.truths else 1.0

    def add(self, other: "Score") -> None:
        """Count another score in."""
        self.truths += other.truths
        self.read += other.read
        self.matched += other.matched
        self.right.update(other.right)
        self.failures += other.failures


def score_reading(release: ForgedRelease, reading: Reading, level: Level) -> Score:
    """Return how well the emails of one level were read."""
    truths = release.emails("top" if level is Level.PRINTED else "quoted")
    read = [message for message in reading.messages if message.level is level]
    pairs = _match(truths, read)
    score = Score(len(truths), len(read), len(pairs))
    for number, truth in enumerate(truths):
        if number not in pairs:
            score.failures.append(
                Failure("missed", truth.page_start, (truth.line_start, truth.sender, truth.subject), None)
            )
            continue
        _compare(truth, read[pairs[number]], score)
    for number, message in enumerate(read):
        if number not in pairs.values():
            score.failures.append(_false_email(release, message))
    return score


def read_bates(release: ForgedRelease, reading: Reading) -> list[Failure]:
    """Return the printed records whose pages' Bates numbers were not all read, or more than those."""
    failures = []
    for truth in release.emails("top"):
        pages = reading.pages[truth.page_start - 1 : truth.page_end]
        read = [number for page in pages for number in page.bates_numbers]
        if sorted(map(_letters, read)) != sorted(map(_letters, truth.bates)):
            failures.append(Failure("bates", truth.page_start, truth.bates, read))
    return failures


def _match(truths: Sequence[Truth], read: Sequence[MessageRecord]) -> dict[int, int]:
    """Return which record was read for which truth, nearest first."""
    near = sorted(
        (abs(truth.line_start - message.first_line), number, order)
        for number, truth in enumerate(truths)
        for order, message in enumerate(read)
        if truth.page_start == message.first_page
    )
    pairs: dict[int, int] = {}
    for distance, number, order in near:
        same = distance <= _LINES_APART or _iso(read[order].headers.date) == truths[number].date
        if same and number not in pairs and order not in pairs.values():
            pairs[number] = order
    return pairs


def _compare(truth: Truth, message: MessageRecord, score: Score) -> None:
    headers = message.headers
    values: dict[str, tuple[object, object, bool]] = {
        "kind": (truth.kind, message.kind.value, truth.kind == message.kind.value),
        "from": (truth.sender, _printed([headers.sender]), _same_people([truth.sender], [headers.sender])),
        "to": (truth.to, _printed(headers.to), _same_people(truth.to, headers.to)),
        "cc": (truth.cc, _printed(headers.cc), _same_people(truth.cc, headers.cc)),
        "date": (truth.date, _iso(headers.date), truth.date in (None, _iso(headers.date))),
        "subject": (truth.subject, headers.subject, _letters(truth.subject) == _letters(headers.subject or "")),
        "attachments": (truth.attachments, headers.attachments, truth.attachments == list(headers.attachments)),
        "page_end": (truth.page_end, message.last_page, truth.page_end == message.last_page),
    }
    for name, (printed, read, is_right) in values.items():
        score.right[name] += is_right
        if not is_right:
            score.failures.append(Failure(name, truth.page_start, printed, read))


def _false_email(release: ForgedRelease, message: MessageRecord) -> Failure:
    """Say what it is that was taken for an email."""
    inside = [
        record
        for record in release.records
        if (record.page_start, record.line_start - 3) <= (message.first_page, message.first_line)
        and message.first_page <= record.page_end
    ]
    what = (inside[-1].level, inside[-1].kind) if inside else None
    read = (message.first_line, _printed([message.headers.sender]), message.headers.subject)
    return Failure("false_email", message.first_page, what, read)


def _iso(date: PrintedDate | None) -> str:
    if date is None or date.wall is None or date.precision is None:
        return ""
    text = f"{date.wall:{_ISO[date.precision]}}"
    if date.utc_offset_min is None or "T" not in text:
        return text
    hours, minutes = divmod(abs(date.utc_offset_min), 60)
    return f"{text}{'-' if date.utc_offset_min < 0 else '+'}{hours:02}:{minutes:02}"


def _printed(people: Sequence[Mailbox | None]) -> list[str]:
    return [WITHHELD if person.withheld else person.printed for person in people if person]


def _same_people(truth: Sequence[str], read: Sequence[Mailbox | None]) -> bool:
    """Tell whether both name the same people, in any order."""
    wanted = [_person_keys(name) for name in truth if name]
    found = [_mailbox_keys(person) for person in read if person is not None]
    for keys in wanted:
        match = next((index for index, other in enumerate(found) if keys & other), None)
        if match is None:
            return False
        del found[match]
    return not found


def _person_keys(printed: str) -> set[str]:
    if printed == WITHHELD:
        return {"*"}
    addresses = set(_ADDRESS.findall(printed.lower()))
    name = re.sub(r"[\[(<{/][^\])>}]*[\])>}]?", " ", _ADDRESS.sub(" ", printed)) if "/" in printed else printed
    name = re.sub(r"[\[(<{][^\])>}]*[\])>}]?", " ", _ADDRESS.sub(" ", name))
    return addresses | _name_key(name)


def _mailbox_keys(person: Mailbox) -> set[str]:
    if person.withheld:
        return {"*"}
    addresses = {person.address} if person.address else set()
    return addresses | _name_key(person.name or "")


def _name_key(name: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", _fold(name))
    long = [word for word in words if len(word) > 1] or words
    return {" ".join(sorted(long))} if long else set()


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", _fold(text))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
