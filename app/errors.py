"""The one family of errors that a person may see."""

from typing import ClassVar


class ArchiveError(Exception):
    """Something that the caller can understand and mend; the message says how.

    `code` is stable and goes into JSON, `status` is the HTTP status and `exit_code` that of the program.
    """

    code: ClassVar[str] = "archive_error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retry_after_s: ClassVar[int | None] = None  # when the same may be asked again; None: that would not help


class NotFoundError(ArchiveError):
    """Nothing in the archive has this address."""

    code = "not_found"
    status = 404
    exit_code = 4


class BadRequestError(ArchiveError):
    """A parameter, an option or a file that was given makes no sense."""

    code = "bad_request"
    status = 400
    exit_code = 2


class UnreadableFileError(ArchiveError):
    """A file that no reader of ours can read; it stays in the archive with this problem."""

    code = "unreadable"
    status = 422
    exit_code = 3


class LockedFileError(UnreadableFileError):
    """A file that opens only with a password."""

    code = "locked"


class RefusedFileError(UnreadableFileError):
    """A file over a limit, or of a type that is not read."""

    code = "refused"


class MissingReaderError(UnreadableFileError):
    """A file of a type that an extra reads which is not installed."""

    code = "missing_reader"


class BusyError(ArchiveError):
    """So much is asked for at once, or so much at one time, that it was not answered; later it may be."""

    code = "busy"
    status = 503
    retry_after_s = 2


class IndexUnavailableError(ArchiveError):
    """The index is missing, damaged or of another version; `readingroom reindex` makes it anew."""

    code = "index_unavailable"
    status = 503
    exit_code = 5
    retry_after_s = 10


class StorageError(ArchiveError):
    """The disk or the database cannot be written now; what was reported is kept, and the rest waits."""

    code = "storage"
    status = 503
    exit_code = 6


class IndexUnreachableError(IndexUnavailableError):
    """The server that keeps the index does not answer; the index may be sound."""

    code = "index_unreachable"
