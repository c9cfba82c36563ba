"""Who asks, what can happen, and lists of what there is; products and places put by programs."""

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.builders import LABEL, NOW, PLACE, batch, event
from tests.http.answers import told
from tests.http.programs import Program, program
from traceapp.audit.models import AuditEntry
from traceapp.batches import record_changes
from traceapp.database.engine import db
from traceapp.producers.models import Plot
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.endpoints import transaction

PRODUCT = {"name": "Rau muống", "family": "vegetable", "role": "intermediate", "uom": "kg"}
SITE = {**PLACE, "name": "Kho lạnh", "kind": "cold_store"}
SEASON = {"name": "Vụ đông", "crop": "cải ngọt", "started_on": "2026-10-05"}
PUT = pytest.mark.parametrize(
    ("path", "wish"), [("/products", PRODUCT), ("/sites", SITE), ("/seasons", SEASON)]
)


def whole(of: Program, path: str, wish: dict[str, Any]) -> dict[str, Any]:
    """A season names the plot it is on."""
    return wish | {"plot_id": str(of.by.plot_id)} if path == "/seasons" else wish


def test_a_token_tells_for_whom_it_works(app: Flask) -> None:
    lan = program(app, scope="read")
    me = lan.get("/me").get_json()
    assert me["producer"] == {"id": str(lan.by.producer_id), "name": "HTX Lan", "kinds": ["farm"]}
    assert (me["member"]["roles"], me["scope"]) == (["owner"], "read")
    assert "record_step" in me["acts"]


def test_every_kind_of_step_is_listed_with_its_fields(app: Flask) -> None:
    items = program(app).get("/step-kinds").get_json()["items"]
    assert [kind["id"] for kind in items] == list(STEP_KINDS)
    spray = next(kind for kind in items if kind["id"] == "spray")
    assert spray["label"] == {
        "vi": STEP_KINDS["spray"].label.vi,
        "en": STEP_KINDS["spray"].label.en,
    }
    assert [field["id"] for field in spray["fields"]] == list(STEP_KINDS["spray"].fields)


@pytest.mark.parametrize("path", ["/products", "/sites", "/batches"])
def test_a_list_goes_on_where_the_last_part_ended(app: Flask, path: str) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    for n in range(4):
        lan.put(f"/products/{uuid.uuid4()}", PRODUCT | {"name": f"Rau {n}"})
        lan.put(f"/sites/{uuid.uuid4()}", SITE | {"name": f"Kho {n}"})
    for n in range(4):
        batch(lan.by, lan.product_id, f"L{n}", uom="túi")
    db.session.commit()
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        part = lan.get(f"{path}?limit=2{'&after=' + after if after else ''}").get_json()
        assert len(part["items"]) <= 2
        found += part["items"]
        after = part["next"]
    assert len({one["id"] for one in found}) == len(found) == 5
    assert lan.get(path).get_json() == {"items": found, "next": None}
    assert {one["id"] for one in hoa.get(path).get_json()["items"]}.isdisjoint(
        one["id"] for one in found
    )


def test_places_tell_their_plots(app: Flask) -> None:
    lan = program(app)
    (site,) = lan.get("/sites").get_json()["items"]
    assert [plot["id"] for plot in site["plots"]] == [str(lan.by.plot_id)]


@PUT
def test_what_is_put_is_new_once_and_changed_afterwards(
    app: Flask, path: str, wish: dict[str, Any]
) -> None:
    lan = program(app)
    wish = whole(lan, path, wish)
    address = f"{path}/{uuid.uuid4()}"
    first = lan.put(address, wish | {"external_id": "A-1"})
    again = lan.put(address, wish | {"external_id": "A-1"})
    changed = lan.put(address, wish | {"external_id": "A-1", "name": "Tên mới"})
    assert [one.status_code for one in (first, again, changed)] == [201, 200, 200]
    assert first.get_json() == again.get_json()
    assert [one.headers["ETag"] for one in (first, again, changed)] == ['"1"', '"1"', '"2"']
    assert lan.get(address).get_json() == changed.get_json()
    (found,) = lan.get(f"{path}?external_id=A-1").get_json()["items"]
    assert found["name"] == "Tên mới"
    assert lan.get(f"{path}?external_id=A-2").get_json() == {"items": [], "next": None}


@PUT
def test_what_was_put_away_is_listed_on_wish_and_found_by_its_number(
    app: Flask, path: str, wish: dict[str, Any]
) -> None:
    lan = program(app)
    old, used = str(uuid.uuid4()), str(uuid.uuid4())
    wish = whole(lan, path, wish)
    lan.put(f"{path}/{old}", wish | {"external_id": "CU"})
    lan.put(f"{path}/{used}", wish | {"name": "Đang dùng"})
    kind = path[1:-1]
    table = db.metadata.tables[kind]
    with transaction():
        put_away = update(table).where(table.c[f"{kind}_id"] == uuid.UUID(old))
        db.session.execute(put_away.values(archived_at=NOW))

    def listed(query: str) -> set[str]:
        return {one["id"] for one in lan.get(f"{path}{query}").get_json()["items"]}

    everything = listed("?archived=any")
    assert {old, used} <= everything
    assert listed("") == listed("?archived=false") == everything - {old}
    assert listed("?archived=true") == {old}
    assert listed("?external_id=CU") == listed("?external_id=CU&archived=true") == {old}
    assert listed("?external_id=CU&archived=false") == set()
    told(lan.get(f"{path}?archived=perhaps"), 422, "invalid-input")
    shown = lan.get(f"{path}/{old}").get_json()
    assert (shown["archived"], lan.get(f"{path}/{used}").get_json()["archived"]) == (True, False)
    again = lan.put(f"{path}/{old}", wish | {"external_id": "CU", "name": "Tên mới"})
    assert (again.status_code, again.get_json()["archived"]) == (200, True)


def test_a_place_tells_which_of_its_plots_were_put_away_and_takes_records_of_them(
    app: Flask,
) -> None:
    lan = program(app)
    with transaction():
        db.session.execute(update(Plot).values(archived_at=NOW))
    (site,) = lan.get("/sites").get_json()["items"]
    assert [plot["archived"] for plot in site["plots"]] == [True]
    assert lan.get(f"/sites/{site['id']}").get_json() == site
    message = event(lan.by, "scout", plot_id=str(lan.by.plot_id))
    assert lan.post("/events", message).status_code == 201


@PUT
def test_a_change_made_from_an_old_version_is_refused(
    app: Flask, path: str, wish: dict[str, Any]
) -> None:
    lan = program(app)
    wish = whole(lan, path, wish)
    address = f"{path}/{uuid.uuid4()}"
    new = lan.put(address, wish, headers={"If-Match": '"1"'})
    told(new, 412, "changed-meanwhile")
    lan.put(address, wish)
    lan.put(address, wish | {"name": "Một"}, headers={"If-Match": '"1"'})
    told(lan.put(address, wish, headers={"If-Match": '"1"'}), 412, "changed-meanwhile")
    told(lan.put(address, wish, headers={"If-Match": "W/x"}), 400, "bad-request")
    assert lan.get(address).get_json()["name"] == "Một"


@PUT
def test_a_number_of_the_senders_own_stands_for_one_thing(
    app: Flask, path: str, wish: dict[str, Any]
) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    first = whole(lan, path, wish) | {"external_id": "1"}
    assert lan.put(f"{path}/{uuid.uuid4()}", first).status_code == 201
    other = whole(lan, path, wish) | {"name": "Khác", "external_id": "1"}
    errors = told(lan.put(f"{path}/{uuid.uuid4()}", other), 409, "already-exists")["errors"]
    assert [error["pointer"] for error in errors] == ["/external_id"]
    assert hoa.put(f"{path}/{uuid.uuid4()}", whole(hoa, path, other)).status_code == 201


@PUT
def test_if_match_reads_as_http_says(app: Flask, path: str, wish: dict[str, Any]) -> None:
    lan = program(app)
    wish = whole(lan, path, wish)
    address = f"{path}/{uuid.uuid4()}"
    told(lan.put(address, wish, headers={"If-Match": "*"}), 412, "changed-meanwhile")
    assert lan.get(address).status_code == 404
    lan.put(address, wish)
    for number, taken in enumerate(("*", '"1", "2"', '"3","x", W/"9"', ', "4" ,')):
        name = f"Tên {number}"
        assert (
            lan.put(address, wish | {"name": name}, headers={"If-Match": taken}).status_code == 200
        )
    assert lan.get(address).headers["ETag"] == '"5"'
    for missed in ('"1", "2"', 'W/"5"', '"x"', '""', '"05"'):
        answer = lan.put(address, wish | {"name": "Sai"}, headers={"If-Match": missed})
        told(answer, 412, "changed-meanwhile")
    for wrong in ("5", "W/x", "*, *", '"5', "", '"5" "6"', '"é"'):
        told(lan.put(address, wish, headers={"If-Match": wrong}), 400, "bad-request")
    assert lan.get(address).get_json()["name"] == "Tên 3"


def test_a_season_stays_on_its_plot_and_on_ones_own(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    address = f"/seasons/{uuid.uuid4()}"
    foreign = SEASON | {"plot_id": str(hoa.by.plot_id)}
    answer = lan.put(address, foreign)
    assert told(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/plot_id"
    assert lan.put(address, whole(lan, "/seasons", SEASON)).status_code == 201
    errors = told(lan.put(address, foreign), 422, "invalid-input")["errors"]
    assert [(one["pointer"], one["rule"]) for one in errors] == [("/plot_id", "season_stays")]
    ended = whole(lan, "/seasons", SEASON) | {"ended_on": "2026-09-01"}
    assert (
        told(lan.put(address, ended), 422, "invalid-input")["errors"][0]["pointer"] == "/ended_on"
    )
    told(hoa.get(address), 404, "not-found")


def test_another_crop_of_a_season_is_told_to_whoever_judges(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[tuple[uuid.UUID, uuid.UUID]] = []
    listeners = [lambda season, _now: judged.append(season)]
    monkeypatch.setattr(record_changes, "on_season_changed", listeners)
    lan, season_id = program(app), uuid.uuid4()
    wish = whole(lan, "/seasons", SEASON)
    assert lan.put(f"/seasons/{season_id}", wish).status_code == 201
    assert judged == []
    answer = lan.put(
        f"/seasons/{season_id}", wish | {"crop": "cà chua"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200
    assert judged == [(lan.by.producer_id, season_id)]


def test_a_finished_product_needs_its_label(app: Flask) -> None:
    lan = program(app)
    wish = PRODUCT | {"role": "finished"}
    answer = lan.put(f"/products/{uuid.uuid4()}", wish)
    assert told(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/label"
    assert lan.put(f"/products/{uuid.uuid4()}", wish | {"label": LABEL}).status_code == 201


def test_packs_of_a_product_with_lots_keep_their_size(app: Flask) -> None:
    lan = program(app)
    address, wish = f"/products/{uuid.uuid4()}", PRODUCT | {"net_uom": "kg"}
    for size in ("0.5", "0.4"):
        assert lan.put(address, wish | {"net_quantity": size}).status_code in {200, 201}
    with transaction():
        batch(lan.by, uuid.UUID(address.rpartition("/")[2]), "L1", uom="túi")
    (fault,) = told(lan.put(address, wish | {"net_quantity": "0.5"}), 422, "invalid-input")[
        "errors"
    ]
    assert (fault["pointer"], fault["rule"]) == ("/net_quantity", "pack_size_in_use")
    assert lan.put(address, wish | {"net_quantity": "0.40"}).status_code == 200


def test_one_id_at_two_producers_is_two_things(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    address = f"/products/{lan.product_id}"
    told(hoa.get(address), 404, "not-found")
    assert hoa.put(address, PRODUCT).status_code == 201
    assert lan.get(address).get_json()["name"] != PRODUCT["name"]


def test_a_field_worker_reads_and_defines_no_product(app: Flask) -> None:
    worker: Program = program(app, role="field_worker")
    assert worker.get("/products").status_code == 200
    told(worker.put(f"/products/{uuid.uuid4()}", PRODUCT), 404, "not-found")


def test_what_a_program_adds_stands_in_the_book_of_acts(app: Flask) -> None:
    lan = program(app)
    product_id, site_id = uuid.uuid4(), uuid.uuid4()
    for path, wish in ((f"/products/{product_id}", PRODUCT), (f"/sites/{site_id}", SITE)):
        assert [lan.put(path, wish).status_code for _ in range(2)] == [201, 200]
    wish = {"product_id": str(product_id), "lot": "L9", "uom": "kg"}
    batch_id = lan.post("/batches", wish).get_json()["id"]
    written = db.session.scalars(
        select(AuditEntry).where(AuditEntry.by_member_id == lan.by.actor.member_id)
    )
    assert {(entry.act, entry.about) for entry in written} == {
        ("product.defined", f"product/{product_id}"),
        ("site.added", f"site/{site_id}"),
        ("batch.registered", f"batch/{batch_id}"),
    }
