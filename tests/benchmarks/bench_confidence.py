"""How often a reading is right at each confidence, per method, and how many records wait for a person.

    python -m tests.benchmarks.bench_confidence EXPORT.jsonl TRUTH.jsonl

EXPORT is what `readingroom export --format jsonl` writes, TRUTH has one record a line with `file`,
`page_start`, `from`, `date` and `subject`, as the corpora's truth does.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
BANDS = (0.0, 0.5, 0.7, 0.9, 0.98)  # the steps of app/web/certainty.py
_FIELDS = ("from", "date", "subject")


def calibration(predicted: Iterable[Record], truth: Iterable[Record]) -> dict[tuple[str, float], tuple[int, int]]:
    """Return how many field readings were right, and how many there were, by (method, least confidence of the band).

    A prediction is compared with the true record that begins on its page of its file; others do not count.
    """
    places: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in truth:
        places[record["file"].rsplit("/", 1)[-1], record["page_start"]].append(record)
    counts: dict[tuple[str, float], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for message in predicted:
        true = places.get((message["document"]["name"], message["first_page"]), [])
        if len(true) != 1 or message["level"] != "printed":
            continue
        for method, confidence, is_right in _judged(message, true[0]):
            band = max(least for least in BANDS if confidence >= least)
            right, all_ = counts[method, band]
            counts[method, band] = right + is_right, all_ + 1
    return dict(counts)


def queue_share(predicted: Iterable[Record]) -> float:
    """Return the share of records that wait for a person."""
    waiting = [bool(message["doubts"]) for message in predicted]
    return sum(waiting) / len(waiting) if waiting else 0.0


def _judged(message: Record, true: Record) -> Iterator[tuple[str, float, bool]]:
    for reading in message["header_fields"]:
        if reading["field"] in _FIELDS and true.get(reading["field"]):
            right = _letters(_shown(message, reading["field"])) == _letters(str(true[reading["field"]]))
            yield reading["method"], reading["confidence"], right


def _shown(message: Record, field: str) -> str:
    if field == "from":
        sender = message["sender"] or {}
        return "[redacted]" if sender.get("withheld") else f"{sender.get('name') or ''} {sender.get('address') or ''}"
    return message["subject"] or "" if field == "subject" else message["date"]["read"] or ""


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _read(path: str) -> list[Record]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def main(export: str, truth: str) -> None:
    """Print the table."""
    if not Path(truth).is_file():
        print(f"skipped: {truth} is not on this machine")
        return
    predicted = _read(export)
    print(f"{'method':14}{'confidence':>11}{'right':>8}{'of':>8}{'share':>8}")
    for (method, band), (right, all_) in sorted(calibration(predicted, _read(truth)).items()):
        print(f"{method:14}{'>= ' + format(band, '.2f'):>11}{right:8}{all_:8}{right / all_:8.3f}")
    print(f"in the review queue: {queue_share(predicted):.2%} of {len(predicted)} records")


if __name__ == "__main__":
    main(*sys.argv[1:3])
