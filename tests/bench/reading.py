"""The application in this process: asking it for pages, and counting what it asks its database."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from wsgiref.types import WSGIEnvironment

import sqlalchemy
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from tests.bench.demo import Demo
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.database.engine import db

ACCEPT = {"Accept": "text/html", "Accept-Encoding": "br"}


@contextmanager
def application(demo: Demo) -> Iterator[Flask]:
    """Yield the application on a demo, inside its context; its request log goes nowhere."""
    with redirect_stderr(io.StringIO()):
        app = create_app(Config.from_environment(demo.environ))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def asking_for(path: str, language: str = "vi") -> WSGIEnvironment:
    """Make what a server hands over for a GET."""
    headers = Headers({**ACCEPT, "Accept-Language": language})
    return EnvironBuilder(path=path, headers=headers).get_environ()


def body_of(app: Flask, environ: WSGIEnvironment) -> bytes:
    """Ask as a server does, and give the body as it is sent; raise where it is not 200."""
    said: list[str] = []
    answer = app.wsgi_app(environ, lambda status, *_: said.append(status))  # type: ignore[arg-type]
    body = b"".join(answer)
    if said[-1][:3] != "200":
        raise RuntimeError(f"{environ['PATH_INFO']}: {said[-1]}")
    return body


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the database gets meanwhile, but BEGIN."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", see)
