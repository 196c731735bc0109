"""The service: an archive shown through its two faces, HTML and JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from app.archive import Archive
from app.web import access, api, docs, files, pages, review
from app.web.middleware import AnswerMiddleware
from app.web.page_images import PageImages
from app.web.problems import add_problem_handlers
from app.web.render import open_templates
from app.web.review import Decide

_STATIC = Path(__file__).parent / "static"
_MIB = 1 << 20


def create_app(archive: Archive, decide: Decide | None = None) -> FastAPI:
    """Return the service for this archive, which the caller opens and closes.

    `decide` lets a reviewer's correction take effect. Without it, or without a token in the settings,
    there is no review and the service writes nothing.
    """

    @asynccontextmanager
    async def close_workers(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.page_images.close()

    app = FastAPI(
        title="Reading Room",
        version="1",
        description="Released public records, cut into their emails, searchable and citable.",
        docs_url=None,
        redoc_url=None,
        lifespan=close_workers,
    )
    app.state.archive = archive
    app.state.templates = open_templates(archive, _STATIC)
    app.state.page_images = PageImages(
        archive.settings.home / "cache" / "pages",
        limit_bytes=archive.settings.image_cache_mb * _MIB,
        worker_memory_bytes=archive.settings.worker_memory_mb * _MIB,
    )
    app.add_middleware(AnswerMiddleware)
    app.add_middleware(access.AccessMiddleware)
    add_problem_handlers(app)
    for router in (api.router, files.router, pages.router, docs.router, access.router):
        app.include_router(router)
    token = archive.settings.review_token
    if token is not None and decide is not None:
        # What a reviewer sees is the archive as its keeper sees it; what is decided is written to the archive itself.
        app.state.review = review.ReviewDesk(
            token.get_secret_value(), lambda _seen, correction: decide(archive, correction)
        )
        app.include_router(review.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app
