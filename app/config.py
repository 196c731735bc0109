"""Every option, its READINGROOM_* variable, its default and what it is for."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import BadRequestError


class IndexEngine(StrEnum):
    """The engines that a search can run on."""

    TANTIVY = "tantivy"
    WHOOSH = "whoosh"
    OPENSEARCH = "opensearch"


class Settings(BaseSettings):
    """The options of one archive, read once at the edge and passed down."""

    model_config = SettingsConfigDict(env_prefix="READINGROOM_", frozen=True, extra="ignore")

    home: Path = Field(default=Path("data/archive"), description="The folder under which everything written lies.")
    database: str | None = Field(
        default=None, description="SQLAlchemy address of the database; by default SQLite within the home."
    )
    index: IndexEngine = Field(
        default=IndexEngine.TANTIVY,
        description="The search engine: tantivy, whoosh, or opensearch with that extra.",
    )
    opensearch: SecretStr | None = Field(
        default=None,
        description="Address of the OpenSearch server, https://user:password@host:9200; several nodes of one cluster "
        "are parted by blanks. Only for the engine opensearch.",
    )
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="Files read at the same time.")
    worker_timeout_s: float = Field(
        default=300,
        gt=0,
        description="Seconds that may go by for what concerns a whole file; a page, or an email, has a tenth. What is "
        "slower is tried once more with ten times as much.",
    )
    worker_memory_mb: int = Field(default=2048, ge=256, description="Address space of a worker, in MiB.")
    max_pages: int = Field(default=50_000, ge=1, description="Pages a file may have; a longer one is read up to here.")
    max_file_mb: int = Field(default=4096, ge=1, description="Size a file may have, in MiB.")
    ocr: Literal["auto", "tesseract", "rapidocr", "off"] = Field(
        default="auto",
        description="What reads scanned pages: tesseract (extra `ocr`), rapidocr (extra `ocr-fax`), off, or auto: "
        "tesseract where it is installed.",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on.")
    hosts: str = Field(
        default="",
        description="Names under which readers know the service, blanks between them; localhost and the address it "
        "listens on are known without.",
    )
    client_timeout_s: float = Field(
        default=10,
        gt=0,
        description="Seconds in which a client must have sent its request; the same for each part of what it takes.",
    )
    query_timeout_s: float = Field(
        default=5, gt=0, description="Seconds that the database may work, and a search may wait, for one request."
    )
    web_workers: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 4), ge=1, description="Processes that serve the archive."
    )
    answer_cache_mb: int = Field(
        default=128,
        ge=0,
        description="Memory of each process for answers that are given again while the record says the same, in MiB.",
    )
    image_cache_mb: int = Field(default=512, ge=0, description="Disk space for page images, in MiB.")
    review_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="The word that opens /review for writing, at least 16 letters; without it there is no review.",
    )
    read_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="A word, at least 16 letters, that opens all releases that are not public, as the tokens of "
        "`readingroom token add` do; public ones need none.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="DEBUG, INFO, WARNING or ERROR."
    )

    @classmethod
    def load(cls) -> Self:
        """Read the options from the environment.

        Raises:
            BadRequestError: a variable has a value that makes no sense.
        """
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(
                f"READINGROOM_{option.upper()} is {_shown(option, each['input'])}: {each['msg']}"
                for each in error.errors()
                for option in [str(each["loc"][0])]
            )
            raise BadRequestError(f"The settings cannot be used. {wrong}.") from error

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database or f"sqlite:///{(self.home / 'archive.sqlite3').absolute()}"

    @property
    def host_names(self) -> frozenset[str]:
        """The names under which the service is known, but for those of this machine alone."""
        return frozenset(self.hosts.replace(",", " ").lower().split()) | {self.host.lower()}

    @property
    def index_folder(self) -> Path:
        """The folder of the index of the chosen engine."""
        return self.home / "index" / self.index.value

    @property
    def files_folder(self) -> Path:
        """The folder of the originals."""
        return self.home / "files"


def _shown(option: str, value: object) -> str:
    """Return a value as a message may show it: a secret stays one."""
    return "not shown" if option in ("opensearch", "read_token", "review_token") else repr(value)
