import pytest

from app.config import Settings
from app.errors import BadRequestError


def test_a_variable_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READINGROOM_WORKERS", "many")
    with pytest.raises(BadRequestError, match="READINGROOM_WORKERS is 'many'"):
        Settings.load()
