"""What browsers, phones and crawlers ask for by fixed names, and the pages about problems."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    render_template,
    send_from_directory,
)
from flask_babel import force_locale, gettext

from traceapp import problem
from traceapp.problem.catalogue import CATALOGUE
from traceapp.producers.queries import operator_of_this
from traceapp.web.access import public
from traceapp.web.languages import LANGUAGES, current
from traceapp.web.pages import asset, public_host
from traceapp.web.settings import settings

blueprint = Blueprint("shell", __name__)

SECURITY_TXT_DAYS = 180  # RFC 9116 2.5.5 asks for less than a year
A_DAY_S = 24 * 3600
# What the worker keeps so that a page opens without a network: `asset` adds each one's version.
SHELL_FILES = ("css/desk.css", "pwa/page.js", "icons/traceapp.svg", "icons/traceapp-192.png")
PAPER = "#fbfaf5"


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Welcome crawlers on the pages that are for everybody."""
    closed = ("/desk", "/find", "/report", "/B/*/report", "/reports/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return _text("\n".join(lines) + "\n")


@blueprint.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say where to report a hole (RFC 9116)."""
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=SECURITY_TXT_DAYS)
    base = settings().public_url
    lines = (
        *(f"Contact: {contact}" for contact in _operator_contacts()),
        f"Contact: {base}/report",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: vi, en",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return _text("\n".join(lines) + "\n")


def _operator_contacts() -> list[str]:
    operator = operator_of_this()
    if operator is None:
        return []
    phone = "".join(one for one in operator.phone or "" if one.isdecimal() or one == "+")
    return [f"mailto:{operator.email}"] * bool(operator.email) + [f"tel:{phone}"] * bool(phone)


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    """Give the icon to browsers that ask without reading the page."""
    return send_from_directory(_static() / "icons", "favicon.ico", max_age=A_DAY_S)


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Describe the installable application in the reader's language."""
    return described("/")


def described(start: str, *, scope: str = "/") -> Response:
    """Give a manifest that opens at `start`."""
    sizes = (("traceapp-192", 192, "any"), ("traceapp-512", 512, "any"))
    icons = [
        _manifest_icon(name, size, purpose)
        for name, size, purpose in (*sizes, ("traceapp-maskable-512", 512, "maskable"))
    ]
    response = jsonify(
        id=start,
        start_url=start,
        scope=scope,
        display="standalone",
        lang=current(),
        name=gettext("Traceapp: where it comes from"),
        short_name="Traceapp",
        description=gettext("Scan the code on the goods and read where they come from."),
        background_color=PAPER,
        theme_color=PAPER,
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update({"Accept-Language", "Cookie"})
    return response


def _manifest_icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": asset(f"icons/{name}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@blueprint.get("/sw.js")
@public
def worker() -> Response:
    """Make the service worker: our source behind the list of what it keeps, and its version.

    Served from the top, since a worker controls only the paths below its own.
    """
    source = (_static() / "pwa" / "worker.js").read_text(encoding="utf-8")
    shell = ["/offline", *(asset(name) for name in SHELL_FILES)]
    version = _version(*shell, source, *_offline_words().values())
    head = f"self.SHELL = {json.dumps(shell)};\nself.VERSION = {json.dumps(version)};\n"
    response = Response(head + source, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/offline")
@public
def offline() -> Response:
    """Show the page that stands in for any other while there is no network."""
    response = Response(render_template("public/offline.html", words=_offline_words()))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _offline_words() -> dict[str, str]:
    # The worker keeps one copy for all readers, so it speaks both languages.
    words = {}
    for language in LANGUAGES:
        with force_locale(language):
            words[language] = render_template("public/offline_words.html")
    return words


def _version(*parts: str) -> str:
    """Name what the worker keeps: the same for readers of both languages."""
    loader = current_app.jinja_env.loader
    frame = loader.get_source(current_app.jinja_env, "web/base.html")[0] if loader else ""
    content = "\0".join([public_host(), frame, *parts])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@blueprint.get("/problems")
@public
def problems() -> Response:
    """List every problem that an answer of ours may name."""
    return Response(render_template("public/problems.html", problems=CATALOGUE))


@blueprint.get("/problems/<slug>")
@public
def problem_page(slug: str) -> Response:
    """Explain one problem: its address is the `type` in RFC 9457 answers."""
    kind = next((kind for kind in CATALOGUE if kind.slug == slug), None)
    if kind is None:
        raise problem.NotFound
    return Response(render_template("public/problem_kind.html", kind=kind))


def _static() -> Path:
    return Path(current_app.static_folder or "")


def _text(content: str) -> Response:
    response = Response(content, mimetype="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={A_DAY_S}"
    return response
