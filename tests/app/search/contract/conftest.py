"""What every engine must do; a new engine joins `app.search.engines` and passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.search.engines import Engine, make_engine
from app.search.index import SearchIndex
from tests.support.letters import LETTERS


@pytest.fixture(scope="session")
def engine(index_options: dict[str, object]) -> Engine:
    return make_engine(Settings(**index_options))


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[SearchIndex]:
    folder = tmp_path / "index"
    folder.mkdir()
    index = engine.create(folder)
    yield index
    index.close()
    engine.remove(folder)


@pytest.fixture(scope="module")
def letters(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    index = engine.create(tmp_path_factory.mktemp("letters"))
    index.update(LETTERS[:2])
    index.update(LETTERS[2:])
    yield index
    index.close()
