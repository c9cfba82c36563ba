"""Asking before an act: refused with rule, cause and day, kept once, and recorded all the same."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, Business, batch, business, event, line, product, record
from tests.http.programs import Program, program
from tests.signing_in import form, signed_in
from traceapp.accounts.visitor import forget
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Batch, Event
from traceapp.codes import operations as codes
from traceapp.codes.queries import of_batch
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.attention import KEPT
from traceapp.findings.holding import held_among
from traceapp.findings.models import Attempt, HoldRelease
from traceapp.producers import operations as producers
from traceapp.trace.facts import Ref
from traceapp.trace.rules.treating import LEAVING
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

NEW = "/desk/steps/new"


def days_ago(days: float) -> datetime:
    return datetime.now(UTC).astimezone(HANOI) - timedelta(days=days)


def sprayed(by: Business, *, days_since: int = 2, interval: int = 7) -> UUID:
    """Open a season and spray it; gives the season."""
    given = {
        "plot_id": str(by.plot_id),
        "name": "Cải ngọt",
        "crop": "cai_ngot",
        "started_on": "2026-10-01",
    }
    season = producers.start_season(by.producer_id, given)
    record(
        by,
        "spray",
        event_time=days_ago(days_since).isoformat(),
        plot_id=str(by.plot_id),
        season_id=str(season),
        fields={"product": "Abamectin", "phi_days": interval},
    )
    return season


def harvest(by: Business, season: UUID, cut: UUID, **changes: Any) -> dict[str, Any]:
    return event(
        by,
        "harvest",
        event_time=days_ago(0).isoformat(),
        plot_id=str(by.plot_id),
        season_id=str(season),
        outputs=[line(cut, "100")],
        **changes,
    )


@pytest.fixture
def lan(app: Flask) -> Program:
    return program(app)


@pytest.fixture
def tried(lan: Program) -> dict[str, Any]:
    with transaction():
        season = sprayed(lan.by)
        cut = batch(lan.by, product(lan.by), "CUT")
    return harvest(lan.by, season, cut)


def count(table: Any) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(table)).all())


def test_a_harvest_too_early_is_refused_with_its_cause_and_first_day(
    lan: Program, tried: dict[str, Any]
) -> None:
    answer = lan.post("/attempts", tried, headers={"Accept-Language": "en"})
    told = answer.get_json()
    assert (answer.status_code, told["type"]) == (422, "/problems/blocked")
    (fault,) = told["errors"]
    first = (days_ago(2) + timedelta(days=7)).date()
    assert (fault["rule"], fault["allowed_on"]) == ("phi", first.isoformat())
    assert "Abamectin" in fault["message"]
    assert f"{first:%d/%m/%Y}" in fault["message"]
    assert "Wait until" in fault["fix"]


def test_a_refused_attempt_is_kept_once_and_answered_the_same(
    lan: Program, tried: dict[str, Any]
) -> None:
    events = count(Event)
    first = lan.post("/attempts", tried).get_json()
    # What is learned later does not change what was answered.
    with transaction():
        record(
            lan.by,
            "spray",
            event_time=days_ago(1).isoformat(),
            plot_id=tried["plot_id"],
            season_id=tried["season_id"],
            fields={"product": "Other", "phi_days": 3},
        )
    assert lan.post("/attempts", tried).get_json() == first
    assert count(Attempt) == 1
    assert count(Event) == events + 1
    kept = db.session.scalars(select(Attempt)).one()
    assert (kept.rule, kept.rule_version) == ("phi", 3)
    assert json.loads(kept.document)["id"] == tried["id"]


def test_another_attempt_under_the_same_id_is_a_conflict(
    lan: Program, tried: dict[str, Any]
) -> None:
    lan.post("/attempts", tried)
    other = tried | {"outputs": []}
    assert lan.post("/attempts", other).status_code == 409


def test_a_corrected_attempt_names_the_one_it_replaces(lan: Program, tried: dict[str, Any]) -> None:
    lan.post("/attempts", tried)
    other = tried | {"id": str(new_id()), "replaces": tried["id"]}
    assert lan.post("/attempts", other).status_code == 422
    db.session.rollback()
    replaced = {str(one.replaces_attempt_id) for one in db.session.scalars(select(Attempt))}
    assert replaced == {"None", tried["id"]}


def test_what_may_be_done_comes_back_with_what_to_look_at(lan: Program) -> None:
    with transaction():
        cut = batch(lan.by, product(lan.by), "CUT")
    taken = event(lan.by, "sell", event_time=days_ago(0).isoformat(), inputs=[line(cut, "5")])
    answer = lan.post("/attempts", taken)
    assert answer.status_code == 200
    (finding,) = answer.get_json()["findings"]
    assert (finding["rule"], finding["severity"]) == ("over_use", "warn")
    assert finding["pointer"] == "/inputs/0/batch_id"
    assert count(Attempt) == 0


def test_what_is_not_there_is_no_attempt(lan: Program, tried: dict[str, Any]) -> None:
    answer = lan.post("/attempts", tried | {"site_id": str(new_id())})
    assert answer.get_json()["type"] == "/problems/invalid-input"
    assert count(Attempt) == 0


def test_a_report_of_the_same_is_recorded_and_holds_the_batch(
    lan: Program, tried: dict[str, Any]
) -> None:
    lan.post("/attempts", tried)
    answer = lan.post("/events", tried | {"id": str(new_id()), "replaces": tried["id"]})
    assert answer.status_code == 201
    cut = Ref(lan.by.producer_id, UUID(tried["outputs"][0]["batch_id"]))
    assert held_among({cut})
    for kind in ("sell", "ship", "pack", "repack"):
        go = event(
            lan.by,
            kind,
            event_time=days_ago(0).isoformat(),
            inputs=[line(cut.id, "5")],
            fields={"to_site": "Chợ", "doc_no": "1"} if kind == "ship" else {},
        )
        fault, *_ = lan.post("/attempts", go).get_json()["errors"]
        assert (fault["rule"], fault["pointer"]) == ("held", "/inputs/0/batch_id")
    away = event(
        lan.by,
        "waste",
        event_time=days_ago(0).isoformat(),
        inputs=[line(cut.id, "5")],
        fields={"reason": "spoiled"},
    )
    assert lan.post("/attempts", away).status_code == 200


def test_another_dimension_is_refused_with_the_reason_and_no_attempt_is_kept(
    lan: Program, tried: dict[str, Any]
) -> None:
    wrong = tried | {"outputs": [tried["outputs"][0] | {"uom": "lít"}]}
    answer = lan.post("/attempts", wrong)
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert (fault["rule"], fault["pointer"]) == ("unit_does_not_fit", "/outputs/0/uom")
    assert db.session.scalars(select(Attempt)).all() == []


def test_a_circle_is_refused_with_the_way_around(lan: Program) -> None:
    with transaction():
        greens = product(lan.by)
        first, second = batch(lan.by, greens, "A1"), batch(lan.by, greens, "B1")
        record(lan.by, "merge", inputs=[line(first, "5")], outputs=[line(second, "5")])
    back = event(lan.by, "merge", inputs=[line(second, "5")], outputs=[line(first, "5")])
    told = lan.post("/attempts", back).get_json()
    faults = {fault["rule"]: fault["message"] for fault in told["errors"]}
    assert "A1 → B1 → A1" in faults["conflict"]


def test_a_circle_through_others_names_what_came_from_them(lan: Program) -> None:
    with transaction():
        hoa = business("Hoa", kinds=("processor",))
        first = batch(lan.by, product(lan.by), "A1")
        within, back = (batch(hoa, product(hoa, name=lot), lot) for lot in ("H1", "H2"))
        record(lan.by, "harvest", outputs=[line(first, "9")])
        ours = line(first, "5", producer_id=str(lan.by.producer_id))
        to = {"to_site": str(hoa.site_id)}
        record(lan.by, "ship", inputs=[ours], fields=to)
        record(hoa, "receive", outputs=[ours])
        record(hoa, "pack", inputs=[ours], outputs=[line(within, "5")])
        record(hoa, "pack", inputs=[line(within, "5")], outputs=[line(back, "5")])
        to = {"to_site": str(lan.by.site_id)}
        record(hoa, "ship", inputs=[line(back, "5")], fields=to)
    theirs = line(back, "5", producer_id=str(hoa.producer_id))
    again = event(lan.by, "merge", inputs=[theirs], outputs=[line(first, "5")])
    told = lan.post("/attempts", again).get_json()
    faults = {fault["rule"]: fault["message"] for fault in told["errors"]}
    assert "A1 → … → H2 → A1" in faults["conflict"]


def test_the_answer_to_a_spray_says_from_when_to_harvest(
    lan: Program, tried: dict[str, Any]
) -> None:
    spray = event(
        lan.by,
        "spray",
        event_time=days_ago(0).isoformat(),
        plot_id=tried["plot_id"],
        season_id=tried["season_id"],
        fields={"product": "Mild", "phi_days": 1},
    )
    told = lan.post("/events", spray).get_json()["allowed_from"]
    # The spray of two days ago still forbids it longer than this one.
    first = (days_ago(2) + timedelta(days=7)).date()
    assert told == {"step_kinds": ["harvest"], "date": first.isoformat()}
    weed = event(lan.by, "weed", event_time=days_ago(0).isoformat())
    assert lan.post("/events", weed).get_json()["allowed_from"] is None


def test_the_answer_to_a_drug_says_from_when_animals_may_leave(lan: Program) -> None:
    with transaction():
        herd = batch(lan.by, product(lan.by, family="pork", uom="con"), "D1", uom="con")
    treat = event(
        lan.by,
        "treat",
        event_time=days_ago(0).isoformat(),
        about=[{"batch_id": str(herd)}],
        fields={"drug": "Amoxicillin", "days": 3, "withdrawal_days": 21},
    )
    told = lan.post("/events", treat).get_json()["allowed_from"]
    first = (days_ago(0) + timedelta(days=2 + 21)).date()
    assert told == {"step_kinds": sorted(LEAVING), "date": first.isoformat()}


# At the desk


def typed(by: Business, season: UUID, greens: UUID, **changes: str) -> dict[str, str]:
    return {
        "id": str(new_id()),
        "kind": "harvest",
        "event_time": days_ago(0).strftime("%Y-%m-%dT%H:%M"),
        "site_id": str(by.site_id),
        "ground": f"season:{season}",
        "outputs.0.product_id": str(greens),
        "outputs.0.lot": "CUT",
        "outputs.0.quantity": "100",
    } | changes


@pytest.fixture
def farm(app: Flask) -> tuple[Business, UUID, UUID]:
    with transaction():
        lan = business("HTX Lan", role="owner")
        greens = product(lan, role="finished", label=LABEL)
        return lan, sprayed(lan), greens


def page(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    db.session.rollback()
    g.pop(KEPT, None)  # found once a request; a test's context outlives them
    return text


def warned_on(answer: Any) -> str:
    """Give what says that somebody has read the warnings of a page."""
    (warned,) = re.findall('value="(warned:[0-9a-f]+)"', answer.get_data(as_text=True))
    return str(warned)


def hidden(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


def test_the_desk_says_until_when_and_offers_two_ways(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, season, greens = farm
    desk = signed_in(app, lan)
    sent = typed(lan, season, greens)
    answer = desk.post(f"{NEW}?lang=vi", data=form(app, **sent))
    shown = page(answer)
    assert answer.status_code == 422
    first = (days_ago(2) + timedelta(days=7)).date()
    assert f"thu hoạch được từ ngày {first:%d/%m/%Y}" in shown
    assert "Chưa làm: quay lại" in shown
    assert 'value="happened"' in shown
    assert count(Batch) == 0
    assert count(Attempt) == 1
    assert hidden(shown, "replaces") == sent["id"] != hidden(shown, "id")


def test_a_blocked_harvest_of_what_does_not_grow_there_is_told_both_and_decided_once(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, season, _greens = farm
    with transaction():
        other = product(lan, name="Rau muống", role="finished", label=LABEL)
    desk = signed_in(app, lan)
    shown = page(desk.post(f"{NEW}?lang=vi", data=form(app, **typed(lan, season, other))))
    assert "thu hoạch được từ ngày" in shown
    assert "còn Rau muống là thứ khác" in shown
    again = {name: hidden(shown, name) for name in ("id", "replaces")}
    answer = desk.post(NEW, data=form(app, **typed(lan, season, other, do="happened", **again)))
    assert answer.status_code == 303


def test_what_has_happened_is_recorded_at_the_desk_and_held(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, season, greens = farm
    desk = signed_in(app, lan)
    shown = page(desk.post(NEW, data=form(app, **typed(lan, season, greens))))
    again = {name: hidden(shown, name) for name in ("id", "replaces")}
    answer = desk.post(NEW, data=form(app, **typed(lan, season, greens, do="happened", **again)))
    assert answer.status_code == 303
    told = page(desk.get(f"{answer.location}?lang=vi"))
    assert "Đang bị giữ từ" in told
    assert "Abamectin" in told
    db.session.rollback()
    cut = db.session.scalars(select(Batch)).one()
    assert held_among({Ref(cut.producer_id, cut.batch_id)})
    assert "đang bị giữ" in page(desk.get("/desk?lang=vi"))


def test_a_spray_at_the_desk_says_from_when_to_harvest(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, season, _ = farm
    desk = signed_in(app, lan)
    sent = {
        "id": str(new_id()),
        "kind": "spray",
        "event_time": days_ago(0).strftime("%Y-%m-%dT%H:%M"),
        "site_id": str(lan.site_id),
        "ground": f"season:{season}",
        "fields.product": "Abamectin",
        "fields.phi_days": "9",
    }
    asked = desk.post(f"{NEW}?lang=vi", data=form(app, **sent))
    assert asked.status_code == 422
    assert "Hãy xem lại nhãn" in page(asked)  # longer than a week
    answer = desk.post(NEW, data=form(app, **sent, do=warned_on(asked)))
    assert answer.status_code == 303
    first = (days_ago(0) + timedelta(days=9)).date()
    told = page(desk.get(f"{answer.location}?lang=vi"))
    assert f"Được thu hoạch từ ngày {first:%d/%m/%Y}" in told
    assert "9 ngày" in told


def test_what_is_doubtful_is_asked_about_before_it_is_saved(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, _, greens = farm
    with transaction():
        made = batch(lan, greens, "CN-1")
        record(lan, "harvest", outputs=[line(made, "10")])
    desk = signed_in(app, lan)
    sent = {
        "id": str(new_id()),
        "kind": "sell",
        "event_time": days_ago(0).strftime("%Y-%m-%dT%H:%M"),
        "site_id": str(lan.site_id),
        "inputs.0.batch": f"{lan.producer_id}/{made}",
        "inputs.0.quantity": "12",
        "inputs.0.uom": "kg",
    }
    answer = desk.post(f"{NEW}?lang=vi", data=form(app, **sent))
    shown = page(answer)
    assert answer.status_code == 422
    assert "Lô CN-1: lấy ra nhiều hơn số đang có 2 kg" in shown
    assert "Đúng, lưu lại" in shown
    assert hidden(shown, "id") == sent["id"]  # no attempt: nothing was refused
    assert (count(Attempt), count(Event)) == (0, 2)
    again = form(app, **sent, do=warned_on(answer))
    assert desk.post(f"{NEW}?lang=vi", data=again).status_code == 303
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303  # the form sent again
    assert count(Event) == 3


def test_who_was_warned_is_still_stopped_by_what_blocks(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, season, greens = farm
    desk = signed_in(app, lan)
    answer = desk.post(f"{NEW}?lang=vi", data=form(app, **typed(lan, season, greens, do="warned:")))
    assert answer.status_code == 422
    assert "thu hoạch được từ ngày" in page(answer)
    assert count(Batch) == 0


# Letting go


@pytest.fixture
def held(app: Flask, farm: tuple[Business, UUID, UUID]) -> tuple[Business, str, str]:
    """A batch in use that is on hold: its owner, its code, the key of its hold."""
    lan, season, greens = farm
    with transaction():
        cut = batch(lan, greens, "CUT")
        code = of_batch(lan.producer_id, cut)
        assert code is not None
        codes.set_state(code.code, CodeState.ACTIVE, actor="Lan", now=datetime.now(UTC))
        record(
            lan,
            "harvest",
            event_time=days_ago(0).isoformat(),
            plot_id=str(lan.plot_id),
            season_id=str(season),
            outputs=[line(cut, "100")],
        )
    shown = page(signed_in(app, lan).get(f"/desk/batches/{code.code}"))
    return lan, code.code, hidden(shown, "hold")


def release(app: Flask, by: FlaskClient, code: str, key: str, reason: str = "Mẫu đạt.") -> Any:
    return by.post(f"/desk/batches/{code}/release", data=form(app, hold=key, reason=reason))


@pytest.mark.parametrize("reason", ["", "x" * 2001])
def test_a_release_that_is_refused_shows_the_batch_again_with_what_was_typed(
    app: Flask, held: tuple[Business, str, str], reason: str
) -> None:
    lan, code, key = held
    answer = release(app, signed_in(app, lan), code, key, reason)
    assert answer.status_code == 422
    assert f'value="{key}"' in answer.text
    box = answer.text[answer.text.index('id="f-reason"') :]
    assert 'aria-invalid="true"' in box[: box.index(">")]
    assert box[box.index(">") + 1 : box.index("</textarea>")].strip() == reason
    assert 'class="error"' in box[: box.index("</form>")]
    assert 'action="/sign-out"' in answer.text  # the desk is still around it


def test_the_public_page_of_held_goods_says_so_calmly(
    app: Flask, held: tuple[Business, str, str]
) -> None:
    shown = page(app.test_client().get(f"/B/{held[1]}?lang=vi"))
    assert "Lô hàng này đang bị giữ lại" in shown
    assert "Abamectin" not in shown


def test_an_owner_releases_with_a_reason_that_everybody_reads(
    app: Flask, held: tuple[Business, str, str]
) -> None:
    lan, code, key = held
    desk = signed_in(app, lan)
    assert release(app, desk, code, key).status_code == 303
    assert "Mẫu đạt." in page(desk.get(f"/desk/batches/{code}"))
    shown = page(app.test_client().get(f"/B/{code}?lang=vi"))
    assert "Mẫu đạt." in shown
    assert "giải tỏa ngày" in shown
    told = app.test_client().get(f"/B/{code}", headers={"Accept": "application/json"}).get_json()
    assert told["releases"][0]["reason"] == "Mẫu đạt."
    row = of_batch(lan.producer_id, db.session.scalars(select(Batch.batch_id)).one())
    assert row is not None
    assert row.state == "active"
    assert "hold.released" in set(db.session.scalars(select(AuditEntry.act)))
    assert release(app, desk, code, key).status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_nobody_releases_without_a_reason(
    app: Flask, held: tuple[Business, str, str], reason: str
) -> None:
    lan, code, key = held
    assert release(app, signed_in(app, lan), code, key, reason).status_code == 422
    assert count(HoldRelease) == 0


@pytest.mark.parametrize(
    "key", ["", "x", "a/b/c", f"{UUID(int=1)}/{UUID(int=2)}", f"{UUID(int=1)}/{UUID(int=2)}/0"]
)
def test_a_hold_that_is_not_there_is_not_found(
    app: Flask, held: tuple[Business, str, str], key: str
) -> None:
    assert release(app, signed_in(app, held[0]), held[1], key).status_code == 404


def test_an_officer_releases_anybodys_goods_and_a_neighbour_nobodys(
    app: Flask, held: tuple[Business, str, str]
) -> None:
    _, code, key = held
    with transaction():
        tung = business("HTX Tùng", role="owner")
        officer = business("Chi cục", kinds=("authority",), role="officer")
    forget()
    assert release(app, signed_in(app, tung), code, key).status_code == 404
    forget()
    assert release(app, signed_in(app, officer), code, key).status_code == 303
    assert db.session.scalars(select(HoldRelease.role)).one() == "officer"


def test_a_later_cause_holds_again_after_a_release(
    app: Flask, held: tuple[Business, str, str], farm: tuple[Business, UUID, UUID]
) -> None:
    lan, code, key = held
    release(app, signed_in(app, lan), code, key)
    db.session.rollback()
    with transaction():
        record(
            lan,
            "spray",
            event_time=days_ago(1).isoformat(),
            plot_id=str(lan.plot_id),
            season_id=str(farm[1]),
            fields={"product": "Late", "phi_days": 5},
        )
    assert "Late" in page(signed_in(app, lan).get(f"/desk/batches/{code}"))


def test_what_grows_after_a_release_is_held_again_and_the_difference_is_shown(
    app: Flask, farm: tuple[Business, UUID, UUID]
) -> None:
    lan, _, greens = farm
    with transaction():
        cut, bags = batch(lan, greens, "CUT"), batch(lan, greens, "BAGS")
        record(lan, "harvest", event_time=days_ago(9).isoformat(), outputs=[line(cut, "100")])
        used = {"inputs": [line(cut, "120")], "outputs": [line(bags, "120")]}
        record(lan, "pack", event_time=days_ago(2).isoformat(), **used)
    desk = signed_in(app, lan)
    path = f"/desk/batches/{bags}"
    first = hidden(page(desk.get(path)), "hold")
    assert release(app, desk, str(bags), first, "Cân lại đủ.").status_code == 303
    assert "Đang bị giữ từ" not in page(desk.get(f"{path}?lang=vi"))

    taken_before = {"inputs": [line(cut, "7")], "event_time": days_ago(3).isoformat()}
    with transaction():
        record(lan, "sell", **taken_before)
    shown = page(desk.get(f"{path}?lang=vi"))
    assert "Đang bị giữ từ" in shown
    assert "tăng thêm 7 kg" in shown
    assert "Cân lại đủ." in shown
    # Whoever still looks at the first page lets go what he saw there, and that is done already.
    assert release(app, desk, str(bags), first).status_code == 404
    assert release(app, desk, str(bags), hidden(shown, "hold"), "Có phiếu.").status_code == 303
    shown = page(desk.get(f"{path}?lang=vi"))
    assert "Đang bị giữ từ" not in shown
    assert "Cân lại đủ." in shown
    assert "Có phiếu." in shown
