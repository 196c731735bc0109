"""Every address that an app answers, as the app itself knows it: a new one is not forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Path as PathParameter
from fastapi.routing import iter_route_contexts

_OPEN = re.compile(r"\{(\w+)[^}]*\}")


@dataclass(frozen=True, slots=True)
class KnownRoute:
    """An address with its open parts, and what may stand behind its question mark."""

    path: str  # "/documents/{key}/pages/{number}.webp"
    methods: frozenset[str]
    pattern: re.Pattern[str]
    parameters: tuple[str, ...]

    @property
    def open_parts(self) -> list[str]:
        """The names of what differs between the addresses of this route."""
        return _OPEN.findall(self.path)

    def fill(self, parts: dict[str, str]) -> str:
        """Return a path of this route; the parts are quoted already, one that is not named is "1"."""
        return _OPEN.sub(lambda part: parts.get(part[1], "1"), self.path)


def every_route(app: FastAPI) -> Iterator[KnownRoute]:
    """Yield the routes of `app`; a mount is one."""
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if context.methods is None:
            yield KnownRoute(f"{path}/{{file}}", frozenset({"GET"}), context.path_regex, ())
            continue
        dependant = getattr(context, "dependant", None)
        fields = get_flat_params(dependant) if dependant else []
        parameters = dict.fromkeys(one.alias for one in fields if not isinstance(one.field_info, PathParameter))
        yield KnownRoute(path, frozenset(context.methods) - {"HEAD"}, context.path_regex, tuple(parameters))


def route_of(routes: list[KnownRoute], path: str) -> KnownRoute | None:
    """Return the first route that answers GET at this path, without its query; None if none does."""
    return next((one for one in routes if "GET" in one.methods and one.pattern.match(path)), None)
