"""Products at the desk: defining, changing, pictures, GTINs, and what bad input gets."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import GtinOwner, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.freshness.models import PublicSnapshot
from traceapp.photos.models import Photo
from traceapp.web.endpoints import transaction

NEW = "/desk/products/new"
GTIN = "08935246800010"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def greens(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Cải ngọt túi 500 g",
        "role": "finished",
        "family": "vegetable",
        "uom": "túi",
        "net_quantity": "0,5",
        "net_uom": "kg",
        "shelf_life_days": "5",
        "label.group": "Thực phẩm",
        "label.origin.vi": "Sản xuất tại Hà Nội, Việt Nam",
        "label.ingredients.0.vi": "Cải ngọt",
        "label.ingredients.0.mass_percent": "100",
        "label.warnings.0.vi": "Rửa kỹ trước khi dùng",
        "label.use.vi": "Nấu chín",
        "standards_none": "yes",
    } | changes


IN_BAGS = {"uom": "túi", "net_quantity": "0.5", "net_uom": "kg"}


def only_product() -> Product:
    db.session.rollback()
    return db.session.scalars(select(Product)).one()


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def test_a_product_is_defined_with_its_label_in_one_form(app: Flask, desk: FlaskClient) -> None:
    answer = desk.post(NEW, data=form(app, **greens()))
    assert (answer.status_code, answer.location) == (303, "/desk/products")
    saved = only_product()
    assert (saved.name, saved.net_quantity, saved.net_uom) == ("Cải ngọt túi 500 g", "0.5", "kg")
    assert '"standards":[]' in saved.label
    assert '"mass_percent":100.0' in saved.label or '"mass_percent":100' in saved.label
    assert db.session.scalars(select(AuditEntry.act)).all() == ["product.defined"]
    listed = page_of(desk.get("/desk/products?q=cai+NGOT"))
    assert "Cải ngọt túi 500 g" in listed
    assert "Đã lưu" in listed


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, desk: FlaskClient
) -> None:
    sent = greens(name="Rau <b>muống</b>", gtin="8935246800013", standards_none="")
    answer = desk.post(NEW, data=form(app, **sent))
    page = page_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-gtin"' in page
    assert 'href="#f-label-standards"' in page
    assert "Rau &lt;b&gt;muống&lt;/b&gt;" in page
    assert 'value="Rửa kỹ trước khi dùng"' in page
    assert db.session.scalars(select(Product)).all() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner": "x"}, "owner"),
        ({"name": ["a", "b"]}, "#f-name"),
        ({"uom": "gánh"}, "#f-uom"),
        ({"net_uom": ""}, "#f-net_uom"),
        ({"label.group": "Vũ khí"}, "#f-label-group"),
        ({"label.standards": "TCVN 1", "standards_none": "yes"}, "#f-label-standards"),
        ({"standards_none": "maybe"}, "#f-standards_none"),
        ({"warnings_none": "yes"}, "#f-warnings_none"),
        ({"label.ethanol_percent": "101"}, "#f-label-ethanol_percent"),
        ({"label.declared_none": "warnings"}, ""),
        ({"shelf_life_days": "0"}, "#f-shelf_life_days"),
        ({"photo_sha256": "zz"}, ""),
        ({"name": "a\u202eb"}, "#f-name"),
        ({"label.ingredients.x.vi": "Muối"}, ""),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(
    app: Flask, desk: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    answer = desk.post(NEW, data=form(app, **greens(**changes)))
    assert answer.status_code == 422
    assert 'role="alert"' in page_of(answer)
    if field.startswith("#"):
        assert f'href="{field}"' in page_of(answer)
    assert db.session.scalars(select(Product)).all() == []


def test_a_gtin_of_another_producer_is_refused_and_the_product_with_it(
    app: Flask, desk: FlaskClient
) -> None:
    with transaction():
        product(business("Cửa hàng Hoa"), role="finished", label=LABEL, gtin=GTIN)
    answer = desk.post(NEW, data=form(app, **greens(gtin=GTIN)))
    assert answer.status_code == 422
    assert 'href="#f-gtin"' in page_of(answer)
    assert len(db.session.scalars(select(Product)).all()) == 1


def test_that_there_is_nothing_to_warn_of_is_kept_and_shown_again(
    app: Flask, desk: FlaskClient
) -> None:
    sent = greens(**{"warnings_none": "yes", "label.warnings.0.vi": ""})
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    saved = only_product()
    assert '"declared_none":["warnings"]' in saved.label
    page = page_of(desk.get(f"/desk/products/{saved.product_id}"))
    assert re.search(r'id="f-warnings_none"[^>]* checked', page)


def test_wine_is_asked_for_its_alcohol_and_keeps_it(app: Flask, desk: FlaskClient) -> None:
    sent = greens(**{"label.group": "Rượu", "label.ethanol_percent": "29,5"})
    assert 'name="label.ethanol_percent"' in page_of(
        desk.post(NEW, data=form(app, **sent, do="again"))
    )
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    assert '"ethanol_percent":29.5' in only_product().label


def test_the_list_names_what_a_label_lacks(app: Flask, desk: FlaskClient) -> None:
    picture = (io.BytesIO(jpeg()), "cai.jpg")
    sent = greens(**{"label.warnings.0.vi": "", "photo": picture})
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    listed = page_of(desk.get("/desk/products"))
    assert "Nhãn còn thiếu mục" in listed
    assert "Cảnh báo, Hướng dẫn bảo quản" in listed


def test_a_further_line_is_asked_for_without_saving(app: Flask, desk: FlaskClient) -> None:
    answer = desk.post(NEW, data=form(app, **greens(do="line")))
    page = page_of(answer)
    assert answer.status_code == 200
    assert 'name="label.ingredients.1.vi"' in page
    assert 'value="Cải ngọt"' in page
    assert db.session.scalars(select(Product)).all() == []


def test_a_change_is_kept_audited_and_makes_kept_pages_stale(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        product_id = product(lan, role="finished", label=LABEL, name="Cải", **IN_BAGS)
        batch_id = batch(lan, product_id, "CN-1", expiry_date="2026-11-30")
        record(lan, "harvest", outputs=[line(batch_id, "10")])
        code = db.session.scalars(select(PublicCode.code)).one()
        db.session.add(
            PublicSnapshot(
                code=code,
                producer_id=lan.producer_id,
                batch_id=batch_id,
                document="{}",
                built_at=NOW,
            )
        )
    address = f"/desk/products/{product_id}"
    assert 'value="Cải"' in page_of(desk.get(address))
    answer = desk.post(address, data=form(app, **greens(version="1", gtin=GTIN)))
    assert answer.status_code == 303
    saved = only_product()
    assert (saved.version, saved.gtin, saved.folded_name) == (2, GTIN, "cai ngot tui 500 g")
    assert db.session.get(GtinOwner, GTIN) is not None
    assert db.session.scalars(select(PublicSnapshot)).all() == []
    assert db.session.scalars(select(AuditEntry.act)).all() == ["product.changed"]


def test_packs_keep_their_size_and_others_become_a_product_of_their_own(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        said = LABEL | {"net_quantity": "500 g"}
        bags = product(lan, role="finished", label=said, gtin=GTIN, **IN_BAGS)
        theirs = product(business("Cửa hàng Hoa"), name="Rau của Hoa")
    address = f"/desk/products/{bags}"
    assert "like=" not in page_of(desk.get(address))
    db.session.rollback()
    with transaction():
        batch(lan, bags, "CN-1", uom="túi")
    assert f'href="{NEW}?like={bags}"' in page_of(desk.get(address))
    refused = desk.post(address, data=form(app, **greens(version="1", net_quantity="0,45")))
    assert refused.status_code == 422
    assert 'href="#f-net_quantity"' in page_of(refused)
    opened = page_of(desk.get(f"{NEW}?like={bags}"))
    assert 'value="Cải ngọt"' in opened
    assert not re.search(f'value="(0[.,]5|500 g|{GTIN})"', opened)
    assert desk.get(f"{NEW}?like={theirs}").status_code == 404
    made = desk.post(f"{NEW}?like={bags}", data=form(app, **greens(net_quantity="0,45")))
    assert made.status_code == 303
    db.session.rollback()
    sizes = select(Product.net_quantity).where(Product.producer_id == lan.producer_id)
    assert set(db.session.scalars(sizes)) == {"0.5", "0.45"}


def test_a_picture_makes_the_waiting_code_go_live(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        product_id = product(lan, role="finished", label=LABEL, **IN_BAGS)
        batch_id = batch(lan, product_id, "CN-1", expiry_date="2026-11-30")
        record(lan, "harvest", outputs=[line(batch_id, "10")])
    picture = (io.BytesIO(jpeg()), "cai.jpg")
    sent = form(app, **greens(version="1", photo=picture))
    assert desk.post(f"/desk/products/{product_id}", data=sent).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Photo.is_public)).all() == [True]
    assert db.session.scalars(select(PublicCode.state)).all() == [CodeState.ACTIVE]


def test_a_refused_picture_costs_nothing_that_was_typed(app: Flask, desk: FlaskClient) -> None:
    sent = form(app, **greens(photo=(io.BytesIO(b"GIF89a, or not"), "cai.gif")))
    answer = desk.post(NEW, data=sent)
    page = page_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-photo"' in page
    assert "cai.gif" in page
    assert 'value="Cải ngọt túi 500 g"' in page


def test_a_picture_survives_another_fields_fault(app: Flask, desk: FlaskClient) -> None:
    sent = form(app, **greens(name="", photo=(io.BytesIO(jpeg()), "cai.jpg")))
    answer = desk.post(NEW, data=sent)
    kept = db.session.scalars(select(Photo.sha256)).one()
    assert answer.status_code == 422
    assert f'name="photo_sha256" value="{kept.hex()}"' in page_of(answer)


def test_two_people_change_one_product_and_the_second_sees_both(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        product_id = product(lan, role="finished", label=LABEL, name="Cải")
    address = f"/desk/products/{product_id}"
    first = desk.post(address, data=form(app, **greens(version="1", name="Cải của chị")))
    second = desk.post(address, data=form(app, **greens(version="1", name="Cải của anh")))
    page = page_of(second)
    assert (first.status_code, second.status_code) == (303, 412)
    assert 'value="Cải của anh"' in page
    assert "Bây giờ đang là: Cải của chị" in page
    assert 'name="version" value="2"' in page
    assert only_product().name == "Cải của chị"
    again = desk.post(address, data=form(app, **greens(version="2", name="Cải của anh")))
    assert again.status_code == 303
    assert only_product().name == "Cải của anh"


def test_another_producers_product_is_as_if_it_did_not_exist(app: Flask, desk: FlaskClient) -> None:
    with transaction():
        foreign = product(business("Cửa hàng Hoa"), name="Miến dong CANARY")
    missing = UUID(int=7)
    for product_id in (foreign, missing):
        assert desk.get(f"/desk/products/{product_id}").status_code == 404
        sent = form(app, **greens(version="1"))
        assert desk.post(f"/desk/products/{product_id}", data=sent).status_code == 404
    assert "CANARY" not in page_of(desk.get("/desk/products"))
    assert "CANARY" not in page_of(desk.get("/desk/products?format=csv"))


def test_another_producers_picture_cannot_be_taken_by_its_number(
    app: Flask, desk: FlaskClient
) -> None:
    answer = desk.post(NEW, data=form(app, **greens(photo_sha256="ab" * 32)))
    assert answer.status_code == 404
    assert db.session.scalars(select(Product)).all() == []


def test_a_field_worker_reads_the_list_but_does_not_write(app: Flask) -> None:
    with transaction():
        worker = business("HTX Bãi Xanh", role="field_worker")
    client = signed_in(app, worker)
    assert client.get("/desk/products").status_code == 200
    assert NEW not in page_of(client.get("/desk/products"))
    assert client.get(NEW).status_code == 404
    assert client.post(NEW, data=form(app, **greens())).status_code == 404
