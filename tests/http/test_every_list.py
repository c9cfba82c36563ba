"""Every list of the desk searches without accents, narrows, says how to begin, and leaves as CSV.

Made from one table of lists; a page of the desk that is in neither table makes it red.
"""

import html
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import builders
from tests.conftest import close, settings_for
from tests.http.lists_of_the_desk import (
    LISTS,
    NO_LISTS,
    OTHER,
    Listed,
    few_of_each,
    next_steps,
    query,
    read,
    read_csv,
)
from tests.lan import CANARY, a_need, lan, more, open_assessment, totals_of
from tests.participants import joined
from tests.postgres import postgres_database
from tests.signing_in import signed_in
from traceapp.accounts.acts import ROLES, Act, may
from traceapp.app import create_app
from traceapp.batches.operations import Actor
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.network import programme
from traceapp.network.schemas import CorrectionSchema
from traceapp.producers import operations as producers
from traceapp.purchasing import operations as purchasing
from traceapp.trace.facts import Ref
from traceapp.web.access import ACCESS_MARK
from traceapp.web.csv_text import FORMULA_STARTS
from traceapp.web.endpoints import transaction

FORMULA = f"=1+{OTHER}"
OFFICES = {"officer": "authority", "inspector": "authority"}


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation with Lan's co-operative, and a browser of somebody by kind and role."""

    app: Flask
    owners: Mapping[str, builders.Business]

    def of(self, kind: str) -> FlaskClient:
        """Give a browser of the owner of a body."""
        with self.app.app_context():
            return signed_in(self.app, self.owners[kind], is_second_factor_proven=True)

    def of_nobody(self, role: str, kind: str = "farm") -> FlaskClient:
        """Give a browser of somebody whose body has nothing yet."""
        with self.app.app_context():
            with transaction():
                new = bare(f"Mới {role}", role, kind)
            return signed_in(self.app, new, is_second_factor_proven=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Two of everything at Lan's, of which one says `OTHER`; read only."""
    folder = tmp_path_factory.mktemp("lists")
    with ExitStack() as stack:
        app = create_app(settings_for(_database(request, folder, stack), folder))
        stack.callback(close, app)
        with app.app_context(), transaction():
            owner = lan().business
            _add(owner)
            operator = bare("Chủ trang", "owner", "operator")
            office = bare("Cơ quan", "officer", "authority")
            _publish(office)
        yield Desk(app, {"farm": owner, "operator": operator, "authority": office})


def _database(request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "lists.db")
        return f"sqlite:///{folder / 'lists.db'}"
    return stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))


def _add(owner: builders.Business) -> None:
    made = more(owner, FORMULA)
    batch_id = made["batch_id"]
    open_assessment(owner, None, "Khác")
    joined(bare(f"HTX {OTHER}", "owner", "farm"), "craft_village")
    buyer = bare("Quầy Ba", "owner", "shop").actor
    for said in ({"words": FORMULA}, {"words": "Mướp", "kind": "vegetable"}):
        by = Ref(buyer.producer_id, buyer.member_id)
        purchasing.post(a_need(**said), by, now=datetime.now(UTC))
    for mark in ("Sọt 7", FORMULA):
        fields = {"container": mark, "count": 1}
        builders.record(
            owner,
            "aggregate",
            inputs=[{"batch_id": batch_id, "quantity": "1", "uom": "kg"}],
            fields=fields,
        )
    builders.record(
        owner,
        "disaggregate",
        event_time="2026-11-22T05:00:00+07:00",
        inputs=[{"batch_id": batch_id, "quantity": "1", "uom": "kg"}],
        fields={"container": "Sọt 7", "count": 1},
    )
    producers.add_member(owner.producer_id, {"name": FORMULA, "roles": ["clerk"]})
    producers.add_site(owner.producer_id, {**builders.PLACE, "name": "Kho mới", "kind": "depot"})
    producers.add_plot(owner.producer_id, {"site_id": str(owner.site_id), "name": FORMULA})


def _publish(office: builders.Business) -> None:
    by = Ref(office.producer_id, office.actor.member_id)
    totals_of(office, FORMULA)
    wrong = Ref(office.producer_id, totals_of(office, "Báo A"))
    said = {"source": "Báo B", "reason": "Gõ nhầm"}
    given = {"id": str(new_id()), "figures": {"measures": "190"}, **said}
    programme.correct(wrong, CorrectionSchema().load(given), by, now=datetime.now(UTC))


def bare(name: str, role: str, kind: str) -> builders.Business:
    """Register a body of one person, who has nothing yet."""
    given = {**builders.PLACE, "name": name, "legal_form": "hợp tác xã", "street": "Thôn 2"}
    producer_id = producers.register_producer(given | {"kinds": [kind]}, now=builders.NOW)
    producers.decide_admission(producer_id, admitted=True, by=None, now=builders.NOW)
    member_id = producers.add_member(producer_id, {"name": f"{name} B", "roles": [role]})
    return builders.Business(producer_id, new_id(), new_id(), Actor(producer_id, member_id))


def ask(browser: FlaskClient, one: Listed, *parts: str, **more_asked: str) -> TestResponse:
    asked = query(one.asked, *parts) | more_asked
    answer = browser.get(one.path, query_string=asked, buffered=True)
    assert answer.status_code == 200, (one.path, asked, answer.status_code)
    return answer


def all_pages(browser: FlaskClient, one: Listed, *parts: str) -> list[str]:
    """Give the rows of a list, page after page."""
    text = ask(browser, one, *parts).text
    rows = read(text).rows
    while further := re.search(r'rel="next" href="([^"]+)"', text):
        text = browser.get(one.path + html.unescape(further[1]), buffered=True).text
        rows += read(text).rows
    return rows


every_list = pytest.mark.parametrize("name", sorted(LISTS))


def test_every_page_of_the_desk_is_known_as_a_list_or_not(desk: Desk) -> None:
    pages = {
        rule.endpoint
        for rule in desk.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith("/api/")
        and isinstance(getattr(desk.app.view_functions[rule.endpoint], ACCESS_MARK, None), Act)
    }
    assert pages == LISTS.keys() | NO_LISTS.keys()
    assert not LISTS.keys() & NO_LISTS.keys()


@every_list
def test_a_search_finds_the_same_with_and_without_accents(desk: Desk, name: str) -> None:
    one = LISTS[name]
    browser = desk.of(one.kind)
    everything = read(ask(browser, one).text).rows
    found = [read(ask(browser, one, q=q).text).rows for q in _typed(one.text)]
    assert found[0], one.path
    assert len(found[0]) < len(everything), one.path
    assert all(rows == found[0] for rows in found), one.path
    assert set(found[0]) <= set(everything)


def _typed(text: str) -> tuple[str, ...]:
    return (text, fold(text), text.upper(), f"  {' '.join(reversed(fold(text).split()))} ")


@every_list
def test_every_filter_narrows(desk: Desk, name: str) -> None:
    one = LISTS[name]
    browser = desk.of(one.kind)
    page = read(ask(browser, one).text)
    choices = [*few_of_each(page.queries), *one.filters]
    assert choices, one.path
    narrowing: dict[str, bool] = {}
    for choice in choices:
        rows = read(ask(browser, one, choice).text).rows
        assert set(rows) <= set(page.rows), (one.path, choice)
        by = choice.partition("=")[0]
        narrowing[by] = narrowing.get(by, False) or len(rows) < len(page.rows)
    alone = {by for by in narrowing if sum(choice.startswith(f"{by}=") for choice in choices) == 1}
    assert all(narrowing[by] for by in narrowing.keys() - alone), (one.path, narrowing)
    assert any(narrowing.values()), (one.path, narrowing)


@every_list
def test_a_file_has_the_rows_of_the_page(desk: Desk, name: str) -> None:
    one = LISTS[name]
    browser = desk.of(one.kind)
    for asked in ("", f"q={one.text}"):
        rows = all_pages(browser, one, asked)
        answer = ask(browser, one, asked, format="csv")
        assert answer.mimetype == "text/csv", one.path
        assert answer.headers["Cache-Control"] == "no-store"
        _heads, *lines = read_csv(answer.text)
        assert len(lines) == len(rows), (one.path, asked)
        for cells, row in zip(lines, rows, strict=True):
            assert any(cell.lstrip("'") in row for cell in cells if len(cell) > 1), (cells, row)
            assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    heads = [read_csv(ask(browser, one, format="csv", lang=lang).text)[0] for lang in ("vi", "en")]
    assert len(heads[0]) == len(heads[1]) == len(set(heads[0])) == len(set(heads[1]))
    assert heads[0] != heads[1], one.path


@every_list
def test_nothing_of_another_body_is_in_it(desk: Desk, name: str) -> None:
    one = LISTS[name]
    if one.kind != "farm":
        assert desk.of("farm").get(one.path).status_code == 404
        return
    if one.is_everybodys:
        return
    browser = desk.of_nobody("owner")
    for asked in ("", f"q={CANARY}", f"q={OTHER}", "format=csv"):
        assert CANARY not in ask(browser, one, asked).text.replace(f'value="{CANARY}"', "")


@pytest.mark.parametrize("role", sorted({role for roles in ROLES.values() for role in roles}))
def test_an_empty_list_says_how_to_begin_and_lets_one(desk: Desk, role: str) -> None:
    kind = OFFICES.get(role, "farm")
    browser = desk.of_nobody(role, kind)
    opened = 0
    for name, one in LISTS.items():
        if getattr(desk.app.view_functions[name], ACCESS_MARK) not in acts_of(role, kind):
            continue
        opened += 1
        has_any = one.never_empty or Act.LOOK_UP_ANY in acts_of(role, kind)
        answer = ask(browser, one, q="zzzzz" if has_any else "")
        assert not read(answer.text).rows, one.path
        steps = next_steps(answer.text)
        assert steps, one.path
        for step in steps:
            _leads_somewhere(browser, one, step, answer.text)
    assert opened


def acts_of(role: str, kind: str) -> set[Act]:
    """Give what a role may do in a body of a kind."""
    return {act for act in Act if may(act, {role}, {kind})}


def _leads_somewhere(browser: FlaskClient, one: Listed, step: str, page: str) -> None:
    if step.startswith("#"):
        assert f'id="{step[1:]}"' in page, (one.path, step)
    else:
        path = one.path + step if step.startswith("?") else step
        assert browser.get(path, follow_redirects=True).status_code == 200, (one.path, step)
