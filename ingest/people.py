"""Read mailboxes as headers print them: "Roe, Jane (NIH/OD) [E]", "Jane Roe <jane@example.org>"."""

import re
from collections.abc import Iterator, Sequence

from ingest.records import Mailbox
from ingest.redactions import find_codes, find_codes_within, is_withheld

_ADDRESS = re.compile(r"[\w.+'’&=/-]+[@©][\w-]+(?:\.[\w-]+)+")  # OCR reads "©" for "@"
# An address with its brackets: "<a@b.c>", "[mailto:a@b.c]", and what OCR leaves of them: "<a@b.c›", "(a©b.c)".
_BRACKETED_ADDRESS = re.compile(
    r"[<\[(‹«]\s*(?:mailto:|SMTP:)?\s*'?(?P<address>[^<>\[\]()‹›«»\s]*[@©][^<>\[\]()‹›«»\s]*?)'?\s*(?:[>\])›»]|$)",
    re.I,
)
# What OCR left of an address in brackets, "<SullivanDostate.gov>", "[malito:J", "fmailto:" or "[", is no part
# of a name either.
_BRACKETED_REST = re.compile(
    r"[<‹«][^<>‹›«»]*(?:[>›»]|$)|[\[{(]\s*[^\[\]{}()\s]*[.:][^\[\]{}()\s]*(?:[\]})]|$)|[\[(]\s*$"
    r"|(?:(?<=\s)|^)(?:[\[({|fl]ma[il1]{1,3}to?\W*|ma[il1]{1,3}to?\s*[:;\])}]\W*)$"
)
_X500 = re.compile(r"[<\[]\s*/O=.*?/CN=(?P<name>[^/>\]]+)[>\]]?", re.I)
_TAG = re.compile(r"\((?P<tag>[A-Z][A-Za-z0-9&. -]*(?:/ ?[A-Z0-9][A-Za-z0-9&. -]*)*):?\s?\)")
_NOTES = re.compile(  # a Lotus Notes name, "Jane Roe/DC/USEPA/US@EPA"
    r"^\W*(?P<name>[^/<>@\d]{3,60}?)/(?P<path>[A-Z][\w &.-]*(?:/[A-Z][\w &.-]*)+)(?:@[\w.-]+)*\W*$"
)
# "[E]" employee, "[C]" contractor, and any garble after it; OCR reads the closing bracket as J.
_LETTER = re.compile(r"\s*(?:[\[(]\s*[A-Z]\s*[\]J)}]|\[\s*[A-Z]\s).*$")
_BEHALF = re.compile(r"^(?P<sender>.*?)\s*;?\s*\bon\s+behalf\s+of\b\s*(?P<principal>.*)$", re.I | re.S)
_EDGES = " \t\"'“”‘’°,;:*•|"
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "dds", "mph", "usa", "usn", "usmc", "usaf"}
_PARTICLES = {
    "de",
    "la",
    "le",
    "du",
    "da",
    "di",
    "do",
    "el",
    "al",
    "van",
    "von",
    "der",
    "den",
    "bin",
    "ben",
    "ter",
    "jr",
    "sr",
}
_BOX_LETTERS = 24  # what OCR makes of a box is short
_ODD = re.compile(r"[»«›‹©®°@(){}\[\]|—_=~^*]|\d")
_WORD_LIKE = re.compile(r"^(?=.*[aeiouyAEIOUY])(?:[A-Z]?[a-z]+|[A-Z]+)$")
_SHORT = 3  # letters of a last word in lower case that names nobody
REDACTED = "[redacted]"  # stands in a value where a box without a code stands on the page
_LONGEST = 1_000  # letters of one mailbox that are looked at
_SHORTEST_LOWER = 4  # letters of a name in lower case
_LOST_MAILBOX = re.compile(r"^\W*@[\w-]+\.[\w.-]+\W*$")  # "@gmail.com": the name before it is blacked out


def split_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a recipient line, in the order printed.

    Outlook parts them by ";" and its names hold commas; Apple Mail and Gmail part them by ",".
    A part that holds nothing but marks is left out.
    """
    parts = _split_top(text, ";") if ";" in text else list(_split_at_commas(text))
    boxes = []
    for part in parts:
        for piece in _pairs_of_names(part):
            mailbox = parse_mailbox(piece)
            if mailbox is not None:
                boxes.append(mailbox)
    return tuple(boxes)


def split_behalf(text: str) -> tuple[str, str | None]:
    """Return the sender and the one on whose behalf it was sent (None if that is not said)."""
    match = _BEHALF.match(text)
    if match and match["sender"].strip():
        return match["sender"], match["principal"]
    return text, None


def parse_mailbox(text: str, *, of_print: bool = True) -> Mailbox | None:
    """Return one mailbox; None if the text holds no name, no address and no sign of withholding.

    Of a print, what OCR leaves of redaction boxes is taken out of the name.
    """
    printed = " ".join(text[:_LONGEST].split()).strip(" ;,")
    if not printed:
        return None
    codes = tuple(dict.fromkeys(code for code, _ in find_codes(printed) or find_codes_within(printed)))
    bare = " ".join(printed.replace(REDACTED, " ").split()).strip(" ;,")
    if is_withheld(printed) or (REDACTED in printed and (not bare or _LOST_MAILBOX.match(bare))):
        return Mailbox(bare or printed, None, None, withheld=True, codes=codes)
    printed = bare or printed
    address = _find_address(printed)
    tag = find_tag(printed)
    is_garble = of_print and _is_box_garble(printed)
    name = None if is_garble else _find_name(printed)
    if name and of_print:
        name = _without_garble(name)
    if name is None and address is None:
        is_withheld_value = bool(codes) or bool(_LOST_MAILBOX.match(printed)) or is_garble
        return Mailbox(printed, None, None, tag, withheld=True, codes=codes) if is_withheld_value else None
    return Mailbox(printed, name, address, tag, codes=codes)


def find_tag(text: str) -> str | None:
    """Return the agency path printed behind a name, "NIH/NIAID", or None.

    A single word counts only in capitals: "(OGC)" is a unit, "(Jim)" a nickname.
    """
    if notes := _NOTES.match(text):
        return notes["path"]
    for match in _TAG.finditer(text):
        tag = match["tag"].strip()
        if ("/" in tag or tag.isupper()) and len(tag) > 1:
            return tag
    return None


def _find_address(text: str) -> str | None:
    match = _BRACKETED_ADDRESS.search(text)
    found = _ADDRESS.search(match["address"] if match else text)
    return found.group().replace("©", "@").strip(".'’").lower() if found else None


def _find_name(text: str) -> str | None:
    """Return the words that name someone, in the order printed, or None if there are none."""
    if notes := _NOTES.match(text):
        return notes["name"].strip(_EDGES)
    if match := _X500.search(text):
        before = text[: match.start()].strip(_EDGES)
        return before or match["name"].title()
    name = _BRACKETED_ADDRESS.sub(" ", text)
    name = re.sub(r"\(\s*b\s*\)\s*\(\s*\d\s*\)(?:\s*\([A-Fa-f]\))?", " ", name)
    if tag := _TAG.search(name):
        rest = name[tag.end() :]
        name = name[: tag.start()] + (" " if _LETTER.match(rest) else " " + rest)
    name = _LETTER.sub("", name)
    name = _ADDRESS.sub(" ", name)
    name = _BRACKETED_REST.sub(" ", name)
    name = re.sub(r"(?<!\S)[@©]\S*", " ", name)
    name = " ".join(name.split()).strip(_EDGES + "<>[]-–")
    return name if _names_someone(name) else None


def _without_garble(name: str) -> str:
    """Leave out what OCR makes of a redaction box behind a name: "Roe, Jane yyy oe", "Poe, Ann 9 9", "Bee 0)"."""
    words = name.split()
    while len(words) > 1 and _is_garble(words[-1]):
        words.pop()
    kept = " ".join(words)
    return kept if kept == name else kept.strip(_EDGES + "<>[](){}-–")


def _is_box_garble(text: str) -> bool:
    """Tell what OCR makes of a redaction box, "(GG (05/108)" or "OO»", from a name or initials."""
    if len(text) > _BOX_LETTERS or not _ODD.search(text):
        return False
    return not any(_WORD_LIKE.search(word) for word in re.findall(r"[^\W\d_]{3,}", text))


def _is_garble(word: str) -> bool:
    letters = re.sub(r"[^\w]", "", word)
    if not any(letter.isalpha() for letter in letters):
        return True
    if len(set(letters.casefold())) == 1 and len(letters) > 2:
        return True
    return len(letters) <= _SHORT and letters.islower() and letters not in _PARTICLES


def _names_someone(text: str) -> bool:
    """Tell a name from what OCR makes of a redaction box, "ee" or "(o) 6)"; "H" may be a name."""
    if any(letter.isupper() for letter in text):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= _SHORTEST_LOWER]
    uncased = any(letter.isalpha() and not letter.islower() for letter in text)  # Chinese knows no capitals
    return uncased or bool(words)


def _split_top(text: str, separator: str) -> list[str]:
    """Split at separators outside quotes."""
    parts, start, quoted = [], 0, False
    for index, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        if letter == separator and not quoted:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _split_at_commas(text: str) -> Iterator[str]:
    """Split at the commas that part mailboxes, not at those within a name.

    A comma parts when an address, a closing bracket, a quoted name or an exemption code stands before it.
    """
    pending: list[str] = []
    parts = _split_top(text, ",")
    given_first = _given_names_first(parts)
    for part in parts:
        pending.append(part)
        whole_name = given_first and len(pending) == 1 and len(part.split()) > 1
        if whole_name or _is_whole(part[:_LONGEST].strip()):
            yield ",".join(pending)
            pending = []
    if "".join(pending).strip():
        yield ",".join(pending)


def _given_names_first(parts: Sequence[str]) -> bool:
    """Tell whether a list writes "Jane Roe <...>, Ann Poe <...>": then a name without address is whole, too."""
    named = [
        sum(len(word.strip(".")) > 1 for word in part[: match.start()].split())
        for part in parts
        if (match := _BRACKETED_ADDRESS.search(part))
    ]
    return len(named) > 1 and sum(words > 1 for words in named) > sum(words == 1 for words in named)


def _is_whole(part: str) -> bool:
    """Tell whether what stands before a comma is a mailbox of its own, not a family name."""
    if _ADDRESS.search(part) or part.endswith((">", "]", "›", '"')) or _NOTES.match(part):
        return True
    codes = find_codes_within(part)
    return is_withheld(part) or bool(codes and part.endswith(codes[-1][1]))


def _pairs_of_names(text: str) -> list[str]:
    """Part "Last, First, Last, First", where OCR read ";" as ","; anything else stays whole."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) < 4 or len(pieces) % 2 or '"' in text:
        return [text]
    families, given = pieces[::2], pieces[1::2]
    if any(len(name.split()) > 2 for name in families) or any(
        name.casefold().strip(".") in _SUFFIXES for name in given
    ):
        return [text]
    return [f"{family}, {name}" for family, name in zip(families, given, strict=True)]
