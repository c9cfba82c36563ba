"""Hand-offs, gaps and what is said when two sides do not agree."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pure.trace.builders import (
    HOA,
    LAN,
    MINH,
    Tale,
    after,
    gaps,
    kinds,
    sources,
    step,
    steps,
)


def sold(**how):
    tale = Tale()
    tale.lot("rau")
    tale.did("harvest", after(0), outputs={"rau": 10})
    tale.sent("rau", after(1), (LAN, HOA), **how)
    return tale


def test_two_sides_that_agree_are_said_to_match():
    document = sold().document("rau")
    assert step(document, "receive")["hand_off"]["state"] == "matched"
    assert document["summary"]["hand_offs"] == {
        "shipped": 1,
        "confirmed": 1,
        "matched": 1,
        "on_the_way": 0,
        "disputed": 0,
        "outside": 0,
        "words": {
            "vi": "1 trong 1 lần giao nhận được cả hai bên xác nhận",
            "en": "1 of 1 hand-offs confirmed by both sides",
        },
    }


@pytest.mark.parametrize(
    ("got", "state", "vi"),
    [
        (118, "disputed", "ít hơn bên giao 1,67\N{NO-BREAK SPACE}%, chưa thống nhất"),
        (121, "matched", "nhiều hơn bên giao 0,83\N{NO-BREAK SPACE}%, trong mức cho phép"),
    ],
)
def test_a_difference_is_said_in_per_cent_and_never_in_kilograms(got, state, vi):
    document = sold(kg=120, got=got).document("rau")
    hand_off = step(document, "receive")["hand_off"]
    assert hand_off["state"] == state
    assert hand_off["words"]["vi"] == f"Bên nhận ghi {vi}"
    assert "120" not in str(document)
    assert str(got) not in str(document)
    said = document["summary"]["hand_offs"]["words"]["vi"]
    assert ("1 lần lệch số lượng, chưa thống nhất" in said) == (state == "disputed")


def test_two_partial_receipts_are_added_up():
    tale = sold(kg=10, got=6)
    ship = next(e for e in tale.events.values() if e.step_kind == "ship")
    tale.did("receive", after(2), HOA, outputs={"rau": 4}, ship_event_id=ship.ref.id)
    assert step(tale.document("rau"), "receive")["hand_off"]["state"] == "matched"


def test_amounts_in_different_units_are_not_compared():
    tale = sold(got=None)
    ship = next(e for e in tale.events.values() if e.step_kind == "ship")
    bags = tuple(replace(item, uom="túi", mass_kg=None) for item in tale.items({"rau": 20}))
    receipt = tale.did("receive", after(1, 2), HOA, name="receipt", ship_event_id=ship.ref.id)
    tale.events["receipt"] = replace(receipt, outputs=bags)
    document = tale.document("rau")
    assert step(document, "receive")["hand_off"]["state"] == "not_compared"
    counts = document["summary"]["hand_offs"]
    assert (counts["confirmed"], counts["matched"]) == (1, 0)


def test_a_missing_transport_record_is_a_gap_between_the_two_sides():
    document = sold(transport=False).document("rau")
    order = [e.get("kind") or e["reason"] for e in document["entries"]]
    assert order == ["harvest", "ship", "no_transport", "receive"]
    gap = document["entries"][2]
    assert gap["words"]["vi"] == "Không có thông tin vận chuyển"
    assert gap["when"]["vi"] == "02/11/2026 06:00 – 08:00 · 2 giờ"


def test_a_fresh_shipment_is_on_its_way_and_turns_unconfirmed_after_a_day():
    tale = sold(got=None)
    fresh = tale.document("rau", after(1, 23))
    assert gaps(fresh) == ["on_the_way"]
    assert fresh["summary"]["gaps"] == 0
    assert fresh["summary"]["hand_offs"]["words"]["vi"] == "1 lần đang giao"
    due = after(1) + timedelta(hours=24)
    assert fresh["valid_until"] == due.isoformat()
    late = tale.document("rau", due + timedelta.resolution)  # a whole day is in time
    assert gaps(late) == ["not_confirmed"]
    assert step(late, "ship")["hand_off"]["state"] == "not_confirmed"
    assert late["summary"]["gaps"] == 1
    assert late["valid_until"] is None


def test_an_unconfirmed_shipment_does_not_name_the_one_who_said_nothing():
    document = sold(got=None).document("rau")
    assert step(document, "ship")["sentence"]["vi"] == "Giao hàng"
    assert "Hoa" not in str(document)


def test_a_refusal_is_told():
    tale = sold(got=None)
    ship = next(e for e in tale.events.values() if e.step_kind == "ship")
    tale.did("reject", after(2), HOA, inputs={"rau": 10}, ship_event_id=ship.ref.id)
    document = tale.document("rau")
    assert step(document, "ship")["hand_off"]["state"] == "refused"
    assert kinds(document)[-1] == "reject"
    assert gaps(document) == []


def test_received_before_sent_is_kept_and_said_on_both_sides():
    document = sold(at=after(1) - timedelta(minutes=15), transport=False).document("rau")
    assert kinds(document) == ["harvest", "receive", "ship"]
    for kind in ("receive", "ship"):
        assert [n["kind"] for n in step(document, kind)["notes"]] == ["time_order"]
    gap = next(e for e in document["entries"] if e["type"] == "gap")
    assert (gap["since"], gap["until"]) == (None, None)


def test_a_receipt_whose_shipment_is_not_here_yet_says_so():
    tale = Tale()
    tale.lot("rau")
    tale.did("harvest", after(0), outputs={"rau": 10})
    other = tale.did("sow", after(0)).ref.id
    tale.did("receive", after(1), HOA, outputs={"rau": 10}, ship_event_id=other)
    document = tale.document("rau")
    hand_off = step(document, "receive")["hand_off"]
    assert hand_off["words"]["vi"] == "Chỉ có bên nhận ghi, chưa thấy bên giao ghi"


def test_moving_ones_own_goods_is_no_confirmation_by_another():
    tale = Tale()
    tale.lot("rau")
    tale.did("harvest", after(0), outputs={"rau": 10})
    tale.sent("rau", after(1), (LAN, LAN), transport=False)
    document = tale.document("rau")
    assert gaps(document) == []
    assert document["summary"]["hand_offs"]["shipped"] == 0
    assert step(document, "receive")["hand_off"]["words"]["vi"] == "Chuyển trong cùng một cơ sở"


def test_goods_from_outside_begin_with_a_gap():
    tale = Tale()
    tale.bought("rau ngoài", MINH)
    tale.did("receive", after(1), MINH, outputs={"rau ngoài": 20}, fields={"from_party": "x"})
    document = tale.document("rau ngoài")
    assert document["entries"][0]["reason"] == "outside"
    assert document["entries"][0]["words"]["vi"] == (
        "Trước đó không có ghi chép. Nguồn do bên nhận tự khai: Hộ ngoài"
    )
    assert document["batch"]["producer"]["vi"] == "Hộ ngoài"


def test_a_receipt_still_waiting_for_its_shipment_is_not_called_an_outside_origin():
    tale = Tale()
    tale.lot("rau")
    other = tale.did("sow", after(0)).ref.id
    tale.did("receive", after(1), HOA, outputs={"rau": 10}, ship_event_id=other)
    assert gaps(tale.document("rau")) == ["no_origin", "no_transport"]


def test_a_batch_nobody_recorded_says_so():
    tale = Tale()
    tale.lot("rau")
    assert gaps(tale.document("rau")) == ["no_origin"]


def test_goods_used_where_they_were_never_received_leave_a_gap():
    tale = Tale()
    tale.lot("rau")
    tale.lot("dưa", MINH)
    tale.did("harvest", after(0), outputs={"rau": 10})
    tale.made("make_batch", after(3), MINH, inputs={"rau": 10}, outputs={"dưa": 8})
    document = tale.document("dưa")
    order = [e.get("kind") or e["reason"] for e in document["entries"]]
    assert order == ["harvest", "no_hand_off", "make_batch"]


def test_a_middleman_between_is_followed_back_to_the_maker():
    tale = Tale()
    tale.lot("rau")
    tale.lot("dưa", MINH)
    tale.did("harvest", after(0), outputs={"rau": 10})
    tale.sent("rau", after(1), (LAN, HOA))
    tale.sent("rau", after(2), (HOA, MINH))
    tale.made("make_batch", after(3), MINH, inputs={"rau": 10}, outputs={"dưa": 8})
    document = tale.document("dưa")
    assert [s["kind"] for s in steps(document) if s["kind"] in {"ship", "receive"}] == [
        "ship",
        "receive",
        "ship",
        "receive",
    ]
    assert document["summary"]["hand_offs"]["shipped"] == 2
    assert sources(document) == []
