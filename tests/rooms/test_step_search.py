"""The steps of a producer are found by what they are called, say, name, and were done at."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, batch, business, line, product, record
from tests.conftest import NOON
from traceapp.batches.models import Event
from traceapp.batches.recording.searching import folded_words
from traceapp.database.engine import db
from traceapp.desk.steps import step_search
from traceapp.web import lists
from traceapp.web.endpoints import transaction

FERTILIZE = {"product": "Đạm Phú Mỹ", "fert_type": "organic", "n_pct": "2.5", "qty_kg": "12"}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        lan = business("HTX Lan")
        cut = batch(lan, product(lan, name="Rau muống"), "CUT-7")
        plot = {"plot_id": str(lan.plot_id)}
        record(lan, "fertilize", fields=FERTILIZE, **plot)
        record(lan, "irrigate", fields={"water_source": "river"}, **plot)
        record(lan, "harvest", outputs=[line(cut, "5")], **plot)
        record(business("HTX Minh"), "fertilize", fields=FERTILIZE)
    return lan


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        *(("dam phu my", {"fertilize"}), ("Đạm", {"fertilize"}), ("2.5", {"fertilize"})),
        *(("hữu cơ", {"fertilize"}), ("ORGANIC", {"fertilize"}), ("bon phan", {"fertilize"})),
        *(("rau muong", {"harvest"}), ("cut-7", {"harvest"}), ("muong thu hoach", {"harvest"})),
        *(("thua 1 dam", {"fertilize"}), ("so che hai", {"harvest"})),
        *(("htx lan a", {"fertilize", "irrigate", "harvest"}), ("minh", set()), ("100%", set())),
    ],
)
def test_every_word_is_found_wherever_it_stands(
    lan: Business, wanted: str, found: set[str]
) -> None:
    wish = lists.asked({"q": wanted})
    rows = step_search.steps(lan.producer_id, wish, NOON).rows
    assert {row.Event.step_kind for row in rows} == found
    assert step_search.photos(lan.producer_id, wish, NOON).rows == []


def test_a_step_on_anothers_ground_is_found_by_the_name_of_that(app: Flask) -> None:
    with transaction():
        lan, minh = business("HTX Lan"), business("HTX Minh", kinds=("authority",), role="officer")
        there = {"site_producer_id": str(lan.producer_id), "site_id": str(lan.site_id)}
        record(minh, "inspect", **there, fields={"scope": "Nhà lưới", "result": "pass"})
    wish = lists.asked({"q": "nha so che"})
    assert len(step_search.steps(minh.producer_id, wish, NOON).rows) == 1
    assert step_search.steps(lan.producer_id, wish, NOON).rows == []


def test_the_ids_that_fields_hold_are_no_words() -> None:
    site = "0192f0c0-0000-7000-8000-000000000001"
    assert folded_words("ship", {"to_site": site, "doc_no": "PX Đ1"}) == "px d1"
    assert folded_words("ship", {"to_site": site}) is None
    assert folded_words("ship", None) is None


def test_steps_recorded_before_are_found_and_stay_as_they_are(lan: Business) -> None:
    kept = _words()
    assert kept["harvest"] is None
    assert kept["fertilize"] == "huu co\norganic\n2.5\ndam phu my\n12"
    db.session.remove()
    downgrade(revision="0018")
    upgrade()
    assert _words() == kept
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("UPDATE event SET folded_words = NULL"))


def _words() -> dict[str, str | None]:
    rows = db.session.execute(select(Event.step_kind, Event.folded_words)).all()
    return {row.step_kind: row.folded_words for row in rows}
