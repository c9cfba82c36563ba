"""Who may reach what: role x route x tenant, made from the route table, with canaries.

Lan's co-operative has a canary in every text it keeps. Whoever may not see it gets the same 404 as
for something that does not exist, and no byte of it anywhere (OWASP ASVS 5.0: 8.2.1-8.2.3, 8.4.1).
"""

import pytest

from tests.lan import CANARY, FOLDED_CANARY
from tests.security.town import SAFE, Route, Town, nothing_written, routes
from traceapp.accounts.acts import Act

ROLES = ("owner", "clerk", "field_worker", "shop_seller")
OUTSIDERS = [
    *((role, "farm") for role in ROLES),
    *((role, "authority") for role in ("officer", "inspector")),
    ("owner", "operator"),
]
CLOSED = {401, 403, 404}
# Offices look at everybody's records; those who run the platform at requests and reports.
WATCHING = {
    "authority": {
        Act.READ,
        Act.LOOK_UP_ANY,
        Act.ADMIT_PRODUCERS,
        Act.CONFIRM_AS_INSPECTOR,
        Act.ANSWER_REPORTS,
    },
    "operator": {Act.ADMIT_PRODUCERS, Act.ANSWER_REPORTS},
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
            assert CANARY not in answer.text, asked
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
            assert CANARY.encode() not in answer.data, path


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
