"""The service: an archive shown through its two faces, HTML and JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from app.archive import Archive
from app.database.rereading import RecordWatch
from app.search.mending import Mender
from app.web import access, api, docs, files, pages, review
from app.web.crowd import CrowdMiddleware
from app.web.deadlines import CLIENT_TIMEOUT
from app.web.door import DoorMiddleware
from app.web.kept import KeptAnswersMiddleware
from app.web.middleware import AnswerMiddleware
from app.web.page_images import PageImages
from app.web.problems import add_problem_handlers
from app.web.render import open_templates
from app.web.review import Decide

_STATIC = Path(__file__).parent / "static"
_MIB = 1 << 20


def create_app(archive: Archive, decide: Decide | None = None) -> FastAPI:
    """Return the service for this archive, which the caller opens and closes.

    The archive is only read. `decide` lets a reviewer's correction take effect; without it, or without a
    token in the settings, there is no review and nothing is written.
    """

    @asynccontextmanager
    async def serving(app: FastAPI) -> AsyncIterator[dict[str, float]]:
        yield {CLIENT_TIMEOUT: archive.settings.client_timeout_s}
        app.state.page_images.close()
        if app.state.watch:
            app.state.watch.close()

    app = FastAPI(
        title="Reading Room",
        version="1",
        description="Released public records, cut into their emails, searchable and citable.",
        docs_url=None,
        redoc_url=None,
        lifespan=serving,
    )
    app.state.archive = archive
    app.state.templates = open_templates(archive, _STATIC)
    app.state.page_images = PageImages(
        archive.settings.home / "cache" / "pages",
        limit_bytes=archive.settings.image_cache_mb * _MIB,
        worker_memory_bytes=archive.settings.worker_memory_mb * _MIB,
    )
    archive.search.mend_with(Mender(archive.settings))
    add_problem_handlers(app)
    for router in (api.router, files.router, pages.router, docs.router, access.router):
        app.include_router(router)
    token = archive.settings.review_token
    has_review = token is not None and decide is not None
    _add_middleware(app, archive, takes_forms=has_review)
    if token is not None and decide is not None:
        app.state.review = review.ReviewDesk(token.get_secret_value(), decide)
        app.include_router(review.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def _add_middleware(app: FastAPI, archive: Archive, *, takes_forms: bool) -> None:
    """Put around the routes what every request passes, the innermost first."""
    app.add_middleware(CrowdMiddleware)
    _keep_answers(app, archive)  # outside of the crowd: what is given again costs next to nothing
    app.add_middleware(access.AccessMiddleware)
    app.add_middleware(DoorMiddleware, hosts=archive.settings.host_names, takes_forms=takes_forms)
    app.add_middleware(AnswerMiddleware)


def _keep_answers(app: FastAPI, archive: Archive) -> None:
    """Give answers again while they are true: with SQLite, unless the settings leave no room for them."""
    limit_bytes = archive.settings.answer_cache_mb * _MIB
    app.state.watch = None
    if limit_bytes and archive.engine.dialect.name == "sqlite":
        app.state.watch = RecordWatch(archive.engine)
        app.add_middleware(KeptAnswersMiddleware, watch=app.state.watch, limit_bytes=limit_bytes)
