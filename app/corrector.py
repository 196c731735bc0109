"""How a person's decisions take effect: the program gives it, for the reading stages are not known here."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from app.archive import Archive
from app.database.models import Correction


@dataclass(frozen=True, slots=True)
class Corrector:
    """What keeps corrections and reads their files again."""

    decide: Callable[[Archive, Correction], None]  # one, made now
    bring_in: Callable[[Archive, Iterable[Correction]], int]  # those that were made elsewhere; how many were new
    connect: Callable[[Archive, Collection[int]], None]  # ties anew what these releases hold: who may read it changed
    service: str  # "module:function" of what makes the service with `decide`, for processes that are started anew
