"""Has a version that we pin a known hole?

    python -m tests.trust.audit [--full]

pip-audit asks the advisories of PyPI about every pinned package, where they can be reached. Where they cannot, the
table below is what remains: the holes that we know of in what we depend on, each with the lowest version without it.
The line says which of the two was done. Floor: no known hole, and the table holds in any case.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

_ROOT = Path(__file__).parents[2]
_LOCKS = ("requirements.lock", "requirements-dev.lock")
_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Hole:
    """A published hole; its source is https://github.com/advisories/ and the advisory."""

    package: str
    floor: str  # the lowest version without it
    advisory: str
    cve: str
    what: str


HOLES = (
    Hole("pdfminer-six", "20251107", "GHSA-wf5f-4jwr-ppcp", "CVE-2025-64512", "a PDF names a pickle that is run"),
    Hole("pdfminer-six", "20251230", "GHSA-f83h-ghpp-7wcc", "CVE-2025-70559", "CMaps are pickles that are run"),
    Hole("starlette", "0.49.1", "GHSA-7f5h-v6xp-fcq8", "CVE-2025-62727", "a Range header takes quadratic time"),
    Hole("jinja2", "3.1.6", "GHSA-cpwx-vrp4-4pq7", "CVE-2025-27516", "a template leaves its sandbox"),
    Hole("h11", "0.16.0", "GHSA-vqfr-h8mv-ghfj", "CVE-2025-43859", "a request hides in the chunks of another"),
    Hole("pillow", "11.3.0", "GHSA-xg8h-j46f-w952", "CVE-2025-48379", "writes behind a buffer"),
    Hole("pillow", "12.1.1", "GHSA-cfh3-3jmp-rvhc", "CVE-2026-25990", "a PSD picture writes behind a buffer"),
    Hole("lxml", "4.9.1", "GHSA-wrxv-2j5q-m38w", "CVE-2022-2309", "a document makes the parser crash"),
    Hole("mako", "1.2.2", "GHSA-v973-fxgf-6xhp", "CVE-2022-40023", "a template takes exponential time"),
    Hole("idna", "3.7", "GHSA-jjg7-2v4v-x38h", "CVE-2024-3651", "a host name takes quadratic time"),
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the advisories say of the pinned packages."""

    asked: int
    answered: int
    found: tuple[str, ...] = ()


def pinned(lock: str) -> dict[str, Version]:
    """Return the packages of a lock file with their versions."""
    lines = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^\s;]+)", (_ROOT / lock).read_text(encoding="utf-8"), re.M)
    return {name: Version(version) for name, version in lines}


def below_floor(packages: dict[str, Version]) -> list[str]:
    """Return a sentence for each hole of the table that one of these packages has."""
    return [
        f"{hole.package} {packages[hole.package]} has {hole.advisory} ({hole.cve}): {hole.what}; "
        f"raise it to {hole.floor}"
        for hole in HOLES
        if hole.package in packages and packages[hole.package] < Version(hole.floor)
    ]


def look_up(lock: str) -> Lookup:
    """Ask the advisories about the packages of a lock file; none is answered where they cannot be reached."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--requirement", str(_ROOT / lock), "--no-deps", "--disable-pip"]
    asked = len(pinned(lock))
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False).stdout
        packages = json.loads(told)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return Lookup(asked, 0)
    answered = [one for one in packages if "skip_reason" not in one]  # an index without advisories "finds" no package
    found = [f"{one['name']} {one['version']} has {hole['id']}" for one in answered for hole in one["vulns"]]
    return Lookup(asked, len(answered), tuple(found))


def main() -> None:
    """Print what was done and found; fail for a known hole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the same: an audit has one size")
    parser.parse_args()
    kept = [fault for lock in _LOCKS for fault in below_floor(pinned(lock))]
    lookups = [look_up(lock) for lock in _LOCKS]
    asked, answered = sum(one.asked for one in lookups), sum(one.answered for one in lookups)
    found = [fault for one in lookups for fault in one.found]
    if answered:
        how = f"pip-audit looked up {answered} of {asked} pinned packages"
    else:
        how = (
            f"the advisories cannot be reached: NONE of {asked} pinned packages was looked up, only our table was read"
        )
    print(f"audit: {how}: {len(found)} known holes; {len(HOLES)} holes of the table, {len(kept)} of them open")
    print("\n".join(kept + found), file=sys.stderr)
    sys.exit(1 if kept or found else 0)


if __name__ == "__main__":
    main()
