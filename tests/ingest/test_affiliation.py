"""A mailbox without agency inherits from others of the same person, near in time."""

from datetime import date

from ingest.affiliation import Inherited, Mention, inherit_agencies

_STATE, _NIH, _NIAID = 1, 2, 3
_TOPS = {_STATE: _STATE, _NIH: _NIH, _NIAID: _NIH}


def _own(number: int, day: date | None, agency: int = _NIAID, evidence: str = "tag NIH/NIAID") -> Mention:
    return Mention(number, day, agency, evidence, may_inherit=False)


def _bare(day: date | None, *, may_inherit: bool = True) -> Mention:
    return Mention(0, day, None, None, may_inherit=may_inherit)


def test_inherits_with_what_gave_it_how_often_and_when() -> None:
    owns = [_own(n, date(2020, 2 + n, 5)) for n in range(3)]
    expected = Inherited(_NIAID, "tag NIH/NIAID in 3 other messages, 2020-02 to 2020-04")
    assert inherit_agencies([*owns, _bare(date(2020, 3, 1))], _TOPS) == {0: expected}


def test_more_than_a_year_away_says_nothing() -> None:
    assert inherit_agencies([_own(1, date(2020, 2, 5)), _bare(date(2021, 3, 1))], _TOPS) == {}


def test_between_two_departments_the_nearer_month_decides_and_a_tie_does_not() -> None:
    owns = [_own(1, date(2020, 1, 5)), _own(2, date(2020, 5, 5), _STATE, "domain state.gov")]
    assert inherit_agencies([*owns, _bare(date(2020, 4, 1))], _TOPS)[0].agency == _STATE
    assert inherit_agencies([*owns, _bare(date(2020, 3, 1))], _TOPS) == {}


def test_of_one_department_the_most_frequent_component_counts() -> None:
    owns = [_own(1, date(2020, 1, 5)), _own(2, date(2020, 1, 6)), _own(3, date(2020, 1, 7), _NIH, "tag NIH")]
    assert inherit_agencies([*owns, _bare(date(2020, 1, 8))], _TOPS)[0].agency == _NIAID


def test_an_undated_mention_inherits_where_all_say_the_same() -> None:
    owns = [_own(1, date(2010, 1, 5)), _own(2, None)]
    assert inherit_agencies([*owns, _bare(None)], _TOPS)[0].evidence == "tag NIH/NIAID in 2 other messages, 2010-01"
    assert inherit_agencies([*owns, _own(3, None, _STATE, "domain state.gov"), _bare(None)], _TOPS) == {}


def test_a_private_address_and_a_surname_inherit_nothing() -> None:
    assert inherit_agencies([_own(1, date(2020, 1, 5)), _bare(date(2020, 1, 6), may_inherit=False)], _TOPS) == {}
