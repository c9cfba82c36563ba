"""Places at the desk: sites and plots, communes as people write them, two people at once."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Plot, Site
from traceapp.web.endpoints import transaction

NEW_SITE = "/desk/places/sites/new"
NEW_PLOT = "/desk/places/plots/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


@pytest.mark.parametrize(
    "commune",
    ["xã Bát Tràng, Hà Nội", "bat trang", "BÁT TRÀNG", "xa bat trang", "Bát Tràng, Hà Nội"],
)
def test_a_site_is_added_in_a_commune_written_anyhow(
    app: Flask, desk: FlaskClient, commune: str
) -> None:
    sent = form(app, name="Kho lạnh", kind="cold_store", commune=commune)
    answer = desk.post(NEW_SITE, data=sent)
    assert (answer.status_code, answer.location) == (303, "/desk/places")
    site = db.session.scalars(select(Site).where(Site.name == "Kho lạnh")).one()
    assert (site.commune_kind, site.commune, site.latitude) == ("xã", "Bát Tràng", 20.99)
    assert db.session.scalars(select(AuditEntry.act)).all() == ["site.added"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commune": "Gia Lâm"}, "#f-commune"),
        ({"commune": ""}, "#f-commune"),
        ({"kind": "moon"}, "#f-kind"),
        ({"latitude": "95", "longitude": "105,9"}, "#f-latitude"),
        ({"latitude": "20,9"}, "#f-longitude"),
        ({"name": "Nhà sơ chế"}, "#f-name"),
        ({"gln": "1234567890123"}, "#f-gln"),
        ({"province": "Hà Nội"}, ""),
        ({"name": ["a", "b"]}, "#f-name"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    app: Flask, desk: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    sent = {"name": "Kho lạnh", "kind": "cold_store", "commune": "Bát Tràng"} | changes
    answer = desk.post(NEW_SITE, data=form(app, **sent))
    assert answer.status_code == 422
    assert f'href="{field}"' in page_of(answer) or not field
    assert len(db.session.scalars(select(Site)).all()) == 1


def test_a_plot_is_added_found_and_changed(app: Flask, desk: FlaskClient, lan: Business) -> None:
    sent = form(
        app,
        name="Thửa VD-03",
        site_id=str(lan.site_id),
        area_m2="1.250",
        household_number="3",
        main_crop="Cải ngọt",
    )
    assert desk.post(NEW_PLOT, data=sent).status_code == 303
    plot = db.session.scalars(select(Plot).where(Plot.name == "Thửa VD-03")).one()
    assert plot.area_m2 == 1250
    listed = page_of(desk.get("/desk/places?q=cai+ngot"))
    assert "Thửa VD-03" in listed
    assert "Thửa 1<" not in listed
    address = f"/desk/places/plots/{plot.plot_id}"
    changed = form(app, version="1", name="Thửa VD-04", site_id=str(lan.site_id))
    assert desk.post(address, data=changed).status_code == 303
    stale = desk.post(address, data=changed | {"name": "Thửa VD-05"})
    assert stale.status_code == 412
    assert "Bây giờ đang là: Thửa VD-04" in page_of(stale)


def test_places_of_others_are_as_if_they_did_not_exist(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa CANARY")
    for site_id, plot_id in ((hoa.site_id, hoa.plot_id), (UUID(int=7), UUID(int=7))):
        sent = form(app, version="1", name="a", site_id=str(site_id))
        assert desk.get(f"/desk/places/sites/{site_id}").status_code == 404
        assert desk.post(f"/desk/places/plots/{plot_id}", data=sent).status_code == 404
        assert desk.post(NEW_PLOT, data=sent | {"version": ""}).status_code == 404
    assert len(db.session.scalars(select(Plot)).all()) == 2


def test_the_list_comes_as_a_table_too(desk: FlaskClient) -> None:
    answer = desk.get("/desk/places?format=csv&lang=vi")
    assert answer.mimetype == "text/csv"
    assert "Thửa 1" in page_of(answer)
