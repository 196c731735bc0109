"""Make the leaves of a query: terms, dates and traits, each in one form."""

import difflib
import re

from app.search.dates import Days, parse_days
from app.search.query.lexer import FIELD, OPERATORS, Kind, Lexeme
from app.search.query.tree import (
    Dated,
    Field,
    Fuzzy,
    Has,
    Near,
    Node,
    OnPages,
    Pattern,
    Phrase,
    Trait,
    Word,
)
from app.search.tokens import find_patterns, find_tokens

_DATE, _AFTER, _BEFORE, _HAS, _IS, _PAGE = "date", "after", "before", "has", "is", "page"
_NAMES = [*(str(name) for name in Field), _DATE, _AFTER, _BEFORE, _HAS, _IS, _PAGE]
_SHORT = {
    "f": "from",
    "t": "to",
    "c": "cc",
    "p": "participant",
    "s": "subject",
    "b": "body",
    "a": "agency",
    "r": "release",
    "d": "date",
    "ex": "exemption",
    "nq": "own",
    "q": "quoted",
}
# Names that people try and that look like none of ours, or like the wrong one.
_MEANT = {
    "sender": "from",
    "author": "from",
    "recipient": "to",
    "title": "subject",
    "text": "body",
    "since": "after",
    "until": "before",
    "attachment": "has",
    "year": "date",
    "on": "date",
    "pages": "page",
}
_STARS = re.compile(r"\*{2,}")
_MOST_WILDCARDS = 8
_LOWER_OPERATORS = ("and", "or", "not")
_LONGEST_WORD = 200
_LONGEST_PHRASE = 1000
_FUZZY = re.compile(r"(.*?)~(\d*)", re.DOTALL)
_MAX_DISTANCE = 2
_EDGE = re.compile(r"^(?:[\W_])+|(?:[\W_])+$")
_PATTERN_EDGE = re.compile(r"^(?:[^\w*]|_)+|(?:[^\w*]|_)+$")
_EXEMPTION = re.compile(r"\(?([a-z])\)?\(?(\d{1,2})\)?\(?([a-z])?\)?", re.IGNORECASE)
_NEAR_DISTANCE = 10  # of "a b"~
_MAX_NEAR_DISTANCE = 100  # words
_MAX_NEAR_WORDS = 10
_PAGES = re.compile(r"(\d{1,6})(?:(\.\.)(\d{1,6})?)?")
_DATE_FORMS = "write 2017, 2017-09, 2017-09-21, or two of them with .. between"


def find_field(name: str) -> str | None:
    """Return the long name of a field, given its long or short one in any case; None: there is no such."""
    name = name.lower()
    return name if name in _NAMES else _SHORT.get(name)


def unknown_field_note(name: str) -> str:
    """Say that there is no such field, and which one may be meant."""
    lowered = name.lower()
    nearest = _MEANT.get(lowered) or max(
        _NAMES, key=lambda known: difflib.SequenceMatcher(None, lowered, known).ratio()
    )
    return f'There is no field "{name}": it was searched as a word. Did you mean {nearest}:?'


def make_leaf(name: str | None, lexeme: Lexeme, notes: list[str]) -> Node | None:
    """Return the leaf for a word or phrase in the field of this long name; None, with a note, if it is none."""
    if name in (_DATE, _AFTER, _BEFORE):
        return _make_dated(name, lexeme.text, notes)
    if name in (_HAS, _IS):
        return _make_has(name, lexeme.text, notes)
    if name == _PAGE:
        return _make_pages(lexeme.text, notes)
    field = Field(name) if name else None
    if lexeme.kind is Kind.WORD:
        lexeme = lexeme._replace(text=_STARS.sub("*", lexeme.text))
        if sum(map(lexeme.text.count, "*?")) > _MOST_WILDCARDS:
            notes.append(f'"{lexeme.text}" was ignored: it has more than {_MOST_WILDCARDS} of * and ?.')
            return None
    leaf = _make_text_leaf(field, lexeme, notes)
    if leaf is None:
        notes.append(f'"{lexeme.text}" was ignored: it has no letter or digit to search for.')
    return leaf


def normalise_exemption(text: str) -> str:
    """Return an exemption as agencies write it, "(b)(7)(E)" for "b7e"; other text as it is."""
    code = _EXEMPTION.fullmatch("".join(text.split()))
    return "".join(f"({part})" for part in _cased(code)) if code else text


def _make_text_leaf(field: Field | None, lexeme: Lexeme, notes: list[str]) -> Node | None:
    if field is Field.EXEMPTION and _EXEMPTION.fullmatch("".join(lexeme.text.split())):
        return Phrase(normalise_exemption(lexeme.text), field)
    if lexeme.kind is Kind.PHRASE:
        if "*" in lexeme.text and find_tokens(lexeme.text):
            notes.append(f'"{lexeme.text}": * has no meaning within quotation marks; words there are exact.')
        text = " ".join(lexeme.text[:_LONGEST_PHRASE].split())
        return _make_near(text, field, lexeme.near, notes) if lexeme.near else _make_phrase(text, field)
    if lexeme.kind is Kind.CODES:
        return Word(lexeme.text, field)
    if lexeme.text in _LOWER_OPERATORS and lexeme.kind is Kind.WORD and field is None:
        notes.append(f'"{lexeme.text}" was searched as a word: operators are written {lexeme.text.upper()}.')
    word = lexeme.text[:_LONGEST_WORD]
    distance = 0
    if match := _FUZZY.fullmatch(word):
        word = match[1].replace("~", "-")
        distance = min(int(match[2] or 1), _MAX_DISTANCE)
    return _make_word(field, word, distance, notes)


def _make_phrase(text: str, field: Field | None) -> Phrase | None:
    return Phrase(text, field) if find_tokens(text) else None


def _make_near(text: str, field: Field | None, near: str, notes: list[str]) -> Node | None:
    words = list(dict.fromkeys(find_tokens(text)))
    if len(words) < 2:
        notes.append(f'{near} was ignored after "{text}": it needs two different words or more to be near each other.')
        return _make_phrase(text, field)
    if len(words) > _MAX_NEAR_WORDS:
        notes.append(f"Only the first {_MAX_NEAR_WORDS} words before {near} were searched.")
    distance = int(near[1:5] or _NEAR_DISTANCE)
    if distance > _MAX_NEAR_DISTANCE:
        notes.append(f"{near} was read as ~{_MAX_NEAR_DISTANCE}: farther apart is not near.")
    return Near(" ".join(words[:_MAX_NEAR_WORDS]), min(distance, _MAX_NEAR_DISTANCE), field)


def _make_word(field: Field | None, word: str, distance: int, notes: list[str]) -> Node | None:
    pattern = _PATTERN_EDGE.sub("", word)
    patterns = find_patterns(pattern)
    if any("*" in found or "?" in found for found in patterns):
        if distance:
            notes.append(f'"~" was ignored in "{word}~": it does not go with * and ?.')
        return Pattern(_plain(pattern, field), field)
    word = _plain(_EDGE.sub("", pattern.replace("*", "-").replace("?", "-")), field)
    tokens = find_tokens(word)
    if not tokens:
        return None
    if distance and len(tokens) > 1:
        notes.append(f'"~" was ignored after "{word}": it works on letters and digits without a break.')
    return Fuzzy(word, distance, field) if distance and len(tokens) == 1 else Word(word, field)


def _plain(word: str, field: Field | None) -> str:
    """Return the word so that nobody takes it for an operator or a field."""
    if field is None and word in OPERATORS:
        return word.lower()
    return word.replace(":", "-") if FIELD.match(word) else word


def _cased(code: re.Match[str]) -> list[str]:
    """The parts of an exemption as agencies write them: (b)(7)(E)."""
    letter, number, part = code.groups()
    return [letter.lower(), number, part.upper()] if part else [letter.lower(), number]


def _make_dated(name: str, text: str, notes: list[str]) -> Dated | None:
    first, dots, last = text.strip().replace("…", "..").partition("..")
    start, end = _read_end(first, optional=bool(dots)), _read_end(last, optional=True)
    if start is None or end is None or (dots and name != _DATE):
        notes.append(f'{name}:{text} was ignored: "{text}" is not a date; {_DATE_FORMS}.')
        return None
    if name == _AFTER:
        return Dated(start.first, None)
    if name == _BEFORE:
        return Dated(None, start.last)
    if start.first and end.first and end.first < start.first:
        start, end = end, start
    return Dated(start.first, end.last) if dots else Dated(start.first, start.last)


def _read_end(text: str, *, optional: bool) -> Days | None:
    return Days(None, None) if optional and not text else parse_days(text)


def _make_has(name: str, text: str, notes: list[str]) -> Has | None:
    lowered = text.lower().replace(" ", "-")
    for trait in Trait:
        if lowered in (trait, f"{trait}s"):
            return Has(trait)
    *others, last = (f"{_IS if trait is Trait.WITHHELD_SENDER else _HAS}:{trait}" for trait in Trait)
    notes.append(f"{name}:{text} was ignored: there is {', '.join(others)} and {last}.")
    return None


def _make_pages(text: str, notes: list[str]) -> OnPages | None:
    match = _PAGES.fullmatch(text.strip().replace("…", ".."))
    first, last = (int(match[1]), int(match[3]) if match[3] else None) if match else (0, None)
    if match is None or first < 1 or last == 0:
        notes.append(f'page:{text} was ignored: "{text}" is no page; write 12, or 12..20.')
        return None
    if not match[2]:
        return OnPages(first, first)
    return OnPages(*sorted((first, last))) if last is not None else OnPages(first, None)
