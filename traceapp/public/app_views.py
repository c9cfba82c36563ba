"""The phone app: its one page, its worker and its manifest. Its files are static."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Blueprint, Response, current_app, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from traceapp.public import shell_views, stylesheet
from traceapp.public.icons import PLACE, symbols
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.access import public
from traceapp.web.headers import permissions, use_policy

blueprint = Blueprint("app", __name__)

APP, VENDOR = "pwa/app", "pwa/vendor"
STYLE = "app.css"
MANIFEST = "/app/manifest.webmanifest"
# What the first screen imports: asked for at once instead of one after the other.
FIRST = (
    *(f"{VENDOR}/{name}.js" for name in ("preact", "hooks", "htm", "idb")),
    *(f"{APP}/{name}.js" for name in ("early", "main", "view", "words/vi", "screens/home")),
    *(f"{APP}/core/{name}.js" for name in ("db", "reading")),
)
# Only the browser knows who has joined, what stands behind "#", and which language was chosen;
# where nobody can join (a tab of an iPhone, another app) the screen begins otherwise.
IS_NEW = Markup(
    "try{const l=localStorage;"
    "if(!location.hash&&!l.joined&&!l.shopper&&"
    "!/iP(hone|ad|od)|; wv|Zalo|FBA/.test(navigator.userAgent)){const d=document.documentElement;"
    'd.className="new";if((l.language||navigator.language).startsWith("en"))d.lang="en"}}'
    "catch{}"
)
# Kept once the app is at rest: reading codes where the browser cannot.
LATER_FOLDER = f"{VENDOR}/zxing/"
PICTURES = ("icons/traceapp.svg", "icons/traceapp-192.png")
# Drawn by screens; those of step kinds come from the vocabulary.
ICONS = (
    *("arrow-left", "arrow-right", "ban", "camera", "chevron-right", "circle-check", "circle-help"),
    *("clock", "download", "handshake", "history", "image", "info", "label", "map-pin", "minus"),
    *("more", "offline", "package", "pencil", "phone", "plus", "refresh", "scan", "send", "sun"),
    *("check", "circle", "leaf", "settings", "torch", "upload", "user", "warning", "x"),
)


@blueprint.get("/app")
@public
def without_slash() -> AnyResponse:
    """Lead to the app: its worker looks after what is below `/app/` only."""
    return redirect("/app/", 308)


@blueprint.get("/app/")
@public
def start() -> Response:
    """Give the one page of the app, the same for everybody: who uses it, the phone knows."""
    style = stylesheet.inline(_static() / APP / STYLE)
    use_policy(
        style_src=stylesheet.source_of(style),
        script_src=f"'self' 'wasm-unsafe-eval' {stylesheet.source_of(IS_NEW)}",
        img_src="'self' blob:",
        media_src="blob:",
        worker_src="'self'",
    )
    names = (*ICONS, *(kind.icon for kind in STEP_KINDS.values()))
    page = render_template(
        "public/app.html",
        style=style,
        is_new=IS_NEW,
        first=[f"/static/{name}" for name in FIRST],
        version=_version(),
        is_complete=not _missing(),
    )
    drawn = symbols(_static() / "vendor" / "icons", names)
    answer = _kept(page.replace(PLACE, f"<svg hidden>{drawn}</svg>", 1), "text/html")
    answer.headers["Permissions-Policy"] = permissions(microphone="(self)")
    return answer


@blueprint.get("/app/sw.js")
@public
def worker() -> Response:
    """Make the worker of the app: our module behind the lists of what it keeps.

    It is not the worker of the other pages: shoppers who keep a page shall not fetch the app.
    """
    lists = {"SHELL": ["/app/", MANIFEST, *_shell()], "LATER": _later(), "VERSION": _version()}
    head = "".join(f"self.{name} = {json.dumps(value)};\n" for name, value in lists.items())
    return _kept(f'import "/static/{APP}/worker.js";\n{head}', "text/javascript")


@blueprint.get(MANIFEST)
@public
def manifest() -> Response:
    """Describe the app for the home screen: it opens here, that of shoppers at the start page."""
    return shell_views.described("/app/", scope="/app/")


def _shell() -> list[str]:
    """List every file of the app that is there."""
    files = [*_files(APP), *(name for name in _files(VENDOR) if not _is_later(name))]
    return [f"/static/{name}" for name in (*files, *PICTURES) if _is_there(name)]


def _later() -> list[str]:
    return [f"/static/{name}" for name in _files(VENDOR) if _is_later(name)]


def _files(folder: str) -> list[str]:
    static = _static()
    found = sorted((static / folder).rglob("*"))
    kept = (path for path in found if path.suffix in {".js", ".wasm"})
    return [path.relative_to(static).as_posix() for path in kept]


def _is_later(name: str) -> bool:
    return name.startswith(LATER_FOLDER)


def _is_there(name: str) -> bool:
    return (_static() / name).is_file()


def _missing() -> list[str]:
    """Name what the first screen needs and set-up did not fetch."""
    return [name for name in FIRST if not _is_there(name)]


def _version() -> str:
    """Name the content of all files: another content is another version of the app."""
    static = _static()
    names = (*_files(APP), *_files(VENDOR), f"{APP}/{STYLE}")
    stamps = tuple((name, (static / name).stat().st_mtime_ns) for name in names)
    return _hashed(static, stamps)


@lru_cache(maxsize=4)
def _hashed(static: Path, stamps: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(Path(shell_views.__file__).read_bytes())  # the manifest
    template = Path(__file__).with_name("templates") / "public" / "app.html"
    for path in (template, *(static / name for name, _ in stamps)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _kept(text: str, mimetype: str) -> Response:
    """Answer with text that may be kept if it is asked about each time, small where wanted."""
    response = Response(mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["br"]:
        response.headers["Content-Encoding"] = "br"
        response.set_data(_small(text))
    else:
        response.set_data(text)
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache(maxsize=8)
def _small(text: str) -> bytes:
    return bytes(brotli.compress(text.encode(), quality=11))


def _static() -> Path:
    return Path(current_app.static_folder or "")
