"""Invented people, and every form in which a release prints one."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


def _names(text: str) -> list[str]:
    return [name.replace("_", " ") for name in text.split()]


_GIVEN = _names(
    "Jane John Maria Peter Ruth Omar Linda Victor Agnes Samuel Priya Walter Chloe Hector Irene Noel Tamsin Gustav "
    "Beatrix Malik Odette Ferris Yara Conrad Imogen Desmond Paloma Rufus Greta Anselm"
)
_FAMILIES = _names(
    "Roe Doe Marlowe Tanaka Whitcombe Adeyemi O'Dell Krantz Vega-Lund Pemberton Osei Halloran Brandt Nakamura "
    "Quillfeather Soto Lindqvist Mbeki Fairweather Castellan Dunmore Iyer Petrovna Ashgrove Bellweather Zielke "
    "Van_Houten MacTavish Stroud Ravensdale"
)
_AGENCIES = (("WQA", "OPS"), ("WQA", "OD"), ("HBR", "DREDGE"), ("TRD", "OGC"), ("CIVLAB", "OD/OPA"))
_LETTERS = "EEEECV"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who writes or reads mail."""

    given: str
    middle: str  # an initial, or ""
    family: str
    agency: str
    unit: str
    letter: str  # of the bracket behind a tag

    @property
    def address(self) -> str:
        """The address, lower case."""
        family = "".join(letter for letter in self.family if letter.isalpha())
        return f"{self.given}.{family}@{self.agency}.example".lower()

    @property
    def plain(self) -> str:
        """Jane Roe."""
        return f"{self.given} {self.family}"

    @property
    def indexed(self) -> str:
        """Roe, Jane A."""
        return f"{self.family}, {self.given} {self.middle}".strip()


def invent_person(rng: Random) -> Person:
    """Return somebody who does not exist."""
    agency, unit = rng.choice(_AGENCIES)
    middle = rng.choice(["", "", "A", "J", "M"])
    return Person(rng.choice(_GIVEN), middle, rng.choice(_FAMILIES), agency, unit, rng.choice(_LETTERS))


def _x500(person: Person) -> str:
    name = (person.given[0] + person.family).upper().replace(" ", "").replace("'", "")
    return f"{person.indexed} </O={person.agency}/OU=HQ/CN=RECIPIENTS/CN={name}>"


FORMS: dict[str, Callable[[Person], str]] = {
    "indexed": lambda person: person.indexed,
    "indexed_address": lambda person: f"{person.indexed} <{person.address}>",
    "tagged": lambda person: f"{person.family}, {person.given} ({person.agency}/{person.unit}) [{person.letter}]",
    "bracketed": lambda person: f"{person.plain} [{person.address}]",
    "plain": lambda person: person.plain,
    "plain_address": lambda person: f"{person.plain} <{person.address}>",
    "quoted_address": lambda person: f'"{person.family}, {person.given}" <{person.address}>',
    "mailto": lambda person: f"{person.indexed} [mailto:{person.address}]",
    "x500": _x500,
    "address": lambda person: person.address,
    "angled": lambda person: f"<{person.address}>",
    "initial": lambda person: person.given[0],
    "lotus_short": lambda person: f"{person.plain}/DC/US{person.agency}/US",
    "lotus": lambda person: f"{person.plain}/DC/US{person.agency}/US@US{person.agency}",
}
