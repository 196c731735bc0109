"""Nothing readable is lost: what other readers find in hostile PDFs is in the archive after an ingest.

    python -m tests.trust.readable [--full]

Of every PDF in which any reader finds 20 characters, the archive must hold 90 % of the best reader's words, compared
as a multiset. Words that the archive keeps from its readers, for they stand under boxes, are not lost; nor are letters
that it parts into words where the page shows a gap and the file has no blank. Both are counted apart. pdfminer knows
no layers and reads those that are switched off: it has no say about files with layers, and their number is told.
"""

import csv
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database import models as rows
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from tests.trust.references import read_by_others

BAD_INPUTS = Path(__file__).parents[3] / "shared" / "badinputs"
SMALL_FLOOR, FULL_FLOOR = 0.97, 0.99
_SMALL = Path(__file__).with_name("readable_small.txt")  # the first 150 by hash of those with text and below 60 KB
_CORES = 2
_LEAST_CHARACTERS = 20
_KEPT = 0.9  # of the best reader's words
_AS_MANY = 0.98  # of the most letters: then the reader is best whose words the others confirm
_LEAST_PARTED = 4  # letters: shorter words stand within others by chance
_WORD = re.compile(r"[^\W\d_]+|\d+")  # "page1" and "page 1" are the same two
_LAYERS = b"/OCProperties"
_NAMELESS = re.compile(r"\(cid:\d+\)")  # pdfminer's words for a letter that it cannot name


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found, by file: each is in one list."""

    kept: Sequence[str]
    withheld: Sequence[str]  # kept with the words that stand under boxes
    parted: Sequence[str]  # kept with words that are parted otherwise
    lost: Sequence[str]  # with the share of words that the archive has
    layered: int  # files of these that have layers: judged without pdfminer

    @property
    def share(self) -> float:
        """The part of the files of which nothing is lost."""
        return 1 - len(self.lost) / (len(self.kept) + len(self.withheld) + len(self.parted) + len(self.lost))

    def __str__(self) -> str:
        total = len(self.kept) + len(self.withheld) + len(self.parted) + len(self.lost)
        return (
            f"readable: {self.share:.1%} of {total} PDFs with text keep 90 % of the best reader's words "
            f"({len(self.kept)} plainly, {len(self.withheld)} with words withheld under boxes, {len(self.parted)} with "
            f"words parted otherwise; {self.layered} have layers and were judged without pdfminer; "
            f"{len(self.lost)} lost: {', '.join(self.lost) or 'none'})"
        )


@dataclass(frozen=True, slots=True)
class _Published:
    shown: str = ""
    withheld: str = ""


def measure(*, full: bool) -> Figures:
    """Ingest the hostile PDFs, all or the small choice, and compare."""
    files = _choose(full=full)
    told = dict(zip(files, read_by_others(list(files.values())), strict=True))
    published = _publish(files)
    kept, withheld, parted, lost = [], [], [], []
    layered = 0
    for sha256, by_reader in told.items():
        has_layers = _LAYERS in files[sha256].read_bytes()
        if has_layers:
            del by_reader["pdfminer"]
        best = find_best(by_reader.values())
        if not best:
            continue
        layered += has_layers
        name = str(files[sha256].relative_to(BAD_INPUTS))
        ours = published.get(sha256, _Published())
        share = _share(best, _words(ours.shown))
        both = f"{ours.shown}\n{ours.withheld}"
        if share >= _KEPT:
            kept.append(name)
        elif _share(best, _words(both)) >= _KEPT:
            withheld.append(name)
        elif _share(best, _parted_like(best, both)) >= _KEPT:
            parted.append(name)
        else:
            lost.append(f"{name} {share:.0%}")
    return Figures(kept, withheld, parted, lost, layered)


def find_best(texts: Iterable[str]) -> Counter[str]:
    """Return the words of the reader that finds most letters; none if no reader finds 20 characters.

    Where several find as many, one may glue words together or take them apart: the one whose words the others have.
    """
    cleaned = [_NAMELESS.sub(" ", text) for text in texts]
    found = [words for text in cleaned if len("".join(text.split())) >= _LEAST_CHARACTERS and (words := _words(text))]
    most = max(map(_letters, found), default=0)
    near = [words for words in found if _letters(words) >= _AS_MANY * most]
    return max(near, key=lambda words: sum(_share(words, other) for other in near), default=Counter())


def _choose(*, full: bool) -> dict[str, Path]:
    with (BAD_INPUTS / "MANIFEST.tsv").open(encoding="utf-8", errors="surrogateescape", newline="") as manifest:
        rows_ = csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)
        files = {row["sha256"]: BAD_INPUTS / row["path"] for row in rows_ if row["kind"] == "pdf"}
    if full:
        return files
    chosen = set(_SMALL.read_text("ascii").split())
    return {sha256: path for sha256, path in files.items() if sha256[:16] in chosen}


def _publish(files: dict[str, Path]) -> dict[str, _Published]:
    """Ingest files into an archive of their own and return what it holds of each, by hash."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), database=None, workers=_CORES, ocr="off", worker_timeout_s=60)
        with open_archive(settings) as archive:
            for _ in ingest(archive, files.values(), ReleaseRecord("readable", "Readable")):
                pass
            return _read_archive(archive)


def _read_archive(archive: Archive) -> dict[str, _Published]:
    shown: dict[str, list[str]] = {}
    withheld: dict[str, list[str]] = {}
    pages = select(rows.Document.sha256, rows.Page.text).join(rows.Page, rows.Page.document_id == rows.Document.id)
    leaks = (
        select(rows.Document.sha256, rows.Leak.text)
        .join(rows.Page, rows.Page.document_id == rows.Document.id)
        .join(rows.Leak, rows.Leak.page_id == rows.Page.id)
    )
    with archive.sessions() as session:
        for query, target in ((pages, shown), (leaks, withheld)):
            for sha256, text in session.execute(query):
                target.setdefault(sha256, []).append(text)
    return {
        sha256: _Published("\n".join(texts), "\n".join(withheld.get(sha256, ()))) for sha256, texts in shown.items()
    }


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(_plain(text)))


def _letters(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items())


def _share(wanted: Counter[str], found: Counter[str]) -> float:
    return (wanted & found).total() / wanted.total()


def _parted_like(best: Counter[str], text: str) -> Counter[str]:
    """Return the words of a text, and those of the best reader of which the letters stand there without a gap."""
    found = _words(text)
    letters = "".join(_WORD.findall(_plain(text)))
    standing = {word: letters.count(word) for word in best if len(word) >= _LEAST_PARTED}
    return found | Counter(standing)


def main() -> None:
    """Measure, print one line and say by the exit code whether the floor holds."""
    full = "--full" in sys.argv[1:]
    figures = measure(full=full)
    print(figures)
    sys.exit(figures.share < (FULL_FLOOR if full else SMALL_FLOOR))


if __name__ == "__main__":
    main()
