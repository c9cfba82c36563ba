"""What applications share in the tests is theirs alike, and nothing else of them."""

import gc
from typing import Any

from babel.support import Translations
from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import StaticPool, create_engine, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.routing import BaseConverter, IntegerConverter

from tests.compiled import STATEMENTS, KnownMap, KnownRoute, KnownTemplates
from traceapp.config import CHECKOUT
from traceapp.database import asking


def application(route: str, number: type[BaseConverter] = IntegerConverter) -> Flask:
    app = Flask("one")
    app.url_map.converters["number"] = number
    app.add_url_rule(route, "page", lambda **taken: repr(taken))
    return app


def taken(app: Flask, address: str) -> str:
    return app.test_client().get(address).text


def path(app: Flask, **values: Any) -> str:
    with app.test_request_context():
        return app.url_for("page", **values)


class Doubled(IntegerConverter):
    def to_python(self, value: str) -> int:
        return 2 * int(value)


def test_equal_routes_are_compiled_once_and_each_takes_what_its_application_says() -> None:
    for _ in range(2):
        assert taken(application("/c/<number:n>"), "/c/7") == "{'n': 7}"
        assert taken(application("/c/<number:n>", Doubled), "/c/7") == "{'n': 14}"
        assert taken(application("/c/<n>"), "/c/7") == "{'n': '7'}"
    first, second = (next(application("/c/<n>").url_map.iter_rules("page")) for _ in range(2))
    assert first._parts is second._parts


def test_equal_routes_share_a_builder_and_each_builds_its_own_addresses() -> None:
    assert Flask.url_rule_class is KnownRoute
    assert path(application("/a/<name>"), name="x y", more=1) == "/a/x%20y?more=1"
    assert path(application("/b/<name>"), name="x") == "/b/x"
    assert path(application("/a/<int(fixed_digits=3):name>"), name=7) == "/a/007"
    assert path(application("/a/<name>"), name=7) == "/a/7"


def test_equal_applications_share_their_map_and_each_answers_with_what_is_its_own() -> None:
    assert Flask.url_map_class is KnownMap
    apps = [application("/d/<n>") for _ in range(2)]
    for number, app in enumerate(apps):
        app.view_functions["page"] = lambda n, number=number: f"{number} {n}"
    assert [taken(app, "/d/x") for app in apps] == ["0 x", "1 x"]
    first, second = (app.url_map for app in apps)
    assert first is not second
    assert first._matcher is second._matcher


def test_a_route_that_one_application_has_alone_is_no_other_s() -> None:
    apps = [application("/e/<n>") for _ in range(3)]
    assert taken(apps[0], "/e/1") == taken(apps[1], "/e/1")
    apps[1]._got_first_request = False
    apps[1].add_url_rule("/more", "more", lambda: "more", methods=["GET", "POST"])
    apps[2].add_url_rule("/more", "more", lambda: "more", methods=["GET"])
    asked = [
        [app.test_client().open("/more", method=one) for one in ("GET", "POST")] for app in apps
    ]
    assert [[one.status_code for one in both] for both in asked] == [
        [404, 404],
        [200, 200],
        [200, 405],
    ]
    assert [path(app, n=1) for app in apps] == ["/e/1"] * 3


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


def test_what_a_mapper_writes_is_compiled_once_for_all_engines_of_a_dialect() -> None:
    class Base(DeclarativeBase):
        pass

    class Thing(Base):
        __tablename__ = "of_this_test_alone"
        number: Mapped[int] = mapped_column(primary_key=True)

    known = len(STATEMENTS)
    for number in (1, 2):
        engine = create_engine("sqlite://", poolclass=StaticPool)
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add(Thing(number=number))
            session.commit()
            assert session.get_one(Thing, number).number == number
        engine.dispose()
    added = [compiled.string for compiled in list(STATEMENTS.values())[known:]]
    assert sum(one.startswith("INSERT INTO of_this_test_alone") for one in added) == 1


def test_what_is_asked_often_is_prepared_once_for_all_engines_of_a_dialect() -> None:
    query = select(literal("of this test alone").label("words"))
    sqlites = [asking._prepared(query, sqlite.dialect()) for _ in range(2)]
    postgresqls = [asking._prepared(query, postgresql.dialect()) for _ in range(2)]
    assert sqlites[0] is sqlites[1]
    assert postgresqls[0] is postgresqls[1] is not sqlites[0]


def test_a_catalogue_is_read_once_a_language() -> None:
    folder = str(CHECKOUT / "traceapp" / "translations")
    first, second, english = (Translations.load(folder, [name]) for name in ("vi", "vi", "en"))
    assert first is second
    assert first is not english


def test_nobody_looks_for_litter_among_what_a_start_has_made() -> None:
    assert gc.get_threshold()[0] >= 20_000  # of traceapp, not of the tests
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000
