"""The frame around every page that is kept: its style, its icons and its policy."""

from pathlib import Path

from flask import Response, current_app, render_template

from traceapp.public.icons import with_symbols
from traceapp.public.stylesheet import policy_source, stylesheet
from traceapp.web import headers
from traceapp.web.languages import current
from traceapp.web.pages import media_sources, picture, public_host
from traceapp.web.settings import settings


def rendered(template: str, path: str, **values: object) -> Response:
    """Render a page whose one true address is `path`."""
    headers.use_policy(style_src=policy_source(), img_src=media_sources())
    folder = Path(current_app.static_folder or "") / "vendor" / "icons"
    html = render_template(
        template,
        lang=current(),
        stylesheet=stylesheet(),
        domain=public_host(),
        url=whole_url(path),
        **values,
    )
    return Response(with_symbols(html, folder), mimetype="text/html")


def whole_url(path: str) -> str:
    """Give the whole address of a page, as it is printed."""
    return f"{settings().public_url}{path}"


def picture_url(file_name: str) -> str:
    """Give the whole address of a public picture."""
    path = picture(file_name)
    return whole_url(path) if path.startswith("/") else path
