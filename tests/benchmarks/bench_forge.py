"""Print how well each layout family of the forge is read: `python -m tests.benchmarks.bench_forge [FAMILY ...]`."""

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.reading import read_pdf
from ingest.records import Level
from tests.support.forge import FAMILIES, forge_release
from tests.support.forge.scoring import FIELDS, Score, score_reading

_MANY_PAGES = 1_000


def score_family(family: str, seeds: range, mails: int, level: Level) -> tuple[Score, list[str]]:
    """Return the score of a family over many releases, and what went wrong with the seed of each."""
    total, failures = Score(), []
    with TemporaryDirectory() as folder:
        for seed in seeds:
            release = forge_release(Path(folder, f"{family}.pdf"), family, seed, mails)
            score = score_reading(release, read_pdf(release.path, max_pages=_MANY_PAGES), level)
            failures += [f"{family} seed {seed}: {failure}" for failure in score.failures]
            total.add(score)
    return total, failures


def main() -> None:
    """Print a line a family, and the errors if asked for."""
    options = _parse_options()
    print(f"{'family':22}{'level':9}{'mails':>6}{'f1':>7}{'false':>6}" + "".join(f"{name:>9}" for name in FIELDS))
    for family in options.families or FAMILIES:
        for level in Level:
            score, failures = score_family(
                family, range(options.first, options.first + options.seeds), options.mails, level
            )
            shares = "".join(f"{score.share(name):9.3f}" for name in FIELDS)
            print(
                f"{family:22}{level:9}{score.truths:6}{score.boundary_f1:7.3f}{score.false_emails:6}{shares}",
                flush=True,
            )
            if options.errors:
                common = Counter(failure.what for failure in score.failures).most_common(4)
                print("    most common:", ", ".join(f"{what} {count}" for what, count in common))
                print("\n".join(f"    {failure}" for failure in failures[: options.errors]))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("families", nargs="*", choices=[[], *FAMILIES], metavar="FAMILY")
    parser.add_argument("--seeds", type=int, default=12, help="releases a family")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--mails", type=int, default=6, help="printed mails a release")
    parser.add_argument("--errors", type=int, default=0, help="print so many errors a family and level")
    return parser.parse_args()


if __name__ == "__main__":
    main()
