"""The program as a person runs it: real processes, one archive for all."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

_READINGROOM = str(Path(sys.executable).with_name("readingroom"))
_RELEASE = Path(__file__).parents[2] / "data" / "sample" / "release"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    assert _run(home, "ingest", str(_RELEASE)).returncode == 0
    return home


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "READINGROOM_HOME": str(home)}
    return subprocess.run([_READINGROOM, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_results_go_to_stdout_and_the_bar_to_stderr(tmp_path: Path) -> None:
    told = _run(tmp_path, "ingest", str(_RELEASE), "--json")
    outcomes = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(outcomes) == 9
    assert sum(outcome["messages"] for outcome in outcomes) == 77
    assert "Indexing" in told.stderr


def test_search_answers_as_the_api_does(home: Path) -> None:
    answer = json.loads(_run(home, "search", "from:thistlewood pilot after:2018-03", "--json").stdout)
    assert (answer["count"], answer["entries"]) == (2, 3)  # one is a copy
    assert {"key", "url", "title"} <= answer["results"][0].keys()


def test_show_prints_a_message_and_a_document(home: Path) -> None:
    (hit, *_) = json.loads(_run(home, "search", "pricing", "--json").stdout)["results"]
    assert hit["title"] in _run(home, "show", hit["key"]).stdout
    assert "sha256" in _run(home, "show", hit["document_key"]).stdout


def test_status_counts_what_is_there(home: Path) -> None:
    status = json.loads(_run(home, "status", "--json").stdout)
    assert (status["files_found"], status["documents"], status["pages"]) == (9, 9, 53)
    assert status["messages"] == {"printed": 50, "quoted": 27}
    assert sum(status["documents_by_state"].values()) == status["documents"]


def test_export_gives_a_record_a_message(home: Path) -> None:
    records = [json.loads(line) for line in _run(home, "export", "--format", "truth").stdout.splitlines()]
    assert len(records) == 77
    assert {record["level"] for record in records} == {"top", "quoted"}


def test_a_printed_message_has_the_bates_numbers_of_its_pages(home: Path) -> None:
    records = [json.loads(line) for line in _run(home, "export", "--format", "truth").stdout.splitlines()]
    stamped = [record for record in records if record["bates"]]
    assert {record["level"] for record in stamped} == {"top"}
    assert all(len(record["bates"]) == len(set(record["bates"])) for record in stamped)


def test_retry_reads_only_what_failed(home: Path) -> None:
    assert _run(home, "retry").stdout.startswith("all releases: 1 files (1 refused)")


def test_relink_finds_the_same_threads_again(home: Path) -> None:
    before = json.loads(_run(home, "status", "--json").stdout)
    assert _run(home, "relink").returncode == 0
    after = json.loads(_run(home, "status", "--json").stdout)
    assert after["threads"] == before["threads"] > 0
    assert after["missing"] == before["missing"]


def test_reindex_keeps_every_entry(home: Path) -> None:
    before = json.loads(_run(home, "search", "pilot", "--json").stdout)["count"]
    assert _run(home, "reindex").returncode == 0
    assert json.loads(_run(home, "search", "pilot", "--json").stdout)["count"] == before


@pytest.mark.parametrize("workers", [1, 2])
def test_serves_many_readers_and_ends_when_told(home: Path, workers: int) -> None:
    environment = os.environ | {"READINGROOM_HOME": str(home), "READINGROOM_WEB_WORKERS": str(workers)}
    command = [_READINGROOM, "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stderr is not None
        address = serving.stderr.readline().split()[4]
        with ThreadPoolExecutor(8) as readers:
            answers = list(readers.map(lambda _: _get(f"{address}/api/v1/search?q=pilot"), range(40)))
        assert len(set(answers)) == 1
        serving.terminate()
        assert serving.wait(timeout=30) in (0, -signal.SIGTERM)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=5)


def _get(address: str) -> bytes:
    for _ in range(100):  # a process that serves takes a moment to start
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return bytes(answer.read())
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["show", "0000000000000000"], 4, "There is no"),
        (["export", "--release", "nosuch"], 4, "no release 'nosuch'"),
        (["ingest", "nowhere", "--release", "x"], 2, "nowhere"),
        (["search", "x", "--date-after", "yesterday"], 2, "yesterday"),
        (["serve", "--port", "99999"], 2, "99999"),
    ],
)
def test_says_what_is_wrong_and_ends_with_its_code(home: Path, arguments: list[str], code: int, told: str) -> None:
    ended = _run(home, *arguments)
    assert ended.returncode == code
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
