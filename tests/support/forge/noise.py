"""What OCR makes of a page: the misreadings that real text layers hold."""

import re
from dataclasses import dataclass
from random import Random

_LABELS = {
    "Cc:": ("Ce:", "Ce:", "Ge:", "Cc", "C:"),
    "From:": ("Frorn:", "From;", "Fram:", "From", "From."),
    "Sent:": ("Sent;", "Sent", "Sant:", "Sent."),
    "Subject:": ("Sul!ject:", "Subject", "Subject.", "Subjeet:"),
    "To:": ("To;", "T°:", "To", "Tc:"),
}
_WORDS = (
    (re.compile(r"\bPM$"), ("PIVI", "PN", "P.M.")),
    (re.compile(r"@"), ("©",)),
    (re.compile(r">"), ("›",)),
    (re.compile(r"(?<=\d{4}) (?=\d{1,2}:\d\d)"), ("",)),  # 20111:53 AM
    (re.compile(r"(?<=\d):(?=\d\d\b)"), (".",)),
    (re.compile(r"(?<=\b20\d)1\b"), ("i", "l")),  # 201i
    (re.compile(r"(?<=\b20\d)2\b"), ("Z",)),
    (re.compile(r"\b0(?=\d,)"), ("O",)),  # June O8
    (re.compile(r"August"), ("Au ust",)),
    (re.compile(r"December"), ("Decem er",)),
    (re.compile(r"'"), ("°", "`")),
)
_CODE = re.compile(r"^(?:\(b\)\s?\(\d\)|B\d|1\.4\(\w\))$")
_GARBLED = ("9 @@>", ") 1)", "(GG (05/108)", "OO»", "")  # a box with its code


@dataclass(slots=True)
class Misreader:
    """Misreads with a given likelihood a word; the same seed misreads alike."""

    rng: Random
    rate: float  # of values and labels that are misread

    def read(self, text: str, *, is_label: bool) -> str:
        """Return the text as OCR gives it."""
        if self.rng.random() >= self.rate:
            return text
        if _CODE.match(text.replace("\u00a0", " ")):
            return self.rng.choice(_GARBLED)
        if is_label:
            return self.rng.choice(_LABELS.get(text, (text,)))
        if len(text) == 1:
            return ""
        fitting = [(pattern, readings) for pattern, readings in _WORDS if pattern.search(text)]
        if fitting:
            pattern, readings = self.rng.choice(fitting)
            return pattern.sub(self.rng.choice(readings), text, count=1)
        return text
