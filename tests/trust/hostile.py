"""Requests that mean harm: each asks for much, or for what nobody should ask."""

import base64
import json
from urllib.parse import quote, urlencode

_WORDS = ("investigation", "meeting", "telephone", "confidential", "benghazi", "schedule", "department", "request")


def hostile_paths(document: str, message: str) -> list[str]:
    """Return the paths; the keys are those of a document and a message of the archive."""
    queries = [
        "*a*",
        "*e* OR *a* OR *o* OR *i* OR *u* OR *s* OR *t* OR *n* OR *r* OR *l*",
        "?????* OR ??????* OR ????*",
        "a* b* c* d* e* f* g* h* i* j*",
        "NOT *e*",
        "*q*q*q*q*q*q*q*z",
        '"the* of* to* and*"',
        " OR ".join(f"{word}~2" for word in _WORDS),
        " ".join(f"{word}~2" for word in _WORDS * 4),
        '"the of to and in a is that for it"~50',
        " OR ".join(f'"the {word}"~100' for word in _WORDS * 4),
        "the OR of OR to OR and OR in OR a OR is OR that OR for OR it",
        " ".join(["the"] * 400),
        "(" * 900 + "water" + ")" * 900,
        "NOT " * 400 + "water",
        " OR ".join(f"from:{chr(97 + n % 26)}*" for n in range(60)),
        "-the -of -to -and",
        "\u0430" * 2000,
        "\U0001f525 " * 500,
        "page:1..99999999999999999999 date:0001..9999",
        "'; DROP TABLE messages; --",
        "<script>alert(1)</script>",
        "body:" * 300,
    ]
    searches = [f"/search?{urlencode({'q': query})}" for query in queries]
    return [
        *searches,
        *(f"/api/v1{path}" for path in searches[:12]),
        "/search?" + "&".join(f"from=x{n}" for n in range(10_000)),
        "/api/v1/search?" + "&".join(f"from={chr(97 + n)}" for n in range(20)),
        "/api/v1/search?per_page=100&order_by=date&q=" + quote(queries[1]),
        f"/api/v1/search?q=the&cursor={_forged_cursor()}",
        f"/api/v1/search?q=the&cursor={'A' * 1000}",
        f"/search?q={'x' * 5_000}",
        "/people?name=%25_%25_%25_%25",
        "/people?page=9999999",
        "/missing?page=9999999",
        "/releases/nothing/missing?page=9999999",
        "/help/search",
        f"/documents/{document}?{urlencode({'q': queries[7]})}",
        f"/documents/{document}?{urlencode({'q': queries[3]})}",
        f"/documents/{document}?page=9999999",
        f"/api/v1/documents/{document}?{urlencode({'q': queries[10]})}",
        f"/messages/{message}?{urlencode({'q': queries[8]})}",
        f"/messages/{message}?{urlencode({'q': queries[13]})}",
        f"/documents/{document}/pages/99999999999999999999",
        "/messages/" + "%00" * 20,
        "/bates/" + "9" * 190,
        "/..%2f..%2f..%2fetc/passwd",
        "//evil.example/%2e%2e",
    ]


def _forged_cursor() -> str:
    parts = [3, 0, "x", 1 << 62, 1 << 62, 1, 1 << 62, 0.0]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
