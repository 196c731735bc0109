"""The commands that keep an archive whole: verify, backup and restore."""

import json
import sys
from pathlib import Path

import click

from app.cli.errors import report_errors
from app.cli.printing import say
from app.config import Settings
from app.errors import BadRequestError
from app.keeping import Difference, back_up, mend, open_holdings, restore, self_test, verify
from app.logs import set_up_logging

_DIFFERS = 1


@click.command("verify")
@click.option("--repair", is_flag=True, help="Mend what is derived: the index, its queue, leftovers, lost pages.")
@click.option("--quick", is_flag=True, help="Read no original and no entry: sizes, sums and presence alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a difference.")
@click.option("--self-test", "planted", type=click.IntRange(1), help="Plant so many differences in a small archive "
              "made for it, and see that each is found.")  # fmt: skip
@report_errors
def verify_archive(*, repair: bool, quick: bool, as_json: bool, planted: int | None) -> None:
    """Compare originals with their hashes, rows with originals, and the index with the rows.

    Each difference is a line with what to do about it. Ends with 1 where one remains. Ingest and service may run.
    """
    settings = Settings.load()
    set_up_logging(settings.log_level)
    if planted is not None:
        _test(planted, settings)
        return
    with open_holdings(settings) as holdings:
        differences = []
        count = 0
        for difference in verify(holdings, quick=quick):
            count += 1
            if repair:
                differences.append(difference)
            _tell(difference, as_json=as_json)
        left = count
        if repair and count:
            mended = mend(holdings, differences)
            for line in mended.done:
                say(f"mended: {line}", err=as_json)
            left = len(mended.left)
    told = f"{count} differences" if count != 1 else "1 difference"
    say(told + (f", {left} of them left" if repair and count else "") + ".", err=True)
    sys.exit(_DIFFERS if left else 0)


@click.command("backup")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--link", is_flag=True, help="Link originals instead of copying them, where the file system can.")
@report_errors
def backup_archive(target: Path, *, link: bool) -> None:
    """Copy the archive to a folder, while it is in use; a second time only what is new."""
    settings = Settings.load()
    set_up_logging(settings.log_level)
    with open_holdings(settings) as holdings:
        copied = back_up(holdings, target, link=link)
    for failure in copied.failures:
        say(f"not in the backup: {failure}", err=True)
    mib = copied.new_bytes / (1 << 20)
    say(f"{copied.documents} documents are in {target}; {copied.new} originals are new ({mib:.1f} MiB).")
    sys.exit(_DIFFERS if copied.failures else 0)


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder for the archive "
              "(default READINGROOM_HOME).")  # fmt: skip
@report_errors
def restore_archive(source: Path, home: Path | None) -> None:
    """Make an archive of a backup, in a home that is empty; its index is made anew."""
    settings = Settings.load()
    set_up_logging(settings.log_level)
    if home is not None:
        settings = settings.model_copy(update={"home": home})
    if home is not None and settings.database is not None:
        raise BadRequestError("With --home a database of its own is made: unset READINGROOM_DATABASE.")
    copied = restore(source, settings)
    for failure in copied.failures:
        say(f"not in the archive: {failure}", err=True)
    say(f"{copied.documents} documents are in {settings.home}; READINGROOM_HOME={settings.home} names it.")
    sys.exit(_DIFFERS if copied.failures else 0)


def _tell(difference: Difference, *, as_json: bool) -> None:
    told = {
        "kind": difference.kind.value, "subject": difference.subject, "detail": difference.detail,
        "advice": difference.advice,
    }  # fmt: skip
    say(json.dumps(told) if as_json else difference.line)


def _test(planted: int, settings: Settings) -> None:
    test = self_test(planted, settings)
    for line in test.wrong:
        say(line, err=True)
    say(test.line())
    sys.exit(_DIFFERS if test.wrong else 0)


keeping = (verify_archive, backup_archive, restore_archive)
