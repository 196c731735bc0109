"""Identities become one person on evidence; a wrong merge is worse than none."""

from collections.abc import Mapping

import pytest

from ingest.people_merging import Identity, find_candidates, propose_merges
from ingest.people_merging.names import PersonName, read_name

_CIRCLE = frozenset(["x", "y", "z"])


def _person(
    key: str, names: Mapping[str, int] | str, address: str | None = None, *, lists: tuple[int, ...] = (), of: str = ""
) -> Identity:
    counts = {names: 1} if isinstance(names, str) else names
    agencies = frozenset([of]) if of else frozenset[str]()
    times = sum(counts.values()) or 1
    return Identity(key, address, counts, times, agencies, frozenset(lists), _CIRCLE)


def _pairs(*people: Identity, apart: tuple[frozenset[str], ...] = ()) -> set[str]:
    return {f"{merge.key}={merge.other}" for merge in propose_merges(people, apart=apart)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mills, Cheryl D", PersonName("mills", "cheryl", "d")),
        ("Cheryl D. Mills", PersonName("mills", "cheryl", "d")),
        ("Mills, Cheryl 0", PersonName("mills", "cheryl")),
        ("Dr. Richard Allen Johnson, M.D.", PersonName("johnson", "richard", "allen")),
        ("McNeil Jr, Donald G", PersonName("mcneil", "donald", "g")),
        ("Sidney Blumenthal [mailto", PersonName("blumenthal", "sidney")),
        ("Hanley, Monica R Emailto", PersonName("hanley", "monica", "r")),
        ("Kadlec, Robert (OS/ASPR/IO) TW", PersonName("kadlec", "robert")),
        ("White, Jane", PersonName("white", "jane")),
        ("H", None),
        ("Jake", None),
        ("NIAID OD AM", None),
        ("White House Press Office", None),
        ("S_SpecialAssistants", None),
        ("Poe, Ann (NIH/OD) yy Roe, Jane (NIH/OD)", None),
        ("Greg Folkers (YY - Marston, Hilary", None),
        ("Grein, Thomas Oe Minhas", None),
        ("", None),
    ],
)
def test_reads_the_name_of_one_person_and_of_nobody_else(text: str, name: PersonName | None) -> None:
    assert read_name(text) == name


def test_a_name_belongs_to_the_one_address_it_is_printed_with() -> None:
    assert _pairs(_person("a", {"Roe, Jane A": 3}, "roeja@state.gov"), _person("n", {"Roe, Jane": 5})) == {"n=a"}


def test_a_name_with_two_addresses_belongs_to_neither() -> None:
    two = (_person("a", "Roe, Jane", "roej@state.gov"), _person("b", "Roe, Jane", "jane.roe@nih.gov"))
    assert _pairs(*two, _person("n", {"Roe, Jane": 5})) == set()


def test_a_middle_initial_chooses_between_two_people_of_a_name() -> None:
    two = (_person("a", "Roe, Jane A", "roeja@state.gov"), _person("b", "Roe, Jane B", "roejb@state.gov"))
    assert _pairs(*two, _person("n", "Roe, Jane A."), _person("m", "Roe, Jane")) == {"n=a"}


def test_an_address_that_a_wrong_split_put_beside_a_name_is_not_its_own() -> None:
    assert _pairs(_person("a", "Harrison, Brian", "kevin.yeskey@hhs.gov"), _person("n", "Harrison, Brian")) == set()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("rnillscd@state.gov", ""),
        ("millscd@state.govj", "Mills, Cheryl D"),
        ("miliscd@state.goy", "Mills, Cheryl D"),
        ("milscdd@state.gov", "Mills, Cheryl D"),
        ("millsc0@state.gov", "Mills, Cheryl 0"),
        ("millscd@st.ate.gov", "Mills, Cheryl"),
    ],
)
def test_a_misread_address_is_the_frequent_one(address: str, name: str) -> None:
    real = _person("real", {"Mills, Cheryl D": 12}, "millscd@state.gov")
    assert _pairs(real, _person("rare", {name: 1} if name else {}, address)) == {"rare=real"}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("millsca@state.gov", ""),
        ("millsce@state.gov", "Mills, Carl E"),
        ("millscd@gmail.com", "Mills, Cheryl D"),
        ("millscd2@state.gov", "Mills, Cheryl D"),
        ("millsc@state.gov", "Mills, Cheryl"),
        ("miliscd@state.gov", "Poe, Ann"),
        ("smith@state.gov", "Smith, Cheryl D"),
    ],
)
def test_another_address_of_a_domain_is_somebody_else(address: str, name: str) -> None:
    real = _person("real", {"Mills, Cheryl D": 12}, "millscd@state.gov")
    assert _pairs(real, _person("rare", {name: 1} if name else {}, address)) == set()


@pytest.mark.parametrize("name", ["Feltrnan, Jeffrey D", "Feitman, Jeffrey", "Fe1tman, Jeffrey D", "Fe ltman, Jeffrey"])
def test_a_misread_name_is_the_frequent_one(name: str) -> None:
    assert _pairs(_person("real", {"Feltman, Jeffrey D": 9}), _person("rare", name)) == {"rare=real"}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Hanson, Mark E", "Hansen, Mark E"),
        ("Smith, Danielle R", "Smith, Daniel R"),
        ("Smith, Jan", "Smith, Ian"),
        ("Smith, Dana", "Smith, Dane"),
        ("Roe, Jane B", "Roe, Jane A"),
        ("Sullivan, Jake", "Sullivan, Jacob"),
        ("SES-0", "SES-O"),
        ("H", "H R"),
    ],
)
def test_a_name_that_only_looks_similar_is_somebody_else(name: str, other: str) -> None:
    assert _pairs(_person("real", {other: 9}), _person("rare", name)) == set()


def test_a_name_as_frequent_as_the_other_is_no_misreading() -> None:
    assert _pairs(_person("a", {"Feltman, Jeffrey D": 4}), _person("b", {"Feitman, Jeffrey D": 3})) == set()


def test_a_list_may_be_misread_but_is_no_person() -> None:
    real = _person("real", {"S_SpecialAssistants": 8})
    assert _pairs(real, _person("rare", "S_SpeciaIAssistants"), _person("one", "Assistants, Special")) == {"rare=real"}


def test_two_who_stand_in_one_list_are_two() -> None:
    both = (_person("a", {"Roe, Jane A": 3}, "roeja@state.gov", lists=(1,)), _person("n", "Roe, Jane", lists=(1,)))
    assert _pairs(*both) == set()


def test_two_of_different_departments_are_two() -> None:
    assert (
        _pairs(_person("a", "Roe, Jane A", "roeja@state.gov", of="state"), _person("n", "Roe, Jane", of="hhs")) == set()
    )


def test_two_who_were_cut_apart_do_not_meet_in_a_third() -> None:
    people = (
        _person("real", {"Mills, Cheryl D": 12}, "millscd@state.gov"),
        _person("rare", "Mills, Cheryl D", "miliscd@state.gov"),
        _person("name", {"Mills, Cheryl D": 2}),
    )
    assert len(_pairs(*people)) == 2
    assert _pairs(*people, apart=(frozenset(["real", "rare"]),)) == set()


def test_what_may_be_the_same_as_a_changed_one_is_found() -> None:
    known = [("a", "Roe, Jane A", "roeja@state.gov"), ("n", "Jane Roe", None), ("b", "Poe, Ann", "poea@state.gov")]
    assert find_candidates(known, ["n"]) == {"a", "n"}
    assert find_candidates([*known, ("c", "poeo@state.gov", "poeo@state.gov")], ["b"]) == {"b", "c"}


def test_evidence_is_told_to_a_reader() -> None:
    (merge,) = propose_merges([_person("a", {"Roe, Jane": 3}, "roej@state.gov"), _person("n", "Jane Roe")])
    assert merge.evidence == "“Jane Roe” is printed with roej@state.gov 3 times, and with no other address"
