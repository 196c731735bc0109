"""Cut a query into words, phrases, fields, parentheses and operators; nothing is an error."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

_MAX_DEPTH = 25  # deeper parentheses are left out: nobody reads them, and the stack is finite

# One character for one, so that what is typed on a phone or pasted from a letter is understood.
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»〝〞〟", '"'),
        **dict.fromkeys("‘’‚‛ʼ", "'"),
        **dict.fromkeys("‐‑−", "-"),
        "\u3000": " ",
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
    }
)
# "(b)(5)" is a code and not two groups.
CODES = re.compile(r"(?:\([A-Za-z]\)\s?|[A-Za-z])\(\d{1,2}\)(?:\s?\([A-Za-z]\)(?!\s?\(\d))?")
FIELD = re.compile(r"([A-Za-z]+):(?!//)")
_LEXEME = re.compile(
    rf"""(?P<space>\s+)
    |(?P<codes>{CODES.pattern})
    |(?P<open>\()
    |(?P<close>\))
    |"(?P<phrase>[^"]*)(?P<closed>"?)(?P<near>(?:~\d*)?)
    |(?P<minus>[-!]+(?=[^\s!-]))
    |(?P<field>{FIELD.pattern})
    |(?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_WORD = re.compile(r'[^\s()"]+')


class Kind(StrEnum):
    """What a lexeme is."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    FIELD = "field"  # text: its name in lower case
    WORD = "word"
    CODES = "codes"
    PHRASE = "phrase"


class Lexeme(NamedTuple):
    """A piece of a query."""

    kind: Kind
    text: str = ""
    near: str = ""  # what stands behind a phrase: "~10"


OPERATORS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT, "&&": Kind.AND, "||": Kind.OR}


def split_query(text: str, notes: list[str]) -> list[Lexeme]:
    """Return the pieces of a query with its parentheses balanced; `notes` gets what was mended."""
    return list(_balance(_find_lexemes(text.translate(_STRAIGHT), notes), notes))


def _find_lexemes(text: str, notes: list[str]) -> Iterator[Lexeme]:
    position = 0
    after_field = False
    while match := _LEXEME.match(text, position):
        kind = match.lastgroup
        glued = position > 0 and not text[position - 1].isspace() and text[position - 1] != "("
        if kind == "minus" and glued:  # "(b)(6)-free", "from:-x": a hyphen and no operator
            match = _WORD.match(text, position) or match
            kind = "word"
        lexeme = _lexeme(kind or "", match, after_field=after_field and glued, notes=notes)
        after_field = kind == "field"
        position = match.end()
        if lexeme:
            yield lexeme


def _lexeme(kind: str, match: re.Match[str], *, after_field: bool, notes: list[str]) -> Lexeme | None:
    found = match.group()
    if kind == "word":
        operator = None if after_field else OPERATORS.get(found)
        return Lexeme(operator) if operator else Lexeme(Kind.WORD, found)
    if kind in ("phrase", "closed", "near"):
        if not match["closed"]:
            notes.append("A quotation mark is not closed: everything after it was read as one phrase.")
        return Lexeme(Kind.PHRASE, match["phrase"], match["near"])
    plain = {"open": Kind.OPEN, "close": Kind.CLOSE, "minus": Kind.NOT}
    if kind in plain:
        return Lexeme(plain[kind])
    if kind == "codes":
        return Lexeme(Kind.CODES, "".join(found.split()))
    return None if kind == "space" else Lexeme(Kind.FIELD, found.rstrip(":"))


def _balance(lexemes: Iterator[Lexeme], notes: list[str]) -> Iterator[Lexeme]:
    kept: list[bool] = []  # for each open parenthesis, whether it counts
    for lexeme in lexemes:
        if lexeme.kind is Kind.OPEN:
            kept.append(len(kept) < _MAX_DEPTH)
            if not kept[-1]:
                notes.append(f"Parentheses more than {_MAX_DEPTH} deep were ignored.")
                continue
        elif lexeme.kind is Kind.CLOSE:
            if not kept:
                notes.append('A ")" without its "(" was ignored.')
                continue
            if not kept.pop():
                continue
        yield lexeme
    if kept:
        notes.append('A "(" is not closed: it was read as closed at the end.')
        yield from (Lexeme(Kind.CLOSE) for counts in kept if counts)
