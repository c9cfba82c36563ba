"""Forms: what was typed becomes the shape of a record, and faults find their fields again."""

from collections.abc import Iterator

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from tests.conftest import AppMaker
from traceapp import problem
from traceapp.database.engine import db
from traceapp.producers.models import Province
from traceapp.web.faults import between
from traceapp.web.fields import PlainText
from traceapp.web.forms import MOST_LINES, Field, Form, Option

FIELDS = (
    Field("name", "Tên", required=True),
    Field("kind", "Loại", "choice", options=(Option("a", "Loại A"), Option("b", "Loại B"))),
    Field("is_public", "Công khai", "tick"),
    Field("days", "Số ngày", "number"),
    Field("made", "Ngày làm", "date"),
    Field("label.origin.vi", "Xuất xứ"),
    Field("lines.#.name", "Tên"),
    Field("lines.#.amount", "Lượng", "number"),
    Field("lines.#.uom", "Đơn vị", "choice", follows=True),
    Field("marks", "Dấu", "many", options=(Option("x", "X"), Option("y", "Y"))),
    Field("version", kind="hidden"),
)


class LineSchema(Schema):
    """A line."""

    name = PlainText(10, required=True)
    amount = fields.Float(load_default=None, validate=between(0, 10))
    uom = fields.String(load_default=None)


class OriginSchema(Schema):
    """A nested record."""

    vi = PlainText(10, required=True)


class RecordSchema(Schema):
    """A record with every kind of place a fault can be in."""

    name = PlainText(10, required=True)
    kind = fields.String(load_default=None)
    is_public = fields.Boolean()
    days = fields.Integer(load_default=None)
    made = fields.Date(load_default=None)
    label = fields.Nested(Schema.from_dict({"origin": fields.Nested(OriginSchema, required=True)}))
    lines = fields.List(fields.Nested(LineSchema), load_default=list)
    marks = fields.List(fields.String(), load_default=list)
    version = fields.String(load_default=None)


def sent(_speaking: Flask, **typed: str | list[str]) -> Form:
    names = {name.replace("__", "."): text for name, text in typed.items()}
    return Form.sent(FIELDS, MultiDict(names))


@pytest.fixture
def speaking(sqlite_app: Flask) -> Iterator[Flask]:
    """A request in Vietnamese."""
    with sqlite_app.test_request_context("/?lang=vi"):
        yield sqlite_app


@pytest.fixture
def sqlite_app(make_app: AppMaker) -> Iterator[Flask]:
    """One application inside its context."""
    app = make_app()
    with app.app_context():
        yield app


def test_typed_text_takes_the_shape_of_the_record(speaking: Flask) -> None:
    form = sent(
        speaking,
        name="Cải ngọt",
        days="1.500",
        made="05/11/2026",
        is_public="yes",
        label__origin__vi="Hà Nội",
        lines__0__name="",
        lines__0__uom="kg",
        lines__2__name="Muối",
        lines__2__amount="2,5",
        marks=["x", "y"],
        kind="",
    )
    assert form.data() == {
        "name": "Cải ngọt",
        "days": "1500",
        "made": "2026-11-05",
        "is_public": True,
        "label": {"origin": {"vi": "Hà Nội"}},
        "lines": [{"name": "Muối", "amount": "2.5"}],
        "marks": ["x", "y"],
    }


def test_a_fault_in_a_line_is_shown_at_the_line_that_was_typed(speaking: Flask) -> None:
    form = sent(speaking, name="a", lines__0__name="", lines__2__name="Muối", lines__2__amount="99")
    with form.trying():
        RecordSchema().load(form.data() | {"label": {"origin": {"vi": "x"}}})
    assert list(form.errors) == ["lines.2.amount"]
    assert form.status == 422
    assert form.value("lines.2.amount") == "99"
    assert form.count("lines") == 3


@pytest.mark.parametrize("number", ["9999999999", "999", "9" * 5000, "²", "٣"])
def test_a_line_of_any_number_never_makes_a_page_endless(number: str) -> None:
    form = Form.sent([Field("lines.#.name")], MultiDict({f"lines.{number}.name": "x"}))
    assert form.count("lines") <= MOST_LINES


def test_a_missing_group_is_blamed_on_its_first_field(speaking: Flask) -> None:
    form = sent(speaking, name="")
    with form.trying():
        RecordSchema().load(form.data() | {"label": {}})
    assert set(form.errors) == {"name", "label.origin.vi"}


@pytest.mark.parametrize(
    "typed", [{"owner": "x"}, {"name": ["a", "b"]}, {"label": "x"}, {"lines__x__name": "y"}]
)
def test_unknown_fields_and_two_values_for_one_are_refused(
    speaking: Flask, typed: dict[str, str | list[str]]
) -> None:
    with pytest.raises(ValidationError):
        sent(speaking, **typed).data()


def test_what_is_refused_is_not_kept_and_the_rest_of_the_transaction_is(speaking: Flask) -> None:
    db.session.add(Province(name="Huế", kind="thành phố", latitude=16.4, longitude=107.5))
    form = sent(speaking, name="Huế")
    with form.trying(unique="name"):
        db.session.add(Province(name="Đà Nẵng", kind="thành phố", latitude=16.0, longitude=108.2))
        db.session.flush()
        db.session.expunge_all()
        db.session.add(Province(name="Đà Nẵng", kind="thành phố", latitude=16.0, longitude=108.2))
        db.session.flush()
    assert list(form.errors) == ["name"]
    assert db.session.get(Province, "Huế") is not None
    assert db.session.get(Province, "Đà Nẵng") is None


def test_a_record_is_shown_and_sent_back_unchanged(speaking: Flask) -> None:
    record = {
        "name": "Cải",
        "is_public": True,
        "days": 1500,
        "label": {"origin": {"vi": "Hà Nội"}},
        "lines": [{"name": "Muối", "amount": "2.5"}],
        "marks": ["y"],
    }
    form = Form.showing(FIELDS, record)
    assert form.value("lines.0.amount") == "2,5"
    assert form.data() == record | {"days": "1500"}


def test_a_change_by_somebody_else_shows_both_and_keeps_what_was_typed(speaking: Flask) -> None:
    form = sent(speaking, name="Cải của tôi", kind="a", version="1")
    form.refuse(problem.ChangedMeanwhile())
    form.compare({"name": "Cải của chị", "kind": "b", "version": 2})
    assert form.status == 412
    assert form.meanwhile == {"name": "Cải của chị", "kind": "Loại B"}
    assert form.value("name") == "Cải của tôi"
    assert form.value("version") == "2"
