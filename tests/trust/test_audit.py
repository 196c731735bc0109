"""No version that we pin, or allow, has a hole that we know of; the advisories themselves are asked by `make audit`."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.trust.audit import HOLES, Hole, below_floor, pinned

_PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_DIRECT = {one.name: one for one in map(Requirement, _PROJECT["dependencies"])}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_nothing_pinned_has_a_known_hole(lock: str) -> None:
    assert below_floor(pinned(lock)) == []


@pytest.mark.parametrize("hole", [hole for hole in HOLES if hole.package in _DIRECT], ids=lambda hole: hole.advisory)
def test_no_version_that_we_allow_has_a_known_hole(hole: Hole) -> None:
    lowest = next(one.version for one in _DIRECT[hole.package].specifier if one.operator == ">=")
    assert Version(lowest) >= Version(hole.floor)


def test_a_package_below_its_floor_is_named_with_what_to_do() -> None:
    (told,) = below_floor({"starlette": Version("0.49.0"), "idna": Version("3.7")})
    assert "starlette 0.49.0 has GHSA-7f5h-v6xp-fcq8" in told
    assert "raise it to 0.49.1" in told


def test_every_hole_has_its_advisory_and_is_of_a_package_that_we_pin() -> None:
    for hole in HOLES:
        assert re.fullmatch(r"GHSA(-[0-9a-z]{4}){3}", hole.advisory)
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}", hole.cve)
        assert hole.package in pinned("requirements.lock")
