"""What every engine must do; a new engine joins `tests.support.engines.ENGINES` and passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.index import SearchIndex
from tests.support.engines import ENGINES, Engine
from tests.support.letters import LETTERS


@pytest.fixture(scope="session", params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[SearchIndex]:
    folder = tmp_path / "index"
    folder.mkdir()
    index = engine.create(folder)
    yield index
    index.close()


@pytest.fixture(scope="module")
def letters(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    index = engine.create(tmp_path_factory.mktemp("letters"))
    index.update(LETTERS[:2])
    index.update(LETTERS[2:])
    yield index
    index.close()
