"""What every page draws with: icons, versioned static files, dates, and links to itself.

The templates `web/...` are the frame of ordinary pages and the page of a problem.
"""

import hashlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, current_app, request, url_for
from markupsafe import Markup

from traceapp.trace.measures import amount
from traceapp.web import languages
from traceapp.web.settings import settings

HANOI = timezone(timedelta(hours=7))  # no daylight saving since 1975
frame = Blueprint("web", "traceapp.web", template_folder="templates")


def init_app(app: Flask) -> None:
    """Give the templates their tools."""
    app.register_blueprint(frame)
    app.jinja_env.globals.update(
        icon=icon, asset=asset, in_language=in_language, picture=picture, public_host=public_host
    )
    app.jinja_env.filters.update(day=day, moment=moment, quantity=quantity)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def icon(name: str) -> Markup:
    """Draw an icon of tools/icons.txt inline; nothing where the set was not fetched.

    The word beside it says the same, so a reader without pictures misses nothing.
    """
    return _drawn(current_app.static_folder or "", name)


@lru_cache(maxsize=256)
def _drawn(static: str, name: str) -> Markup:
    path = Path(static) / "vendor" / "icons" / f"{name}.svg"
    if not path.exists():
        return Markup()
    drawing = path.read_text(encoding="utf-8").strip()
    mark = '<svg class="icon" aria-hidden="true"'
    # Our own file, made by tools/frontend.py from a locked package.
    return Markup(drawing.replace('<svg xmlns="http://www.w3.org/2000/svg"', mark, 1))  # noqa: S704


def asset(name: str) -> str:
    """Give the address of a static file with its version, so that it may be kept for long."""
    static = Path(current_app.static_folder or "")
    return url_for("static", filename=name, v=version(static / name))


def version(path: Path) -> str:
    """Give a short name for the content of a file."""
    return _hashed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _hashed(path: Path, changed_at: int) -> str:  # noqa: ARG001 - a changed file is another one
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def in_language(language: str) -> str:
    """Give the address of the page at hand in another language."""
    arguments = [(name, text) for name, text in request.args.items(multi=True) if name != "lang"]
    return f"?{urlencode([*arguments, ('lang', language)])}"


def public_host() -> str:
    """Give the domain as it is printed beside every code."""
    return urlsplit(settings().public_url).netloc


def picture(file_name: str) -> str:
    """Give the address of a public picture."""
    return f"{settings().media_url}/{file_name}"


def media_sources() -> str:
    """Name where a page with pictures takes them from, for its content policy."""
    media = urlsplit(settings().media_url)
    return f"'self' {media.scheme}://{media.netloc}" if media.netloc else "'self'"


def quantity(value: Decimal | str, uom: str) -> str:
    """Write a quantity with its unit in the reader's language: 1.234,5 kg."""
    return amount(Decimal(value), uom, languages.current())


def day(value: date) -> str:
    """Write a date as dd/mm/yyyy, the same in both languages."""
    return value.strftime("%d/%m/%Y")


def moment(value: datetime) -> str:
    """Write an aware time in Hanoi's time: 22/11/2026 12:00."""
    return value.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")
