"""What serves readers has no file of the record open for writing."""

import os
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.trust.serving import Service, serve


def _ways_of_opening(service: Service, file: Path) -> set[int]:
    """Return how the processes of a service opened a file: os.O_RDONLY, os.O_RDWR."""
    found = set()
    for pid in service.processes():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # closed meanwhile
                if descriptor.readlink() == file:
                    told = Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text()
                    found.add(int(told.split("flags:")[1].split()[0], 8) & os.O_ACCMODE)
    return found


def test_the_database_is_open_for_reading_alone(tmp_path: Path) -> None:
    with serve(tmp_path, web_workers=1) as service:
        for path in ("releases", "search?q=water", "people"):
            with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/{path}", timeout=30) as answer:
                assert answer.status == 200
        assert _ways_of_opening(service, tmp_path / "archive.sqlite3") == {os.O_RDONLY}
