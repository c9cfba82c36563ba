"""`flask --app wsgi codes ...`: trying out what the pages of a code say, never on a real host."""

import pytest
from click.testing import Result
from flask import Flask

from tests.builders import LABEL, batch, business, product
from tests.conftest import AppMaker
from traceapp.codes import queries
from traceapp.codes.commands import group
from traceapp.codes.states import CodeState
from traceapp.web.endpoints import transaction


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(group, list(words))


def issued(app: Flask, owner: str = "HTX Lan") -> str:
    """A code of Lan's, as it is printed."""
    with app.app_context(), transaction():
        lan = business(owner)
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        fact = queries.of_batch(lan.producer_id, made)
        assert fact is not None
        return f"{fact.code[:4]}-{fact.code[4:8]}-{fact.code[8:]}"


def test_a_state_is_set_for_a_code_as_it_is_printed(make_app: AppMaker) -> None:
    app = make_app()
    code = issued(app)
    done = run(
        app, "set-state", code.lower(), "recalled", "--reason", "Dư lượng", "--by", "Chi cục"
    )
    assert (done.exit_code, done.output) == (0, f"{code} is now recalled.\n")
    with app.app_context():
        fact = queries.find(code.replace("-", ""))
    assert fact is not None
    assert (fact.state, fact.reason, fact.actor) == (CodeState.RECALLED, "Dư lượng", "Chi cục")


def test_the_producer_is_named_unless_somebody_else_is(make_app: AppMaker) -> None:
    app = make_app()
    code = issued(app)
    assert run(app, "set-state", code, "sale_stopped").exit_code == 0
    with app.app_context():
        fact = queries.find(code.replace("-", ""))
    assert fact is not None
    assert fact.actor == "HTX Lan"
    nameless = run(app, "set-state", code, "suspended")
    assert nameless.exit_code != 0
    assert "--by" in nameless.output


def test_a_code_is_moved_to_another_as_both_are_printed(make_app: AppMaker) -> None:
    app = make_app()
    old, new = issued(app), issued(app, "Minh")
    done = run(app, "set-state", old, "moved", "--to", new.lower())
    assert (done.exit_code, done.output) == (0, f"{old} is now moved.\n")
    with app.app_context():
        fact = queries.find(old.replace("-", ""))
    assert fact is not None
    assert (fact.moved_to, fact.actor) == (new.replace("-", ""), "HTX Lan")


def test_the_list_names_each_code_with_its_state_and_producer(make_app: AppMaker) -> None:
    app = make_app()
    code = issued(app)
    told = run(app, "list").output
    assert code in told
    assert "not_activated" in told
    assert "HTX Lan" in told


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("AAAA-AAAA-AA", "held"), "never issued"),
        (("AAAA", "held"), "too few or too many characters"),
        (("AAAA-AAAA-AA", "expired"), "'expired' is not one of"),
        (("AAAA-AAAA-AA", "moved"), "`moved` and --to go together"),
        (("AAAA-AAAA-AA", "held", "--to", "BBBB-BBBB-BB"), "`moved` and --to go together"),
        (("AAAA-AAAA-AA", "moved", "--to", "BBBB-BBBB-BB", "--reason", "x"), "leave --reason out"),
        (("AAAA-AAAA-AA", "moved", "--to", "BBBB-BBBB-BB"), "never issued"),
    ],
)
def test_what_cannot_be_set_is_said(
    make_app: AppMaker, words: tuple[str, str], complaint: str
) -> None:
    done = run(make_app(), "set-state", *words)
    assert done.exit_code != 0
    assert complaint in done.output


def test_a_real_host_sets_no_state_by_hand_but_its_demo_does(make_app: AppMaker) -> None:
    real = make_app(PUBLIC_URL="https://truyxuat.example.vn")
    code = issued(real)
    refused = run(real, "set-state", code, "held")
    assert refused.exit_code != 0
    assert "real shoppers" in refused.output
    demo = make_app(PUBLIC_URL="https://truyxuat.example.vn", TRACEAPP_DEMO="1")
    assert run(demo, "set-state", code, "held").exit_code == 0
