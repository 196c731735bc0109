"""Read a printed name: "Roe, Jane A" and "Jane A. Roe" say the same; a role or a list is no name."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.people_merging.glyphs import fold, similarity, skeleton

_PATH = re.compile(r"[(\[]\s*[A-Za-z0-9&. -]+/[^()]*\)?")  # "(NIH/NIAID)": what follows it is no name
_REST = re.compile(r"[\[<{‹«(].*$")
_BATES = re.compile(r"\b[A-Z][A-Z0-9-]{2,}\d{4,}.*$")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[0158](?=[^\W\d_]))*(?:['’.-][^\W\d_]+)*")
_DIGITS = str.maketrans("0158", "olsb")  # within a word they are misread letters
_MIDDLE = re.compile(r"[A-Z]\.?|[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?")
_TITLES = frozenset(["dr", "mr", "mrs", "ms", "prof", "amb", "gen", "adm", "col", "capt", "hon", "rep", "sen"])
_SUFFIXES = frozenset(
    ["jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "dds", "mph", "jd", "rn", "usa", "usn", "usmc", "usaf"]
)
# Words of shared mailboxes and lists: without a comma, what has one of them is not a person's name.
_LIST_WORDS = frozenset(
    [
        "admin", "affairs", "alert", "alerts", "announcements", "assistant", "assistants", "board", "bureau",
        "center", "clips", "command", "committee", "communications", "contact", "coordination", "crawler",
        "department", "deputies", "desk", "director", "division", "dl", "duty", "editor", "events", "group", "help",
        "helpdesk", "info", "inquiries", "internal", "journal", "legislative", "list", "listserv", "mailbox",
        "management", "media", "members", "monitoring", "network", "news", "newsletter", "notification", "office",
        "officer", "officers", "operations", "ops", "postmaster", "press", "public", "records", "requests", "room",
        "schedule", "secretary", "security", "service", "services", "special", "staff", "support", "team",
        "technology", "ticker", "today", "update", "updates", "users", "watch",
    ]
)  # fmt: skip
_MAILTO = "maiito"  # the skeleton of "mailto"
_SHORTEST_NAME = 5  # letters that are no garble of a box
_LONGEST_TAIL = 4  # letters of what OCR makes of a black box: "MOO", "TW"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name of at least two words, folded; `middle` is "" where none is legible."""

    family: str
    given: str
    middle: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The family and the first given name."""
        return self.family, self.given


@lru_cache(maxsize=65_536)
def read_name(text: str) -> PersonName | None:
    """Return the person that a mailbox's name part names; None for one word, a list, or several people."""
    bare = _strip(text)
    if bare is None:
        return None
    parts = [part.strip() for part in bare.split(",") if part.strip()]
    while len(parts) > 1 and all(_plain(word) in _SUFFIXES for word in parts[-1].split()):
        parts.pop()
    if not 1 <= len(parts) <= 2:
        return None
    words = [_words(part) for part in parts]
    if "_" in bare or (len(words) == 1 and any(_plain(word) in _LIST_WORDS for word in words[0])):
        return None
    return _family_first(*words) if len(words) == 2 else _given_first(words[0])


@lru_cache(maxsize=65_536)
def name_part(printed: str, name: str | None) -> str:
    """Return what of a mailbox is its name: what stands before an agency's path, else `name` as it was read.

    Behind the path stands at most what OCR makes of a black box.
    """
    paths = list(_PATH.finditer(printed))
    if len(paths) == 1 and "@" not in printed[: paths[0].start()]:
        return printed[: paths[0].start()].strip()
    return printed if len(paths) > 1 else name or ""


def agree(one: PersonName, other: PersonName) -> bool:
    """Tell whether two names may be one: the same family and given name, and no two middle names."""
    return one.pair == other.pair and middles_agree(one.middle, other.middle)


def middles_agree(one: str, other: str) -> bool:
    """Tell whether two middle names may be one: "" and "d" with all, "h" with "hongju"."""
    return one.startswith(other) or other.startswith(one)


def _strip(text: str) -> str | None:
    """Return the name alone; None if the text names several people."""
    paths = _PATH.findall(text)
    if len(paths) > 1 or "@" in text or ";" in text or text.strip(" \"'").count('"') > 1:
        return None
    before = _PATH.split(text)[0] if paths else re.sub(r"\([^()]*\)", " ", text)
    before = before.replace('"', " ")
    if "," in "".join(_REST.findall(before)):
        return None  # "Jane Roe (YY - Poe, Ann": a box that could not be read hides where the second begins
    before = _BATES.sub("", _REST.sub("", before))
    kept: list[str] = []
    for word in before.split():
        if len(word) > 4 and similarity(skeleton(word), _MAILTO) >= 0.75:
            break
        kept.append(word)
    name = " ".join(kept).strip(" '’`°,;:*•|")
    return name if name and ":" not in name else None


def _words(text: str) -> list[str]:
    words = text.split()
    while len(words) > 1 and _plain(words[0]) in _TITLES:
        words = words[1:]
    while len(words) > 1 and _plain(words[-1]) in _SUFFIXES:
        words = words[:-1]
    return words


def _family_first(family: list[str], rest: list[str]) -> PersonName | None:
    if not rest or len(family) > 3:
        return None
    given = rest[0]
    if not (_is_word(given) and all(_is_word(word) for word in family)):
        return None
    middles = []
    for word in rest[1:]:
        if not _MIDDLE.fullmatch(word):
            break
        middles.append(word)
    rest = [word for word in rest if _plain(word)]
    if any(_is_word(word) and len(_plain(word)) >= _SHORTEST_NAME for word in rest[1 + len(middles) :]):
        return None  # a second person behind the box of the first
    # Behind a name of which more is garbled, a lone letter is more likely part of the garble.
    is_garbled = len(middles) < len(rest) - 1
    middle = _plain(middles[0]) if middles and not is_garbled else ""
    return PersonName(_plain(" ".join(family)), _plain(given), middle)


def _given_first(words: list[str]) -> PersonName | None:
    is_capitals = all(word.isupper() for word in words)
    if is_capitals and any(len(word) <= 3 for word in words):
        return None  # "NIAID OD AM"
    while len(words) > 2 and (
        _plain(words[-1]) == "" or words[-1].islower() or (len(words[-1]) <= _LONGEST_TAIL and words[-1].isupper())
    ):
        words = words[:-1]
    if not 2 <= len(words) <= 4 or not (_is_word(words[0]) and _is_word(words[-1])):
        return None
    middle = words[1:-1]
    if middle and not all(_MIDDLE.fullmatch(word) for word in middle):
        return None
    return PersonName(_plain(words[-1]), _plain(words[0]), _plain(middle[0]) if middle else "")


def _is_word(word: str) -> bool:
    bare = word.strip(".,;:!?)]}'’|")
    return len(_plain(bare)) > 1 and bool(_WORD.fullmatch(bare)) and not re.search(r"[a-z][A-Z]{2}", bare)


def _plain(word: str) -> str:
    letters = fold(word)
    if re.search(r"[a-z]{2}", letters):
        letters = letters.translate(_DIGITS)
    return re.sub(r"[^a-z]", "", letters)
