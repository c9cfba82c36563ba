"""What a label lacks blocks printing; in the demo nothing lacks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, batch, business, line, product, record
from tests.http.on_sale import code_of, finished
from tests.labelled import IN_PACKS, label, packed
from tests.trade import Trade, tell
from traceapp.batches import queries
from traceapp.batches.facts.makers import packing_of
from traceapp.batches.models import Batch, Product
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.labels import contents
from traceapp.labels.printable import NotPrinted, label_for
from traceapp.trace.facts import Ref
from traceapp.trace.label_contents import GROUPS
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

TODAY = date(2026, 11, 22)
NEEDS = [
    (group, need[0])
    for group, has in GROUPS.items()
    for need in has.needs
    if not need[0].endswith("_date") and need[0] not in {"net_quantity", "use"}
]


def lan() -> Business:
    with transaction():
        return business("HTX Lan")


def ref_of(code: str) -> Ref:
    fact = codes.find(code)
    assert fact is not None
    return Ref(fact.producer_id, fact.batch_id)


def lacks(batch_ref: Ref) -> list[str]:
    """Name what the label of a batch lacks, as who prints is told; nothing where it is printed."""
    try:
        label_for((batch_ref.producer_id, batch_ref), TODAY, settings())
    except NotPrinted as error:
        return [*error.missing] or [str(error.state)]
    finally:
        db.session.rollback()
    return []


def unsaid(batch_ref: Ref) -> list[str]:
    """Name what the label of a batch does not say, whatever else keeps it from being printed."""
    card = queries.batch_card(batch_ref)
    assert card is not None
    return contents.missing(card, packing_of(batch_ref))


def on_sale(by: Business, said: Any, **changes: Any) -> Ref:
    with transaction():
        return ref_of(packed(by, said, **changes))


@pytest.mark.parametrize("group", GROUPS)
def test_a_label_that_says_all_its_group_must_is_printed(app: Flask, group: str) -> None:
    assert lacks(on_sale(lan(), label(group))) == []


@pytest.mark.parametrize(("group", "item"), NEEDS)
def test_an_item_that_lacks_blocks_and_is_named(app: Flask, group: str, item: str) -> None:
    assert lacks(on_sale(lan(), label(group, without=(item,)))) == [item]


def test_dates_and_a_choice_of_two_are_named_too(app: Flask) -> None:
    by, said = lan(), label("Thủ công mỹ nghệ", without=("use", "storage"))
    assert lacks(on_sale(by, said, lot="A")) == ["use"]
    assert lacks(on_sale(by, label(), lot="B", production_date=None)) == ["production_date"]


def test_that_there_is_nothing_to_warn_of_is_an_answer(app: Flask) -> None:
    said = label(warnings=[], declared_none=["warnings"])
    assert lacks(on_sale(lan(), said)) == []


def test_the_content_of_a_pack_is_its_net_quantity(app: Flask) -> None:
    by, said = lan(), label(without=("net_quantity",))
    assert lacks(on_sale(by, said, lot="A")) == []
    without = {"net_quantity": None, "net_uom": None, "family": "processed"}
    assert lacks(on_sale(by, said, lot="B", **without)) == ["net_quantity"]


def test_fresh_goods_by_weight_are_labelled_with_what_is_there(app: Flask) -> None:
    by = lan()
    with transaction():
        loose = ref_of(finished(by))
    assert lacks(loose) == []


def test_who_packs_again_says_when_and_names_who_made_it(app: Flask) -> None:
    trade = Trade()
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    hoa, theirs = trade.hoa, str(trade.minh.producer_id)
    db.session.rollback()
    with transaction():
        bags = batch(hoa, product(hoa, name="Cải ngọt bao"), "CN-2")
        source = line(trade.greens, "20", producer_id=theirs)
        no_loss = {"loss_kg": 0}
        record(hoa, "pack", inputs=[source], outputs=[line(bags, "20")], fields=no_loss)
        given = {"role": "finished", "label": label(), "photo_sha256": "ab" * 32}
        made = {"production_date": "2026-11-10", "expiry_date": "2126-01-01"}
        again = batch(hoa, product(hoa, name="Cải ngọt túi", **IN_PACKS, **given), "CN-3", **made)
        moved = {"inputs": [line(bags, "20")], "outputs": [line(again, "20")]}
        record(hoa, "repack", fields=no_loss, **moved)
        small = ref_of(code_of(hoa.producer_id, again))
    assert unsaid(small) == ["packing_date"]
    assert packing_of(small).makers == ("Xưởng Minh",)
    db.session.rollback()
    with transaction():
        db.session.get_one(Batch, small).packing_date = TODAY
    assert unsaid(small) == []


def test_a_label_says_party_address_origin_and_its_items_in_the_order_of_need(app: Flask) -> None:
    shares = [("Muối", 0.5), ("Tinh bột dong riềng", 99.5)]
    listed = [{"vi": name, "en": None, "mass_percent": share} for name, share in shares]
    batch = on_sale(lan(), label(ingredients=listed))
    made = label_for((batch.producer_id, batch), TODAY, settings())
    assert (made.address, made.maker) == ("Thôn 1, xã Bát Tràng, Hà Nội", "")
    assert made.origin == "Sản xuất tại Hà Nội, Việt Nam"
    told = [item.told.replace("\u00a0", " ") for item in made.items]
    assert told == [
        "Định lượng: 500 g",
        "Độ cồn: 29,5 %",
        "Cảnh báo: Rửa kỹ trước khi dùng",
        "HDBQ: Nơi mát, tránh nắng",
        "Thành phần: Tinh bột dong riềng 99,5 %, Muối 0,5 %",
        "HDSD: Xem trên bao bì",
        "Thông số: 32 × 22 cm",
    ]


@pytest.mark.parametrize(
    ("quantity", "uom", "told"),
    [
        ("0.5", "kg", "500 g"),
        ("500", "g", "500 g"),
        ("2", "kg", "2 kg"),
        ("250", "g", "250 g"),
        ("3", "túi", "500 g"),
    ],
)
def test_a_pack_of_another_size_says_its_own_content(
    app: Flask, quantity: str, uom: str, told: str
) -> None:
    greens = on_sale(lan(), label())
    made = label_for(
        (greens.producer_id, greens), TODAY, settings(), contents.Pack(Decimal(quantity), uom)
    )
    assert made.items[0].text.replace("\u00a0", " ") == told


def test_every_label_of_the_demo_says_what_it_must(hanoi: Flask) -> None:
    sold = select(Batch.producer_id, Batch.batch_id).join(
        Product,
        (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
    )
    refs = [Ref(*row) for row in db.session.execute(sold.where(Product.role == "finished"))]
    found = {one: missing for one in refs if (missing := unsaid(one))}
    assert len(refs) > 20
    assert found == {}
    shop = next(one for one in refs if (c := queries.batch_card(one)) and c.lot == "GAO-MK-2K")
    assert packing_of(shop).is_repacked
    assert len(packing_of(shop).makers) == 1
