"""What is read from real releases, by the scorer that lies beside them; skipped where they are absent."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.archive import Archive
from app.cli.export import every_message, truth_record
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _export(archive: Archive, release: Path, target: Path) -> Path:
    list(ingest(archive, [release], ReleaseRecord("real", "Real")))
    with archive.sessions() as session, target.open("w", encoding="utf-8") as file:
        for message, names in every_message(session, "real"):
            for name in names:
                print(json.dumps(truth_record(message, name)), file=file)
    return target


def _score(shared: Path, predicted: Path, truth: Path) -> dict[str, list[float]]:
    command = [sys.executable, str(shared / "tools/score.py"), str(predicted), str(truth), "--json"]
    score: dict[str, list[float]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return score


@pytest.mark.parametrize(
    ("release", "truth", "boundary_f1", "span_f1"),
    [
        ("hrc296/bundle-dev.pdf", "hrc296/truth-bundle.jsonl", 0.98, 0.95),
        ("fauci-nih/fauci-nih-dev-retypeset.pdf", "fauci-nih/truth.jsonl", 0.98, 0.90),
        ("gmail-print/pdf", "gmail-print/truth.jsonl", 0.90, 0.90),
    ],
)
def test_emails_are_cut_where_a_reader_would(
    archive: Archive, shared: Path, tmp_path: Path, release: str, truth: str, boundary_f1: float, span_f1: float
) -> None:
    predicted = _export(archive, shared / "corpora" / release, tmp_path / "predicted.jsonl")
    score = _score(shared, predicted, shared / "corpora" / truth)
    assert score["boundary"][2] >= boundary_f1
    assert score["span"][2] >= span_f1


def test_letters_yield_no_email(archive: Archive, shared: Path) -> None:
    letters = sorted((shared / "corpora/gmail-print/pdf").glob("NOT-EMAIL-*.pdf"))
    outcomes = list(ingest(archive, letters, ReleaseRecord("letters", "Letters")))
    assert [outcome.messages for outcome in outcomes] == [0, 0]
    assert all(outcome.pages for outcome in outcomes)
