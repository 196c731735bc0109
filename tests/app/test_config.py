import pytest

from app.config import Settings
from app.errors import BadRequestError


def test_a_variable_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READINGROOM_WORKERS", "many")
    with pytest.raises(BadRequestError, match="READINGROOM_WORKERS is 'many'"):
        Settings.load()


def test_a_secret_that_makes_no_sense_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READINGROOM_REVIEW_TOKEN", "too short")
    with pytest.raises(BadRequestError, match="READINGROOM_REVIEW_TOKEN is not shown") as told:
        Settings.load()
    assert "too short" not in str(told.value)
