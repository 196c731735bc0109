"""The API explained, from its own OpenAPI description, without a script from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.web.render import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a call, or a field of an answer."""

    name: str
    type: str
    description: str
    default: str  # "" if none


@dataclass(frozen=True, slots=True)
class Call:
    """An address of the API and what it takes and answers."""

    path: str
    summary: str
    parameters: tuple[Field, ...]
    answer: str  # the name of a schema


@router.get("/docs")
def docs_page(request: Request) -> HTMLResponse:
    """Every address, parameter and schema of the API."""
    openapi = request.app.openapi()
    schemas = {
        name: [_field(field, body) for field, body in schema.get("properties", {}).items()]
        for name, schema in openapi["components"]["schemas"].items()
        if "Validation" not in name
    }
    return render(request, "docs.html", list(_calls(openapi)), schemas=schemas, json_url=None)


def _calls(openapi: dict[str, Any]) -> Iterator[Call]:
    for path, methods in openapi["paths"].items():
        call = methods["get"]
        answer = call["responses"]["200"]["content"]["application/json"]["schema"]
        yield Call(
            path=path,
            summary=call.get("description", ""),
            parameters=tuple(_parameter(parameter) for parameter in call.get("parameters", ())),
            answer=_type(answer),
        )


def _parameter(parameter: dict[str, Any]) -> Field:
    schema = parameter["schema"]
    where = "" if parameter["in"] == "query" else "In the path. "
    description = parameter.get("description") or schema.get("description", "")
    default = schema.get("default")
    return Field(
        parameter["name"], _type(schema), where + description, "" if default in (None, [], "") else str(default)
    )


def _field(name: str, schema: dict[str, Any]) -> Field:
    return Field(name, _type(schema), schema.get("description", ""), "")


def _type(schema: dict[str, Any]) -> str:
    """Return a schema's type in a few words: "list of string", "MessageSummary or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
