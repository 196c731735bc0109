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
    (re.compile(r"August"), ("Au ust",)),
    (re.compile(r"December"), ("Decem er",)),
    (re.compile(r"'"), ("°", "`")),
)
_IN_TEXT = (("rn", "m"), ("m", "rn"), ("l", "1"), ("e", "c"), ("h", "b"), ("O", "0"))


@dataclass(slots=True)
class Misreader:
    """Misreads with a given likelihood a word; the same seed misreads alike."""

    rng: Random
    rate: float  # of values and labels that are misread

    def read(self, text: str, *, is_label: bool) -> str:
        """Return the text as OCR gives it."""
        if self.rng.random() >= self.rate:
            return text
        if is_label:
            return self.rng.choice(_LABELS.get(text, (text,)))
        if len(text) == 1:
            return ""
        fitting = [(pattern, readings) for pattern, readings in _WORDS if pattern.search(text)]
        if fitting:
            pattern, readings = self.rng.choice(fitting)
            return pattern.sub(self.rng.choice(readings), text, count=1)
        return text


def misread_letters(rng: Random, text: str) -> str:
    """Return running text with one pair of letters taken for another."""
    wrong, right = rng.choice(_IN_TEXT)
    return text.replace(wrong, right, 1)
