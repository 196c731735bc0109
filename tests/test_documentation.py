"""What the documents say must be true of the program."""

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest

from app.config import Settings
from app.search.help import as_markdown
from app.search.index import SCHEMA_VERSION

_ROOT = Path(__file__).parents[1]


def _names_in_lock(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (_ROOT / lock).read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("option", Settings.model_fields)
def test_every_option_is_in_the_readme(option: str) -> None:
    assert f"READINGROOM_{option.upper()}" in (_ROOT / "README.md").read_text(encoding="utf-8")


def test_no_strong_copyleft_is_installed_by_default() -> None:
    for name in _names_in_lock("requirements.lock") - {"colorama", "tzdata"}:  # those two are for Windows
        told = metadata(name)
        licence = " ".join(
            [told.get("License-Expression", ""), told.get("License", ""), *told.get_all("Classifier", [])]
        )
        assert re.search(r"MIT|BSD|Apache|PSF|MPL-2", licence), name
        assert not re.search(r"[AL]?GPL|GNU|Affero", licence), name


def test_every_licence_is_written_down() -> None:
    decisions = (_ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    direct = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for requirement in direct:
        assert re.split(r"[\[<>=]", requirement)[0] in decisions, requirement


def test_the_commands_of_the_readme_exist() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in set(re.findall(r"`make ([a-z-]+)`", readme)):
        assert f"\n{verb}:" in makefile, verb


def test_the_help_of_searching_is_in_the_docs_as_the_program_has_it() -> None:
    assert as_markdown() in (_ROOT / "docs" / "search.md").read_text(encoding="utf-8")


def test_the_names_of_indexes_are_those_of_this_version() -> None:
    named = set(re.findall(r"readingroom-v\d+", (_ROOT / "docs" / "scale.md").read_text(encoding="utf-8")))
    assert named == {f"readingroom-v{SCHEMA_VERSION}"}


def test_every_rig_is_named_with_its_promise() -> None:
    told = (_ROOT / "SECURITY.md").read_text(encoding="utf-8")
    trust = _ROOT / "tests" / "trust"
    rigs = {path.stem for path in trust.glob("*.py") if (trust / f"test_{path.name}").exists()}
    assert rigs
    assert {rig for rig in rigs if f"`{rig}`" not in told} == set()
