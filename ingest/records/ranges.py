"""Long PDFs: what workers are asked to do with them, and what they answer before all is read."""

from dataclasses import dataclass
from pathlib import Path

from ingest.records.files import Problem, SourceFile
from ingest.records.messages import Reading
from ingest.records.pages import PageRecord


@dataclass(frozen=True, slots=True)
class PageCount:
    """A PDF that cannot be read in one go: how many pages has it?"""

    file: SourceFile
    patience: int = 1  # times the usual time that it may take


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages of a PDF that one worker reads."""

    file: SourceFile
    first: int  # from 1
    last: int  # inclusive
    patience: int = 1  # times the usual time that it may take


@dataclass(frozen=True, slots=True)
class LongDocument:
    """A long PDF all of whose pages were read; what needs them all together is still to be done."""

    file: SourceFile
    kept: tuple[Path, ...]  # files with a packed `PagesRead` each, in the order of the pages
    patience: int = 1  # times the usual time that it may take


@dataclass(frozen=True, slots=True)
class PagesRead:
    """Pages as one worker reads them, before the stages that need the whole document."""

    page_count: int  # of the whole document, as far as it may be read
    pages: tuple[PageRecord, ...] = ()  # none: the document waits to be read in ranges
    problems: tuple[Problem, ...] = ()


Task = SourceFile | PageCount | PageRange | LongDocument
Answer = Reading | PagesRead
