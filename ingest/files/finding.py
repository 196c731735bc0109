"""Find every file that was given, in folders, in zips and in mails, each with its hash and kind."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from app.errors import BadRequestError
from ingest.files.kinds import find_kind
from ingest.files.limits import Allowance, FileLimits
from ingest.files.zips import clean_name, every_member, find_members
from ingest.records import AttachedFile, FileKind, Problem, Reading, SourceFile, State

log = logging.getLogger(__name__)

_RELEASE_NOTE = "release.toml"
_STATES = {
    "locked": State.LOCKED,
    "too_large": State.REFUSED,
    "too_deep": State.REFUSED,
    "unknown_type": State.REFUSED,
    "unread_packing": State.REFUSED,
    "overlapping_members": State.REFUSED,
    "too_many_members": State.PARTIAL,
}
_UNKNOWN = Problem(
    "unknown_type",
    "By its content the file is no PDF, email (.eml, .mbox, .msg, .pst) or zip; it can be downloaded only.",
)
_EMPTY = Problem("empty_file", "The file has no bytes; ask for it again.")


def find_files(paths: Iterable[Path], scratch: Path, *, limits: FileLimits = FileLimits()) -> Iterator[SourceFile]:
    """Yield each file once for each place where it lies, in a stable order; a zip before its members.

    Folders are walked, sorted; hidden files, `release.toml` and links out of the folder are left
    out. Members of zips are unpacked into `scratch`, an existing folder that the caller removes
    when it is done with them. A file that no reader should open carries its problem; one whose
    bytes cannot be read has no hash either.

    Raises:
        BadRequestError: one of the paths does not exist; nothing was yielded yet.
    """
    given = list(dict.fromkeys(paths))
    for path in given:
        if not path.exists():
            raise BadRequestError(f"There is no file or folder {str(path)!r}.")
    labels = _Labels()
    for path in given:
        for location, label in _every_file(path):
            yield from _found(location, labels.claim(label), Allowance(limits), scratch, labels)


def find_attached(
    parent: SourceFile, attached: Iterable[AttachedFile], scratch: Path, *, limits: FileLimits = FileLimits()
) -> Iterator[SourceFile]:
    """Yield the attachments of a mail as files of their own, written into `scratch`."""
    labels, allowance = _Labels(), Allowance(limits)
    for attachment in attached:
        descriptor, name = tempfile.mkstemp(dir=scratch, prefix="attached-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(attachment.content)
        label = labels.claim(f"{parent.path}/{clean_name(attachment.name)}")
        yield from _found(Path(name), label, allowance, scratch, labels, parent)


def find_kept(
    files: Iterable[tuple[Path, str]], scratch: Path, *, limits: FileLimits = FileLimits()
) -> Iterator[SourceFile]:
    """Yield files that lie in the store, each given with its path in the release; a zip before its members."""
    for location, label in files:
        yield from _found(location, label, Allowance(limits), scratch, _Labels())


def account(file: SourceFile) -> Reading | None:
    """Return what becomes of a file that no reader opens; None for one that is to be read."""
    if file.problem:
        return Reading(_STATES.get(file.problem.code, State.UNREADABLE), problems=(file.problem,))
    return Reading(State.PUBLISHED) if file.kind is FileKind.ZIP else None


class _Labels:
    """The paths already given: each file has one of its own."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def claim(self, label: str) -> str:
        """Return the label, with a number behind it when it was claimed before."""
        count = self._used[label] = self._used.get(label, 0) + 1
        return label if count == 1 else self.claim(f"{label} ({count})")


def _every_file(given: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file below `given`, and each folder that cannot be read, with its label."""
    if not given.is_dir():
        yield given, _label(Path(given.name))
        return
    root = given.resolve()
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            children = sorted(path.iterdir(), reverse=True) if path.is_dir() else None
        except OSError:
            children = None
        if children is None:
            yield path, _label(path.relative_to(root) if path != root else Path(given.name))
        else:
            waiting.extend(child for child in children if _is_wanted(child, root))


def _is_wanted(path: Path, root: Path) -> bool:
    if path.name.startswith(".") or path.name == _RELEASE_NOTE:
        return False
    # A folder behind a link lies elsewhere in the tree, or outside of it; a loop lies nowhere.
    if path.is_symlink() and (path.is_dir() or not Path(os.path.realpath(path)).is_relative_to(root)):
        log.warning("link not followed path=%s", _label(path.relative_to(root)))
        return False
    return True


def _label(path: Path) -> str:
    return clean_name(os.fsencode(path).decode("utf-8", "replace"))


def _found(
    location: Path,
    label: str,
    allowance: Allowance,
    scratch: Path,
    labels: _Labels,
    parent: SourceFile | None = None,
) -> Iterator[SourceFile]:
    """Yield the file, then what lies in it if it is a zip."""
    file = _describe(location, label, allowance.limits, parent)
    if file.kind is not FileKind.ZIP or file.problem:
        yield file
        return
    infos, problem = find_members(file.location, allowance)
    yield replace(file, problem=problem)
    for member in every_member(file.location, infos, scratch, allowance) if infos else ():
        inner = labels.claim(f"{file.path}/{member.name}")
        if member.problem:
            yield replace(
                _describe(member.location, inner, allowance.limits, file),
                kind=FileKind.UNKNOWN,
                problem=member.problem,
            )
        else:
            yield from _found(member.location, inner, allowance, scratch, labels, file)


def _describe(location: Path, label: str, limits: FileLimits, parent: SourceFile | None) -> SourceFile:
    """Return the file with hash, kind and the problem that can be seen from outside."""
    depth = parent.depth + 1 if parent else 0
    parent_sha256 = parent.sha256 if parent else None
    try:
        if not location.is_file():
            raise OSError("it is a folder that cannot be listed, or no ordinary file")
        with location.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
        kind = find_kind(location)
    except OSError as error:
        reason = error.strerror or str(error)
        problem = Problem("cannot_open", f"The file cannot be opened ({reason}); mend that and ingest it again.")
        return SourceFile(location, label, "", 0, FileKind.UNKNOWN, parent_sha256, depth, problem)
    file = SourceFile(location, label, sha256, size, kind, parent_sha256, depth)
    return replace(file, problem=_problem(file, limits))


def _problem(file: SourceFile, limits: FileLimits) -> Problem | None:
    if file.size_bytes == 0:
        return _EMPTY
    if file.size_bytes > limits.max_bytes:
        return Problem("too_large", f"The file is larger than {limits.max_bytes:,} bytes; raise the limit to read it.")
    if file.kind is FileKind.UNKNOWN:
        return _UNKNOWN
    if file.depth >= limits.max_depth and file.kind is FileKind.ZIP:
        return Problem(
            "too_deep", f"A zip within {file.depth} others is not unpacked; unpack it and ingest the folder."
        )
    if file.depth > limits.max_depth:
        return Problem("too_deep", f"A file within {file.depth} others is not read; take it out and ingest it.")
    return None
