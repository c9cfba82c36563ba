"""Sends static text and programs compressed: they share a slow line with the page's picture."""

from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, request

COMPRESSED = frozenset(
    {
        *("text/javascript", "application/javascript", "text/css", "image/svg+xml"),
        "application/wasm",  # the reader of codes: 954 kB become a third
    }
)
LARGEST = 1024 * 1024


def init_app(app: Flask) -> None:
    """Compress static text for readers that take it."""
    folder = Path(app.static_folder or "")

    def compress(response: Response) -> Response:
        if request.endpoint != "static" or response.mimetype not in COMPRESSED:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or not request.accept_encodings["br"]:  # noqa: PLR2004
            return response
        file = folder / (request.view_args or {})["filename"]
        stat = file.stat()
        if stat.st_size > LARGEST:
            return response
        body = _compressed(file, stat.st_mtime_ns)
        response.close()  # the file that was opened to be sent
        response.direct_passthrough = False
        response.set_data(body)
        response.headers["Content-Encoding"] = "br"
        etag, _ = response.get_etag()
        response.set_etag(f"{etag}-br")
        response.make_conditional(request)
        return response

    app.after_request(compress)


@lru_cache(maxsize=64)
def _compressed(file: Path, _changed_ns: int) -> bytes:
    return bytes(brotli.compress(file.read_bytes(), quality=9))
