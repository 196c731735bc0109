"""A mailbox finds its agency by what is printed: an address, a tag, never a name."""

import pytest

from ingest.agencies import AgencyTable, find_agency

TABLE = AgencyTable.load()


@pytest.mark.parametrize(
    ("address", "agency"),
    [
        ("a@niaid.nih.gov", "niaid"),
        ("a@mail.nih.gov", "nih"),
        ("Agent@DEA.usdoj.gov", "dea"),
        ("usdoj.gov", "doj"),
        ("x@associates.ice.dhs.gov", "ice"),
        ("x@dhs.gov", "dhs"),
        ("x@unit.navy.mil", "navy"),
        ("x@somewhere.mil", "dod"),
        ("x@who.eop.gov", "white-house"),
        ("x@fs.fed.us", "usfs"),
    ],
)
def test_longest_known_suffix_of_an_address_counts(address: str, agency: str) -> None:
    match = TABLE.by_domain(address)
    assert match is not None
    assert match.agency == agency


@pytest.mark.parametrize("address", ["jane@gmail.com", "x@notnih.gov", "x@gov", "x@vendor.example", "", "@"])
def test_an_address_of_nobody_known_gives_nothing(address: str) -> None:
    assert TABLE.by_domain(address) is None


@pytest.mark.parametrize(
    ("tag", "agency", "evidence"),
    [
        ("NIH/NIAID", "niaid", "tag NIH/NIAID"),
        ("NIH/NIAID) [E", "niaid", "tag NIH/NIAID"),
        ("HHS/OS/ASPR", "aspr", "tag HHS/OS/ASPR"),
        ("OS/ASPR/IO", "aspr", "tag OS/ASPR"),
        ("EOP/WHO", "white-house", "tag EOP/WHO"),
        ("EOP/OVP", "ovp", "tag EOP/OVP"),
        ("CDC/OD/OADC", "cdc-od", "tag CDC/OD"),
        ("NIH/OD", "nih-od", "tag NIH/OD"),
        ("NIH/CC/OD", "nih-cc", "tag NIH/CC"),
        ("HHS/OMHA HQ", "omha", "tag HHS/OMHA"),
        ("CIV USA DHS", "dhs", "tag CIV USA DHS"),
        ("DC/USEPA/US", "epa", "tag DC/USEPA"),
        ("DEA", "dea", "tag DEA"),
        ("State", "state", "tag State"),
    ],
)
def test_deepest_known_component_of_a_tag_counts(tag: str, agency: str, evidence: str) -> None:
    match = TABLE.by_tag(tag)
    assert match is not None
    assert (match.agency, match.evidence.casefold()) == (agency, evidence.casefold())


@pytest.mark.parametrize("tag", ["WHO", "OS", "OD", "Ed", "Contractor", "CTR", "Sales", "", "/", "AI/ML platform"])
def test_a_tag_that_could_be_anybody_gives_nothing(tag: str) -> None:
    assert TABLE.by_tag(tag) is None


def test_digits_in_a_tag_are_the_letters_that_ocr_took_for_them() -> None:
    assert TABLE.by_tag("HHS/10S") == TABLE.by_tag("HHS/IOS")


def test_a_component_of_another_body_is_not_taken() -> None:
    match = TABLE.by_tag("NIH/DEA")
    assert match is not None
    assert match.agency == "nih"


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("DEA", "dea"),
        ("dea", "dea"),
        ("Drug Enforcement Administration", "dea"),
        ("U.S. Department of State", "state"),
        ("State Department", "state"),
        ("U.S. Department of Justice, Drug Enforcement Administration (DEA)", "dea"),
        ("City of Richmond, VA", None),
        ("OIG", None),
        ("", None),
    ],
)
def test_a_release_names_its_agency_in_many_ways(name: str, agency: str | None) -> None:
    match = TABLE.by_name(name)
    assert (match.agency if match else None) == agency


@pytest.mark.parametrize(
    ("address", "tag", "evidence"),
    [
        ("a@hhs.gov", "NIH/NIAID", "tag NIH/NIAID"),
        ("a@nih.gov", "NIH/NIAID", "tag NIH/NIAID"),
        ("a@niaid.nih.gov", "NIH", "domain niaid.nih.gov"),
        ("a@state.gov", "NIH/NIAID", "domain state.gov"),
        ("a@gmail.com", "NIH/NIAID", "tag NIH/NIAID"),
        (None, "NIH/NIAID", "tag NIH/NIAID"),
        ("a@nih.gov", None, "domain nih.gov"),
        ("a@gmail.com", None, None),
        (None, None, None),
    ],
)
def test_evidence_counts_in_order(address: str | None, tag: str | None, evidence: str | None) -> None:
    match = find_agency(TABLE, address=address, tag=tag)
    assert (match.evidence if match else None) == evidence


@pytest.mark.parametrize(
    ("printed", "agency"),
    [
        ("Roe, Jane A CIV USARMY HQDA (USA)", "army"),
        ("DOE, JOHN B CTR OSD OUSD", "osd"),
        ("Roe, Jane CIV USA DHS", "dhs"),
        ("Cavanaugh, Brian J. EOP/NSC", "nsc"),
        ("Jane Roe/DC/USEPA/US@EPA", "epa"),
        ("Roe, Jane </O=USDOJ/OU=MAIN/CN=ROEJ>", "doj"),
        ("Austin, Meredith (uscg.mil) yyy", "uscg"),
        ("Bird, Catherine (0S/0GC) FIO", "hhs-ogc"),
        ("Roe, Jane CIV DC", None),
        ("Jason Gale (BLOOMBERG/ NEWSROOM:)", None),
        ("Roe, Jane (AI/ML platform)", None),
        ("Romanowski, Aline (ME/AA)", None),
        ("Ed Doe", None),
    ],
)
def test_what_a_directory_prints_beside_a_name_counts_last(printed: str, agency: str | None) -> None:
    match = find_agency(TABLE, address=None, tag=None, printed=printed)
    assert (match.agency if match else None) == agency


def test_parents_come_before_their_children() -> None:
    seen: set[str] = set()
    for agency in TABLE.every():
        assert agency.parent is None or agency.parent in seen
        seen.add(agency.slug)
