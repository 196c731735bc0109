"""What people decided holds whenever a file is read again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadRequestError
from ingest.corrections import check_codes, check_value
from ingest.reading import read_pdf
from ingest.records import CorrectionAction, CorrectionRecord, Level, MessageRecord, Reading, ReadingMethod
from tests.support.typeset import print_pdf

_MAIL = """From:\tRoe, Jane <jane@state.gov>
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann
Subject:\t{subject}

We meet at noon.
The plumber comes too.
He brings the pipes.
All of them.

From: Poe, Ann
Sent: Monday, November 12, 2012 1:02 PM
To: Roe, Jane
Subject: Noon

Shall we meet?"""
_QUOTED_LINE, _TEXT_LINE = 9, 6


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    return print_pdf(folder / "a.pdf", [_MAIL.format(subject=subject) for subject in ("one", "two")])


def _lines(path: Path) -> dict[tuple[int, int], str]:
    pages = read_pdf(path, max_pages=10).pages
    return {(page.number, row): line.text for page in pages for row, line in enumerate(page.lines, 1)}


def _decide(path: Path, action: str, line: int = 1, **more: str) -> CorrectionRecord:
    anchor = _lines(path)[2, line]
    return CorrectionRecord(CorrectionAction(action), 2, line, anchor, made_by="ann", **more)


def _read(path: Path, *corrections: CorrectionRecord) -> Reading:
    return read_pdf(path, max_pages=10, corrections=corrections)


def _shape(reading: Reading) -> list[tuple[Level, int, str | None]]:
    return [(each.level, each.first_line, each.headers.subject) for each in reading.messages[2:]]


def _message(path: Path, *corrections: CorrectionRecord) -> MessageRecord:
    return _read(path, *corrections).messages[2]


def test_without_corrections_a_print_quotes_what_stands_below(release: Path) -> None:
    assert _shape(_read(release)) == [(Level.PRINTED, 1, "two"), (Level.QUOTED, _QUOTED_LINE, "Noon")]


def test_a_split_makes_a_quoted_header_a_print(release: Path) -> None:
    reading = _read(release, _decide(release, "split", _QUOTED_LINE))
    assert _shape(reading) == [(Level.PRINTED, 1, "two"), (Level.PRINTED, _QUOTED_LINE, "Noon")]
    assert reading.messages[2].quoted_text == ""
    assert reading.messages[3].reasons == ("ann decided that an email begins here",)


def test_a_split_where_no_header_is_begins_an_email_without_one(release: Path) -> None:
    reading = _read(release, _decide(release, "split", _TEXT_LINE))
    assert [each[:2] for each in _shape(reading)[:2]] == [(Level.PRINTED, 1), (Level.PRINTED, _TEXT_LINE)]
    assert reading.messages[3].headers.printed == ""
    assert reading.messages[3].text == "The plumber comes too.\nHe brings the pipes.\nAll of them."
    assert reading.messages[2].text == "We meet at noon."


def test_a_split_just_above_a_header_takes_the_line_into_it(release: Path) -> None:
    reading = _read(release, _decide(release, "split", _QUOTED_LINE - 1))
    assert _shape(reading)[1] == (Level.PRINTED, _QUOTED_LINE - 1, "Noon")
    assert reading.messages[3].headers.printed.startswith("All of them.\nFrom: Poe, Ann")


def test_a_join_makes_a_print_part_of_the_email_before(release: Path) -> None:
    reading = _read(release, _decide(release, "join"))
    assert _shape(reading)[0] == (Level.QUOTED, 1, "two")
    assert (reading.messages[0].last_page, reading.messages[2].parent) == (2, 1)


def test_what_is_no_email_becomes_a_paper_and_its_page_is_found_by_itself(release: Path) -> None:
    reading = _read(release, _decide(release, "not_email"))
    assert _shape(reading) == [(Level.PRINTED, _QUOTED_LINE, "Noon")]  # nothing holds it now
    assert [(paper.first_page, paper.first_line) for paper in reading.papers] == [(2, 1)]
    assert [page.in_message for page in reading.pages] == [True, False]


def test_a_quoted_header_that_is_none_is_text(release: Path) -> None:
    reading = _read(release, _decide(release, "not_email", _QUOTED_LINE))
    assert (_shape(reading), reading.papers) == ([(Level.PRINTED, 1, "two")], ())
    assert "Shall we meet?" in reading.messages[2].text


def test_the_last_decision_on_a_line_holds(release: Path) -> None:
    undone = [_decide(release, "split", _TEXT_LINE), _decide(release, "join", _TEXT_LINE)]
    assert _shape(_read(release, *undone)) == _shape(_read(release))


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("from", "Doe, John <john@state.gov>", ("Doe, John", "john@state.gov")),
        ("from", "", None),
        ("to", "Poe, Ann; Loe, Max", ["Poe, Ann", "Loe, Max"]),
        ("date", "2012-11-14 09:30", ("Tuesday, November 13, 2012 3:02 PM", "2012-11-14T09:30:00")),
        ("subject", "The main", "The main"),
        ("attachments", "map.pdf; plan.doc", ("map.pdf", "plan.doc")),
    ],
)
def test_a_field_is_read_as_a_print_would_be(release: Path, field: str, value: str, read: object) -> None:
    headers = _message(release, _decide(release, "set_field", field=field, after=value)).headers
    assert _shown(headers, field) == read
    assert [(one.method, one.confidence) for one in headers.readings if one.field == field] == [
        (ReadingMethod.PERSON, 1.0)
    ]


def test_a_withheld_field_has_its_codes_and_no_value(release: Path) -> None:
    sender = _message(release, _decide(release, "withhold_field", field="from", after="b6 b7c")).headers.sender
    assert sender is not None
    assert (sender.withheld, sender.codes, sender.name) == (True, ("(b)(6)", "(b)(7)(C)"), None)


def test_a_correction_whose_line_changed_is_shown_not_applied(release: Path) -> None:
    lost = CorrectionRecord(CorrectionAction.SET_FIELD, 2, 1, "To: nobody", "ann", field="subject", after="three")
    message = _message(release, lost)
    assert message.headers.subject == "two"
    assert [doubt.code for doubt in message.doubts] == ["correction_lost"]


def test_confirming_clears_doubts_also_about_what_was_lost(release: Path) -> None:
    lost = CorrectionRecord(CorrectionAction.SPLIT, 2, 3, "gone", "ann")
    message = _message(release, lost, _decide(release, "confirm"))
    assert (message.doubts, message.checked_by) == ((), "ann")


def test_a_lost_correction_of_a_file_without_emails_is_a_problem(tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "letter.pdf", ["Dear Ms. Roe"])
    (problem,) = _read(path, CorrectionRecord(CorrectionAction.SPLIT, 1, 9, "gone", "ann")).problems
    assert problem.code == "correction_lost"


@pytest.mark.parametrize(("field", "value"), [("date", "soon"), ("to", "!!"), ("colour", "red")])
def test_a_value_that_says_nothing_is_refused(field: str, value: str) -> None:
    with pytest.raises(BadRequestError):
        check_value(field, value)


def test_a_code_that_is_none_is_refused() -> None:
    check_codes("from", "b6 (b)(7)(E)")
    with pytest.raises(BadRequestError, match="'x9' is no exemption code"):
        check_codes("from", "b6 x9")


_ACTIONS = st.tuples(st.sampled_from(["split", "join", "not_email", "confirm"]), st.integers(1, 13))


@settings(max_examples=25)
@given(decided=st.lists(_ACTIONS, max_size=6))
def test_whatever_is_decided_each_reading_is_the_same_and_loses_no_line(
    release: Path, decided: list[tuple[str, int]]
) -> None:
    corrections = [_decide(release, action, line) for action, line in decided]
    reading = _read(release, *corrections)
    assert reading == _read(release, *corrections)
    printed = "\n".join(_words(each) for each in reading.messages if each.level is Level.PRINTED)
    aside = any(not page.in_message for page in reading.pages)
    assert aside or all(text.split()[-1] in printed for text in _lines(release).values())


def _words(message: MessageRecord) -> str:
    return f"{message.headers.printed}\n{message.text}\n{message.quoted_text}"


def _shown(headers: object, field: str) -> object:
    value = getattr(headers, "sender" if field == "from" else field)
    if field == "from":
        return value and (value.name, value.address)
    if field == "to":
        return [box.name for box in value]
    return (value.text, value.wall.isoformat()) if field == "date" else value
