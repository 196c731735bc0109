"""How fast an archive of 31,000 to a million emails is searched and indexed, against plain engines.

    python -m tests.benchmarks.bench_search [--copies 1,4,16,32] [--data FOLDER] [--repeats N] [--only PARTS]
        [--engines tantivy,whoosh,opensearch] [--anew]

The corpus is copied so many times, with shifted dates and a word of its own in each email, into a real
archive that our own program indexes. `--data` keeps the archives, so that the next run starts at once;
without it they are made in a temporary folder. PARTS are some of: compare, requests, index, new, growth.
Whoosh takes minutes to index 31,000 emails: `--engines tantivy` leaves it out. OpenSearch takes part if it is
named there and READINGROOM_OPENSEARCH is its address. `--anew` indexes again.
Trust the ratios: what is compared is measured in turns, in one run.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.config import IndexEngine
from tests.benchmarks.search.cases import Case, choose_cases
from tests.benchmarks.search.corpus import CORPUS
from tests.benchmarks.search.engines import OURS
from tests.benchmarks.search.growth import draw_growth, keep_times, kept_times
from tests.benchmarks.search.indexing import build_all, emails_in, measure_indexing, measure_new
from tests.benchmarks.search.requests import measure_requests
from tests.benchmarks.search.side_by_side import compare

_PARTS = ("compare", "requests", "index", "new", "growth")
_EMBEDDED = [IndexEngine.TANTIVY, IndexEngine.WHOOSH]  # need no server
_TIMES = "times.json"


def main() -> None:
    """Print all measurements; nothing where the corpus is not at hand."""
    if not CORPUS.is_file():
        print(f"bench_search: the load-test corpus is not on this machine ({CORPUS})")
        return
    options = _read_options()
    with contextlib.ExitStack() as stack:
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for copies in options.copies:
            _measure(data / f"x{copies}", copies, options)
        if "growth" in options.only:
            folders = [folder for folder in data.glob("x*") if (folder / _TIMES).is_file()]
            draw_growth(kept_times({emails_in(folder): folder / _TIMES for folder in folders}))


def _measure(folder: Path, copies: int, options: argparse.Namespace) -> None:
    build_all(folder, copies, options.engines, compared="compare" in options.only)
    cases: Sequence[Case] = choose_cases() if {"compare", "requests", "growth"} & set(options.only) else ()
    if "compare" in options.only:
        compare(folder, copies, cases, options.engines, options.repeats)
    if "requests" in options.only:
        taken = measure_requests(folder, copies, cases, options.repeats)
        keep_times(folder / _TIMES, {group: statistics.median(ms) for group, ms in taken.items()})
    if "index" in options.only:
        measure_indexing(folder, copies, anew=options.anew)
    if "new" in options.only:
        measure_new(folder, copies)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=_numbers, default=[1], help="sizes in copies of the corpus: 1,4,16,32")
    parser.add_argument("--data", type=Path, help="where the archives are kept")
    parser.add_argument("--repeats", type=int, default=7, help="times that each search is measured")
    parser.add_argument("--only", type=_parts, default=list(_PARTS), help=f"some of {','.join(_PARTS)}")
    parser.add_argument("--engines", type=_engines, default=_EMBEDDED, help=f"ours to compare: {','.join(OURS)}")
    parser.add_argument("--anew", action="store_true", help="index again what is kept indexed")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _engines(text: str) -> list[IndexEngine]:
    chosen = {IndexEngine(name) for name in text.split(",")}
    return [engine for engine in OURS if engine is IndexEngine.TANTIVY or engine in chosen]


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if unknown := set(parts) - set(_PARTS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return parts


if __name__ == "__main__":
    main()
