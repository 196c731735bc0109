"""The bytes themselves: originals as released, and pages as images."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from app.errors import UnreadableFileError
from app.web.dependencies import Key, PageNumber, TheAddressed, ThePageImages
from app.web.page_images import LARGEST_DPI, PICTURE_POLICY, SMALLEST_DPI
from app.web.resources import load_original, load_page_original

router = APIRouter(include_in_schema=False)

# The key is a hash of the bytes: they never change, but may be withdrawn, which a proxy must not keep from readers.
_KEPT = "public, max-age=3600, s-maxage=2, immutable"
_MEDIA_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}
_SANDBOX = "default-src 'none'; sandbox"


@router.get("/documents/{key}/original")
def download_original(archive: TheAddressed, key: Key) -> FileResponse:
    """The file exactly as it was released; browsers save it and do not open it here."""
    original = load_original(archive, key)
    return FileResponse(
        original.path,
        filename=original.name,
        media_type=_MEDIA_TYPES.get(original.kind, "application/octet-stream"),
        headers={
            "ETag": f'"{original.sha256}"',
            "Cache-Control": _KEPT,
            "Content-Security-Policy": _SANDBOX,
        },
    )


@router.get("/documents/{key}/pages/{number}.webp")
def page_image(
    request: Request,
    archive: TheAddressed,
    page_images: ThePageImages,
    key: Key,
    number: PageNumber,
    dpi: Annotated[int, Query(ge=SMALLEST_DPI, le=LARGEST_DPI)] = 100,
) -> Response:
    """The page as an image; where it cannot be drawn, an <img> shows the reason in its place."""
    original = load_page_original(archive, key, number)
    try:
        image = page_images.load(original.path, original.sha256, number, dpi)
    except UnreadableFileError as error:
        if "image/" not in request.headers.get("accept", ""):
            raise
        return Response(_note_image(str(error)), error.status, media_type="image/svg+xml")
    etag = f'"{original.sha256[:16]}-{number}-{dpi}"'
    headers = {"Cache-Control": _KEPT, "ETag": etag, "Content-Security-Policy": PICTURE_POLICY}
    return Response(image, media_type="image/webp", headers=headers)


def _note_image(note: str) -> str:
    """Return an image that says why there is none; browsers show it although the status is an error's."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 612 792" width="612" height="792">'
        '<rect width="612" height="792" fill="#f1eee6"/>'
        '<g font-family="sans-serif" font-size="17" text-anchor="middle" fill="#5c564c">'
        '<text x="306" y="370">There is no image of this page.</text>'
        f'<text x="306" y="400" font-size="13">{escape(note[:90])}</text></g></svg>'
    )
