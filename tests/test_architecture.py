"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_MODULES = sorted(path for room in ("app", "ingest") for path in (_ROOT / room).rglob("*.py"))
_ENGINES = {
    "pikepdf": {"ingest/ladder/repair.py", "app/web/drawing.py"},
    "pdfplumber": {"ingest/geometry/drawn.py"},
    "pypdfium2": {
        "ingest/pages/forms.py",
        "ingest/pages/frame.py",
        "ingest/pages/letters.py",
        "ingest/pages/looking.py",
        "ingest/pictures.py",
        "ingest/ocr/pictures.py",
        "app/web/drawing.py",
    },
    "olefile": {"ingest/mail/msg.py"},
    "pypff": {"ingest/mail/pst.py"},
    "tesserocr": {"ingest/ocr/tesseract.py"},
    "rapidocr": {"ingest/ocr/rapid.py"},
    "whoosh": {"app/search/whoosh_index.py"},
    "tantivy": {f"app/search/tantivy_index/{module}.py" for module in ("index", "queries", "schema")},
    "opensearchpy": {"app/search/opensearch_index/server.py"},
}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("engine", _ENGINES)
def test_one_file_knows_each_engine(engine: str) -> None:
    knowing = {str(path.relative_to(_ROOT)) for path in _MODULES if engine in _imported(path)}
    assert knowing == _ENGINES[engine]


@pytest.mark.parametrize("path", _MODULES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_a_module_has_a_docstring_and_a_readable_length(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 500


def test_the_environment_is_read_in_one_place() -> None:
    reading = {
        str(path.relative_to(_ROOT))
        for path in _MODULES
        if "os.environ" in path.read_text(encoding="utf-8") or "getenv" in path.read_text(encoding="utf-8")
    }
    assert reading == set()


def test_released_text_is_never_marked_safe() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    files = [*(_ROOT / "app/web/templates").rglob("*.html"), *(_ROOT / "app/web").rglob("*.py")]
    assert [path.name for path in files if unsafe.search(path.read_text("utf-8"))] == []


def test_the_program_starts_without_the_test_tools() -> None:
    tools = [
        "pytest",
        "hypothesis",
        "reportlab",
        "httpx",
        "playwright",
        "psycopg",
        "pypff",
        "tesserocr",
        "opensearchpy",
    ]
    blocked = f"import sys; sys.modules.update(dict.fromkeys({tools!r})); import ingest.cli"
    subprocess.run([sys.executable, "-c", blocked], check=True, cwd=_ROOT)
