"""The list of provinces and communes: written at once, and again over what is there."""

import json

from flask import Flask
from sqlalchemy import event, func, select

from traceapp.database.engine import db
from traceapp.producers import territories
from traceapp.producers.models import Commune, Province
from traceapp.web.endpoints import transaction

BAT_TRANG = ("Hà Nội", "xã", "Bát Tràng")


def _count() -> tuple[int, int]:
    provinces, communes = (select(func.count()).select_from(one) for one in (Province, Commune))
    return db.session.scalars(provinces).one(), db.session.scalars(communes).one()


def _place() -> tuple[float, float]:
    there = db.session.get_one(Commune, BAT_TRANG)
    return there.latitude, there.longitude


def test_all_provinces_and_the_communes_of_hanoi_are_written(app: Flask) -> None:
    with transaction():
        given = territories.load()
    assert given == _count() == (34, 126)
    there = db.session.get_one(Commune, BAT_TRANG)
    assert "Bát Tràng" in json.dumps(json.loads(there.legacy), ensure_ascii=False)


def test_loading_again_puts_right_what_differs_and_adds_what_lacks(app: Flask) -> None:
    with transaction():
        territories.load()
        place = _place()
    with transaction():
        there = db.session.get_one(Commune, BAT_TRANG)
        there.latitude, there.longitude = 0.0, 0.0
        db.session.delete(db.session.get_one(Commune, ("Hà Nội", "xã", "Gia Lâm")))
    with transaction():
        territories.load()
    assert _place() == place
    assert _count() == (34, 126)


def test_the_database_is_asked_for_all_of_them_at_once(app: Flask) -> None:
    asked: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda *args: asked.append(args[2].split(" ")[0])
    )
    with transaction():
        territories.load()
    with transaction():
        territories.load()
    assert asked.count("SELECT") == 4
    assert asked.count("INSERT") <= 4  # PostgreSQL takes pages of rows
    assert asked.count("UPDATE") == 0
