"""Who may reach what: role x route x tenant, made from the route table, with canaries.

Lan's co-operative has a canary in every text it keeps. Whoever may not see it gets the same 404 as
for something that does not exist, and no byte of it anywhere (OWASP ASVS 5.0: 8.2.1-8.2.3, 8.4.1).
"""

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.lan import CANARY, FOLDED_CANARY
from tests.security.town import SAFE, Person, Route, Town, nothing_written, routes
from traceapp.accounts.acts import Act
from traceapp.api import examples

ROLES = ("owner", "clerk", "field_worker", "shop_seller")
OUTSIDERS = [
    *((role, "farm") for role in ROLES),
    *((role, "authority") for role in ("officer", "inspector")),
    ("owner", "operator"),
]
CLOSED = {401, 403, 404}
# Offices look at everybody's records; those who run the platform at requests and reports.
# What the desk tells as the public board does, to everybody: needs with their words.
PUBLISHED = frozenset({"desk_board.show_board"})
# A phone knows the names of all producers and of their places, as the form of a shipment does.
OF_RECEIVERS = "api_phones.show_snapshot"
# What is refused is told on the page of the batch, which whoever looks up any batch may read.
SHOWN_AGAIN = frozenset({"desk_batches.allow_sale"})
WATCHING = {
    "authority": {
        Act.READ,
        Act.LOOK_UP_ANY,
        Act.ALLOW_MORE_LABELS,
        Act.ADMIT_PRODUCERS,
        Act.CONFIRM_AS_INSPECTOR,
        Act.RELEASE_HOLD,
        Act.ANSWER_REPORTS,
        Act.READ_CODE_AUDIT,
        Act.ASK_FOR_EXPLANATION,
        Act.OPEN_CASE,
        Act.ASSESS_CLEANER_PRODUCTION,
        Act.TELL_CLEANER_PRODUCTION,
        Act.ISSUE_RECALL,
        Act.CHECK_RECALL,
        Act.READ_CHAINS,
        Act.SUPPORT_PARTICIPANTS,
        Act.CONFIRM_CERTIFICATES,
        Act.LEAD_PROGRAMME,
    },
    "operator": {Act.ADMIT_PRODUCERS, Act.ANSWER_REPORTS, Act.READ_CODE_AUDIT},
    "farm": set(),
}
# A malformed body may be told before its address is looked up; both tell nothing.
NOT_THERE = {404, 415, 422}
QUERIES = ("", f"?q={FOLDED_CANARY}", "?format=csv")


def guarded(town: Town) -> list[Route]:
    """Give every route that only signed-in people may ask."""
    return [route for route in routes(town.app) if route.act is not None]


def test_asvs_8_2_1_there_is_something_to_guard(town: Town) -> None:
    assert len(guarded(town)) >= 5
    assert {route.act for route in guarded(town)} >= {Act.MANAGE_TOKENS, Act.MANAGE_PRODUCTS}


def test_asvs_8_2_1_a_stranger_is_led_to_the_door(town: Town) -> None:
    with nothing_written(town.app):
        for route in guarded(town):
            for method in route.methods:
                path = route.path(town.lan.values)
                answer = town.app.test_client().open(path, method=method)
                if method == "GET" and not route.is_for_programs:
                    assert answer.status_code == 303, path
                    assert answer.location.startswith("/sign-in?next="), path
                else:
                    assert answer.status_code == 401, (method, path)
                assert CANARY not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_asvs_8_2_1_a_colleague_reaches_what_the_role_may_and_nothing_else(
    town: Town, role: str
) -> None:
    colleague = town.colleague(role)
    for route in guarded(town):
        assert route.act is not None
        allowed = colleague.may(route.act)
        for method in route.methods:
            if allowed and method not in SAFE:
                continue  # what a form does is the subject of its own test
            path = route.path(town.lan.values)
            answer = town.ask(colleague, route, method, path)
            if allowed:
                assert answer.status_code < 500, (role, path)
                assert answer.status_code not in CLOSED, (role, path)
            else:
                assert answer.status_code == 404, (role, method, path)
                assert CANARY not in answer.text, (role, path)


@pytest.mark.parametrize(("role", "kind"), OUTSIDERS)
def test_asvs_8_4_1_nobody_of_another_body_reaches_what_is_not_theirs(
    town: Town, role: str, kind: str
) -> None:
    tung = town.outsider(role, kind)
    for route in guarded(town):
        assert route.act is not None
        if tung.may(route.act) and route.act in WATCHING[kind]:
            continue
        for method in route.methods:
            path = route.path(town.lan.values)
            answer = town.ask(tung, route, method, path)
            asked = (role, kind, method, path)
            assert answer.status_code < 500, asked
            shows_again = route.rule.endpoint in SHOWN_AGAIN and tung.may(Act.LOOK_UP_ANY)
            if route.rule.endpoint not in PUBLISHED and not shows_again:
                assert CANARY not in _told(route, answer.text), asked
            if route.rule.arguments & town.lan.secret_names:
                assert answer.status_code in NOT_THERE, (*asked, answer.status_code)


def test_asvs_8_4_1_no_search_and_no_download_of_another_body_holds_the_canary(town: Town) -> None:
    tung = town.outsider("owner", "farm")
    reader, token = town.browser(tung), town.program(tung)
    for route in guarded(town):
        if "GET" not in route.methods or route.rule.arguments & town.lan.secret_names:
            continue
        for query in QUERIES:
            path = route.path(town.lan.values) + query
            if route.is_for_programs:
                answer = town.app.test_client().get(path, headers=token, buffered=True)
            else:
                answer = reader.get(path, buffered=True)
            assert answer.status_code < 500, path
            if route.rule.endpoint not in PUBLISHED:
                text = answer.data.decode(errors="replace")
                assert CANARY not in _told(route, text), path


def _told(route: Route, text: str) -> str:
    """Give what is told of others but for whom goods can be handed to; JSON may escape letters."""
    if route.rule.endpoint == OF_RECEIVERS and text.startswith("{"):
        read = json.loads(text)
        read.get("sections", {}).pop("receivers", None)
        text = json.dumps(read, ensure_ascii=False)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def test_asvs_8_2_2_missing_and_foreign_are_answered_alike(town: Town) -> None:
    tung = town.outsider("owner", "farm")
    for route in guarded(town):
        if "GET" not in route.methods or not route.rule.arguments & town.lan.secret_names:
            continue
        there = route.path(town.lan.values)
        nowhere = route.path(town.lan.values | town.lan.made_up)
        foreign = town.ask(tung, route, "GET", there)
        missing = town.ask(tung, route, "GET", nowhere)
        assert foreign.status_code == missing.status_code == 404, there
        assert _without_address(foreign.text, town.lan.values) == _without_address(
            missing.text, town.lan.made_up
        ), there


def _without_address(text: str, values: dict[str, str]) -> str:
    for value in values.values():
        if len(value) > 3:
            text = text.replace(value, "…")
    return text


def test_asvs_8_3_1_a_token_opens_no_page_and_a_session_no_interface(town: Town) -> None:
    owner = town.colleague("owner")
    reader, token = town.browser(owner), town.program(owner)
    for route in guarded(town):
        for method in route.methods:
            path = route.path(town.lan.values)
            if route.is_for_programs:
                answer = reader.open(path, method=method, json={}, buffered=True)
                assert answer.status_code == 401, (method, path)
            else:
                client = town.app.test_client()
                answer = client.open(path, method=method, headers=token, buffered=True)
                assert answer.status_code == 404, (method, path)
            assert CANARY not in answer.text


def test_asvs_8_3_1_a_token_that_may_only_read_changes_nothing(town: Town) -> None:
    token = town.program(town.colleague("owner"), scope="read")
    for route in guarded(town):
        if not route.is_for_programs:
            continue
        for method in set(route.methods) - SAFE:
            path = route.path(town.lan.values)
            answer = town.app.test_client().open(path, method=method, json={}, headers=token)
            assert answer.status_code == 403, (method, path)


def foreign_bodies(town: Town, tung: Person) -> list[tuple[str, str, Any]]:
    """Give bodies of Tùng's programs that name what is Lan's, and their addresses."""
    lan, own = town.lan.values, tung.business
    event = {
        "id": str(uuid4()),
        "step_kind": "harvest",
        "event_time": "2026-11-21T05:40:00+07:00",
        "site_id": str(own.site_id),
    }
    line = {"batch_id": lan["batch_id"], "quantity": "1", "uom": "kg"}
    batch = {"product_id": lan["product_id"], "lot": "TRỘM-1", "quantity": "1", "uom": "kg"}
    return [
        ("POST", "/api/v1/batches", batch),
        ("POST", "/api/v1/events", {**event, "site_id": lan["site_id"]}),
        ("POST", "/api/v1/events", {**event, "plot_id": lan["plot_id"]}),
        ("POST", "/api/v1/events", {**event, "season_id": lan["season_id"]}),
        ("POST", "/api/v1/events", {**event, "inputs": [line]}),
        ("POST", "/api/v1/events", {**event, "outputs": [line]}),
        ("POST", "/api/v1/events", {**event, "photos": [lan["sha256"]]}),
        ("POST", "/api/v1/events", [{**event, "outputs": [line]}]),
    ]


def test_asvs_8_2_2_a_body_that_names_what_is_not_ones_own_is_answered_as_if_it_were_nowhere(
    town: Town,
) -> None:
    tung = town.outsider("owner", "farm")
    headers = town.program(tung)
    nowhere = dict(zip(town.lan.values.values(), _made_up(town), strict=True))
    for method, path, body in foreign_bodies(town, tung):
        foreign = _say(town, headers, method, path, body)
        missing = _say(town, headers, method, path, _renamed(body, nowhere))
        assert foreign[0] in {404, 422} or _statuses(foreign[1]) <= {404, 422}, (path, foreign)
        assert foreign == missing, (path, body)


def test_asvs_8_2_2_a_correction_of_what_is_not_ones_own_waits_and_touches_nothing(
    town: Town,
) -> None:
    tung = town.outsider("owner", "farm")
    headers, lans = town.program(tung), town.program(town.colleague("owner"))
    batch = f"/api/v1/batches/{town.lan.values['batch_id']}"
    before = _say(town, lans, "GET", batch, None)
    said = []
    for corrected in (town.lan.values["event_id"], town.lan.made_up["event_id"]):
        body = {
            "id": str(uuid4()),
            "step_kind": "weed",
            "event_time": "2026-11-21T05:40:00+07:00",
            "site_id": str(tung.business.site_id),
            "corrects": corrected,
        }
        status, text = _say(town, headers, "POST", "/api/v1/events", body)
        said.append((status, json.loads(text)["allowed_from"], CANARY in text))
    assert said == [(201, None, False)] * 2
    assert before[0] == 200
    assert _say(town, lans, "GET", batch, None) == before


def test_asvs_8_2_2_an_id_that_another_body_uses_is_free_for_ones_own(town: Town) -> None:
    tung = town.outsider("owner", "farm")
    headers, lan = town.program(tung), town.lan.values
    site = {**examples.SITE, "name": "Kho của Tùng"}
    product = {**examples.PRODUCT, "name": "Rau của Tùng"}
    for path, body in (
        (f"/api/v1/sites/{lan['site_id']}", site),
        (f"/api/v1/products/{lan['product_id']}", product),
    ):
        answer = _say(town, headers, "PUT", path, body)
        assert answer[0] in {200, 201}, answer
        assert CANARY not in answer[1]
        shown = town.app.test_client().get(path, headers=headers)
        assert "của Tùng" in shown.get_json()["name"]
        lans = town.app.test_client().get(path, headers=town.program(town.colleague("owner")))
        assert "của Tùng" not in lans.text


@pytest.mark.parametrize("name", ["producer_id", "member_id", "role", "roles", "kinds", "actor"])
def test_asvs_8_3_1_nobody_says_in_a_body_who_they_are(town: Town, name: str) -> None:
    owner = town.colleague("owner")
    headers, tung = town.program(owner), town.outsider("owner", "farm")
    value = str(tung.business.producer_id)
    body = {
        "id": str(uuid4()),
        "step_kind": "harvest",
        "event_time": "2026-11-21T05:40:00+07:00",
        "site_id": str(owner.business.site_id),
        name: value,
    }
    for method, path in (
        ("POST", "/api/v1/events"),
        ("POST", "/api/v1/batches"),
        ("PUT", f"/api/v1/products/{uuid4()}"),
        ("PUT", f"/api/v1/sites/{uuid4()}"),
    ):
        status, text = _say(town, headers, method, path, body)
        assert status == 422, (path, text)
        assert f'"/{name}"' in text, path


def _say(town: Town, headers: dict[str, str], method: str, path: str, body: Any) -> tuple[int, str]:
    answer = town.app.test_client().open(path, method=method, json=body, headers=headers)
    return answer.status_code, answer.text


def _made_up(town: Town) -> list[str]:
    return [town.lan.made_up[name] for name in town.lan.values]


def _renamed(body: Any, names: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _renamed(value, names) for name, value in body.items()}
    if isinstance(body, list):
        return [_renamed(value, names) for value in body]
    return names.get(body, body)


def _statuses(text: str) -> set[int]:
    results = json.loads(text).get("results", [])
    return {result["status"] for result in results} or {0}
