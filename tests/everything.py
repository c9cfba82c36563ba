"""A co-operative that has everything: a row in each table of a producer that the demo leaves empty.

The caller owns the transaction.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from tests import builders
from tests.builders import Business, line
from tests.lan import lan
from traceapp.admission import renaming
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.models import Hold
from traceapp.findings.releasing import InCharge, Seen, release
from traceapp.handoffs import operations as hand_offs
from traceapp.handoffs.models import HandOverSlip
from traceapp.labels import allowing
from traceapp.labels.models import LabelAllowance
from traceapp.links import operations as links
from traceapp.network import confirming
from traceapp.producers import operations as producers
from traceapp.purchasing import operations as purchasing
from traceapp.recalls import case_queries, cases
from traceapp.recalls.cases import Wish
from traceapp.recalls.notices import reminders
from traceapp.recalls.stops import lifting, stopping
from traceapp.recalls.stops.queries import stops_on
from traceapp.trace.facts import Ref

Values = Mapping[str, str]
LATER = "2026-11-21T09:00:00+07:00"


def by(who: Business) -> Ref:
    return Ref(who.producer_id, who.actor.member_id)


def in_circles_counted_and_crated(owner: Business, values: Values) -> None:
    greens = builders.product(owner, name="Rau dền")
    one, two = (builders.batch(owner, greens, lot) for lot in ("RD-1", "RD-2"))
    for source, goods, when in ((one, two, LATER), (two, one, "2026-11-21T10:00:00+07:00")):
        items = {"inputs": [line(source, "1")], "outputs": [line(goods, "1")]}
        builders.record(owner, "pack", event_time=when, **items)
    counted = {"counted": 1, "counted_unit": "kg"}
    about = [{"batch_id": values["batch_id"]}]
    builders.record(owner, "stock_count", event_time=LATER, about=about, fields=counted)
    crate = {"container": "Sọt 7", "count": 1}
    builders.record(owner, "aggregate", inputs=[line(UUID(values["batch_id"]), "1")], fields=crate)


def held_and_released(owner: Business, _values: Values) -> None:
    greens = builders.product(owner, name="Cải cúc")
    ground = {"plot_id": str(owner.plot_id)}
    for lot in ("CC-1", "CC-2"):
        cut = [line(builders.batch(owner, greens, lot), "5")]
        builders.record(owner, "harvest", outputs=cut, **ground)
    sprayed = {"product": "Abamectin", "phi_days": 7}
    when = "2026-11-20T06:00:00+07:00"
    builders.record(owner, "spray", event_time=when, fields=sprayed, **ground)
    hold = db.session.scalars(select(Hold).where(Hold.ended_at.is_(None))).all()[0]
    seen = Seen(Ref(hold.finding_producer_id, hold.finding_id), hold.amount)
    in_charge = InCharge(by(owner), {"owner"})
    release(Ref(hold.producer_id, hold.batch_id), seen, in_charge, "Đã xét nghiệm", now=now())


def stopped_and_allowed(owner: Business, values: Values) -> None:
    batch, actor = Ref(owner.producer_id, UUID(values["batch_id"])), acting(owner)
    stopping.stop(batch, actor, "stop:unsafe", now=now())
    (stop, *_) = stops_on(batch)
    assert not lifting.lift(batch, stop.stop.id, actor, "Cho bán lại", now=now())  # it asks
    member_id = producers.add_member(owner.producer_id, {"name": "Bà Hai", "roles": ["owner"]})
    second = stopping.Actor(Ref(owner.producer_id, member_id), is_authority=False)
    lifting.lift(batch, stop.stop.id, second, "Đã kiểm tra", now=now())


def let_go_on_a_check(owner: Business, values: Values) -> None:
    case = Ref(owner.producer_id, UUID(values["case_id"]))
    found = case_queries.find(case)
    assert found is not None
    about = [{"batch_id": str(found.batch.id)}]
    at = (now() + timedelta(seconds=1)).isoformat()
    fields = {"scope": "mùi", "result": "pass"}
    message = builders.event(owner, "inspect", event_time=at, about=about, fields=fields)
    check = batches.record_event(owner.actor, message, now=now() + timedelta(minutes=1)).event_id
    wish = Wish("release", "Kết quả đạt", checks=frozenset({check}))
    cases.ask(case, acting(owner), wish, now=now() + timedelta(minutes=1))


def reminded(owner: Business, values: Values) -> None:
    reminders.remind(Ref(owner.producer_id, UUID(values["case_id"])), 0, now())


def disputed_and_agreed(owner: Business, values: Values) -> None:
    hoa = builders.business("Quầy Hoa", kinds=("shop",))
    goods, to = UUID(values["batch_id"]), {"to_site": str(hoa.site_id), "doc_no": "PX-9"}
    sent = builders.record(owner, "ship", inputs=[line(goods, "2")], fields=to).event_id
    got = line(goods, "1", producer_id=str(owner.producer_id))
    builders.record(hoa, "receive", event_time=LATER, outputs=[got], ship_event_id=str(sent))
    hand_offs.accept((owner.producer_id, sent), by=by(hoa), now=now())


def of_one_line_each(owner: Business, values: Values) -> None:
    purchasing.end(Ref(owner.producer_id, UUID(values["need_id"])), by(owner), now=now())
    choice = {"id": new_id(), "names_links": False, "shows_kilograms": False}
    links.choose(choice, by(owner), now=now())


def confirmed_by_an_office(owner: Business, values: Values) -> None:
    office = builders.business("Sở Hoàng Yến", kinds=("authority",))
    certificate = Ref(owner.producer_id, UUID(values["certificate_id"]))
    goods = [UUID(values["product_id"])]
    confirming.confirm(certificate, goods, "Xem bản gốc Hoàng yến", by(office), now=now())
    confirming.withdraw(certificate, goods, "Bản Hoàng yến đã hủy", by(office), now=now())


def allowed_more_labels_and_not(owner: Business, values: Values) -> None:
    office = builders.business("Chi cục Hoàng Yến", kinds=("authority",))
    row = db.session.get_one(LabelAllowance, (owner.producer_id, UUID(values["allowance_id"])))
    allowing.withdraw(row, "Tìm thấy tem Hoàng yến cũ", by(office), now=now())


def named_anew(owner: Business, _values: Values) -> None:
    name = "HTX Hoàng Yến Xanh"
    builders.business(name)
    given = {**builders.PLACE, "name": f"{name}.", "legal_form": "hợp tác xã", "street": "Thôn 1"}
    is_asked = renaming.ask(by(owner), given | {"kinds": ["farm"]}, version=None, now=now())
    assert is_asked


def met_without_a_network(owner: Business, _values: Values) -> None:
    ids = {"slip_id", "event_id", "phone_id", "ship_producer_id", "ship_event_id", "ship_phone_id"}
    signed = {"slip": b"S", "counter_slip": b"C", "received_at": now()}
    made = {name: new_id() for name in ids}
    db.session.add(HandOverSlip(producer_id=owner.producer_id, **made, **signed))


def now() -> datetime:
    return datetime.now(UTC)


def acting(owner: Business) -> stopping.Actor:
    return stopping.Actor(by(owner), is_authority=False)


OF_EACH_KIND: tuple[Callable[[Business, Values], None], ...] = (
    *(in_circles_counted_and_crated, held_and_released, stopped_and_allowed),
    *(reminded, let_go_on_a_check, disputed_and_agreed, of_one_line_each, named_anew),
    *(allowed_more_labels_and_not, met_without_a_network, confirmed_by_an_office),
)


def everything() -> None:
    """Found Lan's co-operative with all that the routes of the project are about, and the rest."""
    world = lan()
    for deed in OF_EACH_KIND:
        deed(world.business, world.values)
