"""Tell the public body that a mailbox belongs to, by its address or its name tag.

data/reference/agencies.csv has its source in each row. A bare name is never evidence.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SOURCE_TREE = Path(__file__).parent.parent / "data" / "reference"
_INSTALLED = Path(__file__).parent / "reference"  # a wheel carries the folder here

# "(0S/ASPR/10)": a path whose first letter OCR took for a digit; "Roe, Jane EOP/NSC": one without brackets.
_PATH = re.compile(r"\(([A-Z0-9][\w&. -]*(?:/[\w&. -]+)+)\)")
_BARE_PATH = re.compile(r"(?<=\s)[A-Z]{2,}(?:/[A-Z0-9]{2,})+(?!\S)")
_DOMAIN_TAG = re.compile(r"\(([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov|mil))\)")  # "(uscg.mil)"
# "Roe, Jane A CIV USARMY HQDA (USA)": what stands behind the kind of employment in the directory of Defense.
_EMPLOYMENT = re.compile(r"\b(?:CIV|CTR|MIL|NFG|NAF)\s+((?:[A-Z][A-Z0-9-]+\s*)+)")
_LOTUS = re.compile(r"[A-Za-z.]/((?:[A-Z0-9 -]+/)+US)\b")  # "Jane Roe/DC/USEPA/US@EPA"
_X500 = re.compile(r"/O=([A-Z0-9 -]+)/", re.I)
_LONGEST = 1_000  # letters of one mailbox that are looked at


@dataclass(frozen=True, slots=True)
class AgencyRecord:
    """A public body; `domains` are suffixes of mail addresses, days are ISO."""

    slug: str
    name: str
    abbreviation: str | None
    parent: str | None  # slug; None: stands for itself
    level: str  # department, independent, legislative, judicial or component
    domains: tuple[str, ...]
    tags: tuple[str, ...]  # "NIAID" anywhere; "EOP/WHO" only directly behind "EOP"
    valid_from: str | None
    valid_to: str | None  # last day of a body that is no more
    source: str


@dataclass(frozen=True, slots=True)
class AgencyMatch:
    """The slug of an agency and what says so: "tag NIH/NIAID", "domain nih.gov"."""

    agency: str
    evidence: str


class AgencyTable:
    """All known agencies, found by domain, by tag or by name."""

    def __init__(self, agencies: Sequence[AgencyRecord]) -> None:
        """Keep `agencies`; parents stand before their children."""
        self._agencies = {agency.slug: agency for agency in agencies}
        self._domains = {domain: agency.slug for agency in agencies for domain in agency.domains}
        self._tags = {_clear(tag): agency.slug for agency in agencies for tag in agency.tags}
        self._mixed_tags = {tag for agency in agencies for tag in agency.tags if not tag.isupper()}
        self._names = _index_names(agencies)

    @classmethod
    def load(cls) -> Self:
        """Read the table that comes with the program."""
        folder = _INSTALLED if _INSTALLED.is_dir() else _SOURCE_TREE
        with (folder / "agencies.csv").open(encoding="utf-8", newline="") as file:
            return cls([_read_agency(row) for row in csv.DictReader(file)])

    def every(self) -> Iterator[AgencyRecord]:
        """Yield every agency, parents before their children."""
        yield from self._agencies.values()

    def get(self, slug: str) -> AgencyRecord | None:
        """Return the agency of a slug; None if there is none."""
        return self._agencies.get(slug)

    def by_domain(self, address: str) -> AgencyMatch | None:
        """Return the agency of the longest known suffix of a mail address or domain."""
        labels = address.rsplit("@", 1)[-1].strip(" <>[]().,;'\"").lower().split(".")
        for start in range(len(labels)):
            domain = ".".join(labels[start:])
            if domain in self._domains:
                return AgencyMatch(self._domains[domain], f"domain {domain}")
        return None

    def by_tag(self, path: str) -> AgencyMatch | None:
        """Return the deepest component that a name tag names, such as "HHS/OS/ASPR" or "NIH/NIAID) [E".

        What follows the last known component is a unit of its own and is passed over; a component that does
        not belong to those before it is not taken.
        """
        found, evidence = None, ""
        tokens = self._tokens(path)
        separator = "/" if "/" in path else " "
        for number, token in enumerate(tokens):
            before = tokens[number - 1] if number else ""
            slug = self._tags.get(f"{before}/{token}") or self._tags.get(token)
            if slug and (found is None or self.is_within(slug, found)):
                found, evidence = slug, separator.join(tokens[: number + 1])
        return AgencyMatch(found, f"tag {evidence}") if found else None

    def by_name(self, text: str) -> AgencyMatch | None:
        """Return the agency that a release names: by name, abbreviation or slug; not for people.

        Of "Department of Justice, Drug Enforcement Administration (DEA)" the last known name counts.
        """
        bare = re.sub(r"\([^)]*\)", " ", text)
        # "City of Richmond, VA" is no department: behind a comma only a full name counts.
        parts = [part for part in reversed(re.split(r"[,;]", bare)) if " " in part.strip()]
        for name in (text, bare, *parts, *reversed(bare.split("/")), *re.findall(r"\(([^)]*)\)", text)):
            slug = self._names.get(_fold(name))
            if slug:
                return AgencyMatch(slug, f"name {name.strip()}")
        return None

    def is_within(self, slug: str, ancestor: str) -> bool:
        """Tell whether an agency is `ancestor` or one of its components, at any depth."""
        current: str | None = slug
        while current and current != ancestor:
            current = self._agencies[current].parent
        return current is not None

    def _tokens(self, path: str) -> list[str]:
        """Return the parts of a path, or the words of a tag that is none.

        Outside a path a word counts as it is printed: "(Ed)" is a first name, "(ED)" a department.
        """
        parts = re.split(r"[/\\]", path)
        if len(parts) == 1:
            return [_clear(word) for word in _words(path) if word.isupper() or word in self._mixed_tags]
        return [_clear(word) for part in parts for word in _words(part)]


def find_agency(table: AgencyTable, *, address: str | None, tag: str | None, printed: str = "") -> AgencyMatch | None:
    """Return the agency of a mailbox by its address, else by its tag, else by what else is printed in it.

    None without evidence. A tag for a component of the address's agency is the closer evidence: "NIH/NIAID" at
    hhs.gov is NIAID.
    """
    by_address = table.by_domain(address) if address else None
    by_tag = table.by_tag(tag) if tag else None
    if by_address and by_tag and table.is_within(by_tag.agency, by_address.agency):
        return by_tag
    return by_address or by_tag or _by_print(table, printed)


def _by_print(table: AgencyTable, printed: str) -> AgencyMatch | None:
    """Return the agency that a directory's ways to print a mailbox name, the surest first."""
    printed = printed[:_LONGEST]
    if match := _DOMAIN_TAG.search(printed):
        return table.by_domain(match[1])
    tags: list[str] = []
    for pattern in (_PATH, _EMPLOYMENT, _BARE_PATH, _LOTUS, _X500):
        tags += [match[match.lastindex or 0] for match in pattern.finditer(printed)]
    return next(filter(None, map(table.by_tag, tags)), None)


def _read_agency(row: dict[str, str]) -> AgencyRecord:
    return AgencyRecord(
        row["slug"],
        row["name"],
        row["abbreviation"] or None,
        row["parent"] or None,
        row["level"],
        tuple(row["domains"].split()),
        tuple(row["tags"].split()),
        row["valid_from"] or None,
        row["valid_to"] or None,
        row["source"],
    )


def _index_names(agencies: Sequence[AgencyRecord]) -> dict[str, str]:
    """Return folded names to slugs; an abbreviation that several share is the top body's or nobody's."""
    names: dict[str, str] = {}
    for agency in reversed(agencies):
        names[_fold(agency.name)] = agency.slug
        if agency.level == "department":
            names[_fold(agency.name.removeprefix("Department of ") + " Department")] = agency.slug
    shared: dict[str, list[AgencyRecord]] = {}
    for agency in agencies:
        if agency.abbreviation:
            shared.setdefault(_fold(agency.abbreviation), []).append(agency)
    for abbreviation, bodies in shared.items():
        top = bodies if len(bodies) == 1 else [agency for agency in bodies if agency.parent is None]
        if len(top) == 1:
            names.setdefault(abbreviation, top[0].slug)
    return names | {agency.slug: agency.slug for agency in agencies}


def _fold(name: str) -> str:
    words = re.findall(r"[a-z0-9&-]+", name.lower().replace("u.s.", " ").replace("'", ""))
    return " ".join(word for word in words if word not in {"the", "us", "united", "states"})


def _words(text: str) -> list[str]:
    return re.findall(r"[\w&-]+", text)


def _clear(token: str) -> str:
    """Return a tag in capitals, its digits as the letters that OCR took for them: "10S" is "IOS"."""
    return token.upper().replace("0", "O").replace("1", "I")
