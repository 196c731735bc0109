"""The service answers whatever it is asked as its description says; and what does not is noticed."""

import pytest
from fastapi import FastAPI, Response

from app.web.schemas.base import Schema
from tests.trust.api_fuzz import SMALL, Report, ask_api, run


class _Count(Schema):
    count: int


def test_no_request_makes_the_service_fail_or_answer_otherwise_than_described() -> None:
    report = run(SMALL)
    assert dict(report.faults) == {}, str(report)
    assert report.statuses[200] > report.statuses.total() / 5  # else hardly a record was reached


@pytest.mark.parametrize(
    ("body", "status", "noticed"),
    [
        ('{"count": 1}', 200, ""),
        ('{"count": "x"}', 200, "violates schema"),
        ("{}", 418, "Undocumented"),
        ("", 500, "500"),
    ],
)
def test_an_answer_that_is_not_as_described_is_noticed(body: str, status: int, noticed: str) -> None:
    app, report = FastAPI(), Report()

    @app.get("/count", response_model=_Count)
    def read_count() -> Response:
        return Response(body, status, media_type="application/json")

    ask_api(app, {}, 1, report)
    assert bool(report.faults) == bool(noticed)
    assert noticed in " ".join(report.faults)


@pytest.mark.parametrize(("headers", "faults"), [({"retry-after": "1"}, 0), ({}, 1)])
def test_a_limit_that_says_when_to_come_again_is_no_error(headers: dict[str, str], faults: int) -> None:
    report = Report()
    report.note("GET /", 503, headers)
    assert report.faults.total() == faults
