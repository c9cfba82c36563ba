"""Which language a reader gets: `?lang=`, else cookie, else Accept-Language, else Vietnamese."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from traceapp.trace.words import Words
from traceapp.web import catalogues

LANGUAGES = ("vi", "en")
COOKIE = "lang"
CHOSEN = "traceapp.language"  # in the environ: as a kept page chose, or whoever asked first
ONE_YEAR_S = 365 * 24 * 3600


def choose(query: str | None, cookie: str | None, accept: str | None) -> str:
    """Choose the language from what the request carries."""
    for wish in (query, cookie):
        if wish in LANGUAGES:
            return wish
    accepted = parse_accept_header(accept, LanguageAccept)
    return accepted.best_match(LANGUAGES) or LANGUAGES[0]


def asked(environ: WSGIEnvironment) -> str | None:
    """Give the first `lang` of the query as it was sent: an empty one is one too."""
    query = environ.get("QUERY_STRING")
    return parse_qs(query, keep_blank_values=True).get("lang", [None])[0] if query else None


def current() -> str:
    """Give the language of the request at hand; Vietnamese where there is none, as in a command."""
    if not has_request_context():
        return LANGUAGES[0]
    if request.environ.get(CHOSEN) not in LANGUAGES:
        request.environ[CHOSEN] = choose(
            asked(request.environ),
            request.cookies.get(COOKIE),
            request.headers.get("Accept-Language"),
        )
    return str(request.environ[CHOSEN])


def pick(text: Mapping[str, str | None], language: str) -> str:
    """Give a two-language text in one language, else in the other."""
    return text.get(language) or text.get("vi") or text.get("en") or ""


def say(words: Words | None) -> str:
    """Give words in the reader's language; nothing where there are none."""
    return "" if words is None else pick(words.document(), current())


def init_app(app: Flask) -> None:
    """Connect the catalogues and remember a language that was asked for by `?lang=`."""
    catalogues.compile_stale(Path(app.root_path) / app.config["BABEL_TRANSLATION_DIRECTORIES"])
    Babel(app, default_locale=LANGUAGES[0], locale_selector=current)
    app.jinja_env.globals.update(current_language=current)
    app.jinja_env.filters.update(pick=pick, say=say)
    app.after_request(_remember)


def _remember(response: Response) -> Response:
    if (wish := asked(request.environ)) in LANGUAGES:
        response.set_cookie(
            COOKIE, str(wish), max_age=ONE_YEAR_S, samesite="Lax", secure=request.is_secure
        )
    return response
