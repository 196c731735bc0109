from pathlib import Path

import pytest

from app.errors import BadRequestError
from ingest.releases import describe_release


def _toml(folder: Path, text: str) -> Path:
    (folder / "release.toml").write_text(text, encoding="utf-8")
    return folder


def test_reads_the_file_beside_the_release_and_an_option_wins(tmp_path: Path) -> None:
    folder = _toml(tmp_path, 'slug = "dea"\ntitle = "Old"\nreleased_on = 2020-06-02\n')
    release = describe_release([folder], {"title": "New", "slug": None})
    assert (release.slug, release.title, release.released_on) == ("dea", "New", "2020-06-02")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--release SLUG"),
        ('slug = "Not A Slug"', "a-z"),
        ('slug = "dea"\ntitel = "x"', "'title'"),
        ("slug = ", "no TOML"),
    ],
)
def test_says_what_is_wrong_with_a_description(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadRequestError, match=message):
        describe_release([_toml(tmp_path, text)], {})
