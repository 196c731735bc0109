"""Compile agencies.csv from the .gov register and additions.csv.

    python data/reference/compile_agencies.py FOLDER

FOLDER holds `current-full.csv` and `agencies-and-subs.csv` of github.com/cisagov/dotgov-data (CC0). Every
federal organisation and sub-organisation of the register becomes an agency with its domains; `additions.csv`
gives short slugs, parents, abbreviations, tags and the domains that the register does not know, each row with
its source. `registered_as` names the register's organisations that a row stands for, "Organisation > Sub",
several with "; " between them. What no row names gets a slug from its own name.
"""

import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
REGISTER = "cisagov/dotgov-data current-full.csv 2026-08"
BUREAUS = "cisagov/dotgov-data agencies-and-subs.csv 2026-08"
COLUMNS = (
    "slug",
    "name",
    "abbreviation",
    "parent",
    "level",
    "domains",
    "tags",
    "valid_from",
    "valid_to",
    "source",
)
_LEVELS = {
    "Federal - Legislative": "legislative",
    "Federal - Judicial": "judicial",
}
_SMALL_WORDS = frozenset(["a", "and", "for", "from", "in", "of", "on", "the", "to", "us"])


@dataclass(slots=True)
class Body:
    """One agency while it is put together."""

    slug: str
    name: str
    abbreviation: str = ""
    parent: str = ""
    level: str = "independent"
    domains: list[str] = field(default_factory=list)
    tags: str = ""
    valid_from: str = ""
    valid_to: str = ""
    sources: list[str] = field(default_factory=list)

    def row(self) -> dict[str, str]:
        """Return the line of agencies.csv."""
        return {
            "slug": self.slug,
            "name": self.name,
            "abbreviation": self.abbreviation,
            "parent": self.parent,
            "level": "component" if self.parent else self.level,
            "domains": " ".join(sorted(set(self.domains))),
            "tags": self.tags,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "source": "; ".join(self.sources),
        }


def compile_agencies(folder: Path) -> list[Body]:
    """Return all agencies, parents before their components.

    Raises:
        ValueError: additions.csv names an organisation that the register lacks, or a domain stands twice.
    """
    bodies: dict[str, Body] = {}
    names: dict[str, str] = {}  # "Organisation > Sub" -> slug
    bureaus = set(_read_bureaus(folder))
    for line in _read(HERE / "additions.csv"):
        body = _hand_kept(line)
        bodies[body.slug] = body
        for name in filter(None, line["registered_as"].split("; ")):
            names[name] = body.slug
    taken = {domain for body in bodies.values() for domain in body.domains}
    seen = set()
    for line in _read(folder / "current-full.csv"):
        if not line["Domain type"].startswith("Federal"):
            continue
        body = _registered(line, names, bodies)
        seen.update((_register_name(line), line["Organization name"]))
        if line["Domain name"].lower() not in taken:
            body.domains.append(line["Domain name"].lower())
        _add_source(body, REGISTER)
    for name, slug in names.items():
        if name in bureaus:
            _add_source(bodies[slug], BUREAUS)
        elif name not in seen:
            raise ValueError(f"additions.csv: {name!r} of {slug} is not in the register.")
    _check_domains(bodies.values())
    return list(_parents_first(bodies))


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield {key: value.strip() for key, value in line.items()}


def _read_bureaus(folder: Path) -> Iterator[str]:
    for line in _read(folder / "agencies-and-subs.csv"):
        yield f"{line['Agency']} > {line['Bureau']}" if line["Bureau"] else line["Agency"]


def _register_name(line: dict[str, str]) -> str:
    organisation, sub = line["Organization name"], line["Suborganization name"]
    return f"{organisation} > {sub}" if sub else organisation


def _hand_kept(line: dict[str, str]) -> Body:
    is_department = line["name"].startswith("Department of ") and not line["parent"]
    return Body(
        line["slug"],
        line["name"],
        line["abbreviation"],
        line["parent"],
        "department" if is_department else "independent",
        line["domains"].split(),
        line["tags"],
        line["valid_from"],
        line["valid_to"],
        [line["source"]],
    )


def _registered(line: dict[str, str], names: dict[str, str], bodies: dict[str, Body]) -> Body:
    """Return the agency of a line of the register; one that no row stands for is made."""
    name = _register_name(line)
    organisation, sub = line["Organization name"], line["Suborganization name"]
    if name not in names:
        parent = names.get(organisation, "") if sub else ""
        slug = _slug(sub or organisation, parent)
        bodies.setdefault(slug, Body(slug, sub or organisation, parent=parent))
        names[name] = slug
    body = bodies[names[name]]
    body.level = _LEVELS.get(line["Domain type"], body.level)
    return body


def _slug(name: str, parent: str) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", name.lower()) if word not in _SMALL_WORDS]
    return "-".join(([parent] if parent else []) + words)


def _add_source(body: Body, source: str) -> None:
    if source not in body.sources:
        body.sources.append(source)


def _check_domains(bodies: Iterable[Body]) -> None:
    count = Counter(domain for body in bodies for domain in body.domains)
    twice = sorted(domain for domain, times in count.items() if times > 1)
    if twice:
        raise ValueError(f"These domains stand twice: {', '.join(twice)}.")


def _parents_first(bodies: dict[str, Body]) -> Iterator[Body]:
    children = defaultdict(list)
    for slug in sorted(bodies):
        children[bodies[slug].parent].append(slug)
    waiting = list(children[""])
    for slug in waiting:
        yield bodies[slug]
        waiting.extend(children[slug])


def main() -> None:
    """Write agencies.csv beside this script."""
    agencies = compile_agencies(Path(sys.argv[1]))
    with (HERE / "agencies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(body.row() for body in agencies)


if __name__ == "__main__":
    main()
