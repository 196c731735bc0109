"""Pages become images, kept on disk within a limit; a file that cannot be drawn says so."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.colors import red

from app.errors import BadRequestError, UnreadableFileError
from app.web.drawing import render_page
from app.web.page_images import PageImages
from tests.support.papers import print_pages, print_slow_page

_MIB = 1 << 20


@pytest.fixture(scope="module")
def page_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageImages]:
    images = PageImages(tmp_path_factory.mktemp("cache"), limit_bytes=100 * _MIB, worker_memory_bytes=1024 * _MIB)
    yield images
    images.close()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(print_pages(["first page", "second page"]))
    return path


def test_draws_a_page_at_the_resolution_asked_for(page_images: PageImages, letter: Path) -> None:
    image = Image.open(io.BytesIO(page_images.load(letter, "a1", 2, 100)))
    assert (image.format, image.size) == ("WEBP", (850, 1100))


def test_draws_black_print_grey_and_keeps_colour(letter: Path, tmp_path: Path) -> None:
    coloured = tmp_path / "coloured.pdf"
    coloured.write_bytes(print_pages(["stamp stamp stamp"], colour=red))
    assert _has_colour(render_page(coloured, 1, 72))
    assert not _has_colour(render_page(letter, 1, 72))


def test_clamps_a_page_of_absurd_size(tmp_path: Path) -> None:
    poster = tmp_path / "poster.pdf"
    poster.write_bytes(print_pages(["word"]).replace(b"0 0 612 792", b"0 0 14400 14400"))
    width, height = Image.open(io.BytesIO(render_page(poster, 1, 300))).size
    assert width * height <= 12_100_000


def test_does_not_draw_what_it_has_drawn(page_images: PageImages, letter: Path) -> None:
    first = page_images.load(letter, "b2", 1, 72)
    letter.unlink()
    assert page_images.load(letter, "b2", 1, 72) == first


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 and nothing more", b"plain text"])
def test_says_that_a_file_cannot_be_drawn(page_images: PageImages, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="cannot be drawn"):
        page_images.load(broken, "c3", 1, 72)


def test_does_not_try_again_what_failed(page_images: PageImages, letter: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"no PDF")
    for path in (broken, letter):
        with pytest.raises(UnreadableFileError):
            page_images.load(path, "f6", 1, 72)


def test_a_page_that_wants_too_much_memory_is_given_up(tmp_path: Path, letter: Path) -> None:
    images = PageImages(tmp_path / "cache", limit_bytes=_MIB, worker_memory_bytes=64 * _MIB)
    with pytest.raises(UnreadableFileError, match=r"too much|cannot be drawn"):
        images.load(letter, "a7", 1, 300)
    images.close()


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    images = PageImages(tmp_path / "cache", limit_bytes=_MIB, worker_memory_bytes=1024 * _MIB, timeout_s=0.2)
    with pytest.raises(UnreadableFileError, match="too long"):
        images.load(print_slow_page(tmp_path), "c9", 1, 300)
    images.close()


def test_draws_a_page_once_for_all_who_ask_at_the_same_time(page_images: PageImages, letter: Path) -> None:
    with ThreadPoolExecutor(8) as readers:
        drawn = list(readers.map(lambda _: page_images.load(letter, "b8", 1, 150), range(8)))
    assert len(set(drawn)) == 1


def test_says_that_there_is_no_such_page(page_images: PageImages, letter: Path) -> None:
    with pytest.raises(UnreadableFileError, match="has 2 pages"):
        page_images.load(letter, "d4", 3, 72)


@pytest.mark.parametrize("dpi", [0, 35, 301])
def test_refuses_other_resolutions(page_images: PageImages, letter: Path, dpi: int) -> None:
    with pytest.raises(BadRequestError, match="36 to 300"):
        page_images.load(letter, "e5", 1, dpi)


def test_drops_the_images_that_were_not_used_for_longest(tmp_path: Path, letter: Path) -> None:
    size = len(render_page(letter, 1, 72))
    images = PageImages(tmp_path / "cache", limit_bytes=3 * size, worker_memory_bytes=1024 * _MIB)
    for name in ("01", "02", "03", "04"):
        images.load(letter, name, 1, 72)
    images.close()
    kept = {path.name[:2] for path in (tmp_path / "cache").glob("*/*.webp")}
    assert "04" in kept
    assert "01" not in kept


def _has_colour(image: bytes) -> bool:
    bands = Image.open(io.BytesIO(image)).convert("RGB").resize((64, 64)).split()
    return any(band.tobytes() != bands[0].tobytes() for band in bands)
