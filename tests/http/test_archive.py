"""Putting away what is no longer used: offered and listed no more, never deleted, taken back."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business, event
from tests.builders import batch as a_batch
from tests.builders import product as a_product
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches import record_changes
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Season
from traceapp.web.endpoints import transaction

KINDS = ("site", "plot", "season", "product")
LISTS = {
    "site": "/desk/places",
    "plot": "/desk/places",
    "season": "/desk/seasons",
    "product": "/desk/products",
}
FILTERS = {"site": "kind", "plot": "kind", "season": "state", "product": "role"}
# Forms that offer each of them.
OFFERED = {
    "site": "/desk/steps/new?kind=harvest",
    "plot": "/desk/seasons/new",
    "season": "/desk/steps/new?kind=harvest",
    "product": "/desk/batches/new",
}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    return signed_in(app, lan)


@pytest.fixture
def old(lan: Business) -> dict[str, str]:
    """Something of each kind called Cũ, and something else beside it; by kind its id."""
    with transaction():
        place = {
            "province": "Hà Nội",
            "commune_kind": "xã",
            "commune": "Bát Tràng",
            "latitude": 20.99,
            "longitude": 105.91,
        }
        site = producers.add_site(lan.producer_id, {**place, "name": "Kho Cũ", "kind": "depot"})
        plot = producers.add_plot(lan.producer_id, {"site_id": str(lan.site_id), "name": "Thửa Cũ"})
        season = producers.start_season(
            lan.producer_id,
            {
                "plot_id": str(lan.plot_id),
                "name": "Vụ Cũ",
                "crop": "cải",
                "started_on": "2026-09-01",
            },
        )
        product = a_product(lan, name="Cải Cũ")
        a_product(lan, name="Cải mới")
    return {"site": str(site), "plot": str(plot), "season": str(season), "product": str(product)}


def path(kind: str, number: str) -> str:
    start = "/desk/places" if kind in {"site", "plot"} else "/desk"
    return f"{start}/{kind}s/{number}/archive"


def send(app: Flask, desk: FlaskClient, address: str, **values: Any) -> Any:
    db.session.rollback()
    answer = desk.post(address, data=form(app, **values))
    db.session.rollback()
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_put_away_is_offered_and_listed_no_more_until_it_is_taken_back(
    app: Flask, desk: FlaskClient, old: dict[str, str], kind: str
) -> None:
    listed, offered = LISTS[kind], OFFERED[kind]
    archived = f"{listed}?{FILTERS[kind]}=archived"
    number = old[kind]
    assert number in desk.get(offered).text
    assert " Cũ" in desk.get(listed).text
    assert number not in desk.get(archived).text
    for _ in "12":
        assert send(app, desk, path(kind, number), do="put_away").location == listed
    assert "Cũ" in desk.get(listed).text  # said once, above the list
    for address in (listed, f"{listed}?format=csv", offered):
        assert number not in desk.get(address).text, address
    assert f"{number}" in desk.get(archived).text
    edit = path(kind, number).removesuffix("/archive")
    assert desk.get(edit).status_code == 200
    assert send(app, desk, path(kind, number), do="take_back").location == listed
    assert number in desk.get(offered).text
    written = select(AuditEntry.act).where(AuditEntry.about == f"{kind}/{number}")
    assert sorted(db.session.scalars(written)) == ["archived", "taken_back"]


def test_a_step_that_happened_there_is_recorded_all_the_same(
    app: Flask, desk: FlaskClient, lan: Business, old: dict[str, str]
) -> None:
    for kind in ("plot", "season"):
        send(app, desk, path(kind, old[kind]))
    message = event(lan, "water")
    sent = {
        "id": message["id"],
        "kind": "irrigate",
        "event_time": "2026-11-21T05:40",
        "site_id": str(lan.site_id),
        "ground": f"season:{old['season']}",
    }
    answer = send(app, desk, "/desk/steps/new", **sent)
    assert answer.status_code == 303, answer.text
    kept = db.session.scalars(select(Event)).one()
    assert str(kept.season_id) == old["season"]
    assert "Vụ Cũ" in desk.get(f"/desk/steps/new?corrects={kept.event_id}").text


def test_what_is_inside_a_site_is_put_away_with_it(
    app: Flask, desk: FlaskClient, lan: Business, old: dict[str, str]
) -> None:
    send(app, desk, path("site", str(lan.site_id)))
    assert old["plot"] not in desk.get("/desk/places").text
    assert old["plot"] in desk.get("/desk/places?kind=archived").text


def test_a_plot_in_an_archived_site_can_still_be_changed(
    app: Flask, desk: FlaskClient, lan: Business, old: dict[str, str]
) -> None:
    send(app, desk, path("site", str(lan.site_id)))
    values = {"version": "1", "name": "Thửa Cũ 2", "site_id": str(lan.site_id)}
    assert send(app, desk, f"/desk/places/plots/{old['plot']}", **values).status_code == 303


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_puts_away_what_is_anothers(app: Flask, old: dict[str, str], kind: str) -> None:
    db.session.rollback()
    with transaction():
        tung = business("Tùng", role="owner")
        a_batch(tung, a_product(tung), "T-1")
    answer = send(app, signed_in(app, tung), path(kind, old[kind]))
    assert answer.status_code == 404
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_started_season_is_renamed_and_keeps_its_plot(
    app: Flask,
    desk: FlaskClient,
    lan: Business,
    old: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[object] = []
    listeners = [lambda season, _now: judged.append(season)]
    monkeypatch.setattr(record_changes, "on_season_changed", listeners)
    address = f"/desk/seasons/{old['season']}/change"
    assert 'value="Vụ Cũ"' in desk.get(address).text
    values = {"version": "1", "name": "Vụ đông", "crop": "cải ngọt", "started_on": "2026-09-02"}
    answer = send(app, desk, address, **values)
    assert answer.location == f"/desk/seasons/{old['season']}"
    season = db.session.scalars(select(Season)).one()
    assert (season.name, season.crop, season.version) == ("Vụ đông", "cải ngọt", 2)
    assert season.plot_id == lan.plot_id
    assert judged == [(lan.producer_id, season.season_id)]
    assert send(app, desk, address, **values, plot_id=old["plot"]).status_code == 422
    assert send(app, desk, address, **(values | {"name": ""})).status_code == 422
    assert send(app, desk, address, **values).status_code == 412
    assert db.session.scalars(select(AuditEntry.act)).all() == ["season.changed"]
