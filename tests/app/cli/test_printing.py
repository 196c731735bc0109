"""What was released is shown in a terminal, and commands nothing there."""

import json
import logging
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.archive import Archive, open_archive
from app.cli.commands import export, search, show
from app.config import Settings
from app.database.models import Message
from app.logs import set_up_logging
from app.terminal import without_controls
from tests.support.seed import add_document, add_message, add_release

_WIPE, _TITLE, _C1 = "\x1b[2J", "\x1b]0;own\x07", "\x9b31m"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of an email that is full of commands to the terminal, in the archive that the settings name."""
    monkeypatch.setenv("READINGROOM_HOME", str(tmp_path))
    with open_archive(Settings(home=tmp_path, database=None)) as archive:
        return _fill(archive)


def _fill(archive: Archive) -> str:
    with archive.sessions.begin() as session:
        release = add_release(session, "pilot", "The pilot")
        document = add_document(session, release, f"a{_WIPE}.eml", content=b"x", kind="eml")
        add_message(
            session,
            document,
            subject=f"Water {_TITLE}",
            text=f"water{_WIPE} main\fbroke {_C1}at\rnoon",
            sender=f"Roe{_WIPE} <roe@state.gov>",
            sent_at=datetime(2012, 9, 11),
        )
        key: str = session.scalars(select(Message.key)).one()
    archive.search.sync()
    return key


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_show_and_search_send_no_controls(home: str, options: list[str]) -> None:
    for command, argument in ((show, home), (search, "water")):
        told = CliRunner().invoke(command, [argument, *options], color=True)
        unstyled = told.stdout.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert without_controls(unstyled) == unstyled
        assert "\\u001b[2J" in unstyled


@pytest.mark.parametrize("format_", ["jsonl", "truth"])
def test_an_export_sends_no_controls_and_loses_none(home: str, format_: str) -> None:
    told = CliRunner().invoke(export, ["--format", format_], color=True)
    assert without_controls(told.stdout) == told.stdout
    assert json.loads(told.stdout)["subject"] == f"Water {_TITLE}"


def test_a_log_line_sends_no_controls(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("WARNING")
    logging.getLogger("ingest").warning("unreadable file=%s", f"a{_WIPE}{_C1}.pdf")
    assert capsys.readouterr().err.endswith("unreadable file=a\\u001b[2J\\u009b31m.pdf\n")


@pytest.mark.parametrize("text", ["two\nlines\tand a tab\r\n", "Ümläut – “quoted” \u200f عربي"])
def test_text_stays_as_it_is(text: str) -> None:
    assert without_controls(text) == text
