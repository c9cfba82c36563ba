"""What applications share in the tests is theirs alike, and nothing else of them."""

from pathlib import Path
from typing import Any

from flask import Flask, render_template_string

from tests.compiled import KnownRoute, KnownTemplates
from tests.conftest import settings_for
from traceapp.app import create_app


def application(route: str) -> Flask:
    app = Flask("one")
    app.add_url_rule(route, "page", lambda **_: "")
    return app


def path(app: Flask, **values: Any) -> str:
    with app.test_request_context():
        return app.url_for("page", **values)


def test_equal_routes_share_a_builder_and_each_builds_its_own_addresses() -> None:
    assert Flask.url_rule_class is KnownRoute
    assert path(application("/a/<name>"), name="x y", more=1) == "/a/x%20y?more=1"
    assert path(application("/b/<name>"), name="x") == "/b/x"
    assert path(application("/a/<int(fixed_digits=3):name>"), name=7) == "/a/007"
    assert path(application("/a/<name>"), name=7) == "/a/7"


def test_two_applications_render_one_template_each_with_what_it_knows(
    sqlite_url: str, tmp_path: Path
) -> None:
    found = []
    for words in ("first", "second"):
        app = create_app(settings_for(sqlite_url, tmp_path))
        assert isinstance(app.jinja_env.bytecode_cache, KnownTemplates)
        app.jinja_env.globals["words"] = words
        with app.test_request_context():
            found.append(render_template_string("{{ words }} <{{ who }}>", who="<b>"))
    assert found == ["first <&lt;b&gt;>", "second <&lt;b&gt;>"]
