"""What applications share in the tests is theirs alike, and nothing else of them."""

from typing import Any

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from tests.compiled import STATEMENTS, KnownRoute, KnownTemplates


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


def test_two_applications_render_one_template_each_with_what_it_knows() -> None:
    found = []
    for words, text in (("first", "{{ words }} <{{ who }}>"), ("second", "{{ words }} {{ who }}")):
        for name in ("a.html", "b.html"):
            app = Flask("one")
            assert isinstance(app.jinja_env.bytecode_cache, KnownTemplates)
            app.jinja_loader = DictLoader({name: f"{name}: {text}"})
            app.jinja_env.globals["words"] = words
            with app.test_request_context():
                found.append(render_template(name, who="<b>"))
    assert found == [
        *("a.html: first <&lt;b&gt;>", "b.html: first <&lt;b&gt;>"),
        *("a.html: second &lt;b&gt;", "b.html: second &lt;b&gt;"),
    ]


def test_statements_are_compiled_once_for_all_engines_of_a_dialect() -> None:
    known = len(STATEMENTS)
    for value in ("first", "second"):
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            asked = select(literal(value).label("of this test alone"))
            assert connection.scalar(asked) == value
        engine.dispose()
    assert len(STATEMENTS) == known + 1
    _, *shape = next(reversed(STATEMENTS))
    assert STATEMENTS.get((sqlite.dialect(), *shape)) is not None
    assert STATEMENTS.get((postgresql.dialect(), *shape)) is None
