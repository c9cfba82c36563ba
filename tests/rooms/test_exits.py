"""What steps lack is asked for before goods are packed, labelled or shipped, and never before."""

from typing import Any

import pytest
from flask import Flask

from tests.builders import NOW, Business, event, line
from tests.rooms.test_findings import Farm, at, writing
from traceapp.batches.recording import capturing
from traceapp.findings import attempts
from traceapp.trace.rules.finding import Finding


@pytest.fixture
def farm(app: Flask) -> Farm:
    with writing():
        return Farm()


def complete(farm: Farm, **changes: Any) -> dict[str, Any]:
    what = {"product": "Abamectin", "active_ingredient": "abamectin", "target": "rầy"}
    much = {"dose": "10 ml / 16 l", "qty": 32, "phi_days": 2}
    return farm.spray(15) | {"fields": what | much | changes}


def asked(by: Business, message: dict[str, Any]) -> list[Finding]:
    """Give what is refused for what a step lacks."""
    verdict = attempts.judge(by.actor, capturing.read(message), now=NOW)
    return [one for one in verdict.findings if one.rule == "incomplete" and one.blocks]


def labels(farm: Farm) -> dict[str, Any]:
    about = [{"batch_id": str(farm.packed)}]
    fields = {"labels": 90, "net_kg": 90}
    return event(farm.lan, "print_labels", event_time=at(18, 10), about=about, fields=fields)


def test_a_step_that_lacks_something_is_named_at_pack_label_and_ship_until_it_is_completed(
    farm: Farm,
) -> None:
    spray = complete(farm)
    del spray["fields"]["dose"], spray["fields"]["target"]
    farm.record(spray, farm.harvest())
    (found,) = asked(farm.lan, farm.pack())
    assert found.message.en == (
        'Step "Apply plant protection product" on 15/11/2026 lacks: Pest or disease, Dose. '
        "Complete it before you pack, label or ship."
    )
    farm.record(farm.pack())  # what has happened is recorded all the same
    assert [one.event for one in asked(farm.lan, labels(farm))] == [found.event]
    assert [one.event for one in asked(farm.lan, farm.ship())] == [found.event]
    farm.record(complete(farm) | {"corrects": spray["id"]})
    assert asked(farm.lan, labels(farm)) == asked(farm.lan, farm.ship()) == []


def test_a_harvest_that_names_no_plot_is_asked_which_it_was_before_its_goods_go_out(
    farm: Farm,
) -> None:
    harvest = farm.harvest()
    del harvest["plot_id"], harvest["season_id"]
    farm.record(harvest)
    (found,) = asked(farm.lan, farm.pack())
    assert str(found.message.vi).startswith("Bước “Thu hoạch” ngày 18/11/2026 còn thiếu: thửa.")
    wash = event(farm.lan, "trim_wash", event_time=at(18, 7), inputs=[line(farm.cut, "9")])
    assert asked(farm.lan, wash) == []
    farm.record(farm.harvest() | {"corrects": harvest["id"]})
    assert asked(farm.lan, farm.pack()) == []


def test_nobody_is_asked_to_complete_the_steps_of_others_or_of_later(farm: Farm) -> None:
    later = complete(farm) | {"event_time": at(27), "fields": {"phi_days": 1}}
    farm.record(farm.harvest(), later, farm.pack() | {"fields": {}})
    (ship,) = asked(farm.lan, farm.ship())
    assert str(ship.message.en).startswith('Step "Pack')
    farm.record(ship_of := farm.ship(), farm.receive(ship_of))
    own = {"producer_id": str(farm.lan.producer_id)}
    onward = event(farm.hoa, "ship", event_time=at(19, 9), inputs=[line(farm.packed, "9", **own)])
    assert asked(farm.hoa, onward) == []


def test_goods_of_several_batches_are_asked_about_each_on_its_own(farm: Farm) -> None:
    spray = complete(farm)
    del spray["fields"]["dose"]
    farm.record(spray, farm.harvest(), farm.pack() | {"fields": {}})
    both = [line(farm.packed, "9"), line(farm.cut, "9")]
    found = asked(farm.lan, event(farm.lan, "ship", event_time=at(18, 12), inputs=both))
    about = {(one.batch.id if one.batch else None, str(one.message.en)[:10]) for one in found}
    assert about == {
        (farm.packed, 'Step "Appl'),
        (farm.packed, 'Step "Pack'),
        (farm.cut, 'Step "Appl'),
    }
