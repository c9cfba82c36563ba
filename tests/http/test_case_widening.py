"""Widening a recall at the desk: what was typed stays when refused, each fault at its field."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import code, issued, office, posted, trade
from tests.http.test_recall_kin import harvested
from tests.http.test_stopped_sales import colleague
from tests.trade import Trade
from traceapp.codes.models import RecalledBatch
from traceapp.database.engine import db

__all__ = ["code", "office", "trade"]

WHY = "Cùng thùng <rửa>"


@pytest.fixture
def other(trade: Trade) -> str:
    """Give the code of another lot of Minh's."""
    return code_of(*harvested(trade.minh, "CN-9"))


@pytest.fixture
def case(app: Flask, office: Business, code: str) -> str:
    return issued(app, office, code)


def reached() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(RecalledBatch.batch_id)).all())


def beside(told: str, field: str) -> str:
    """Give what stands below a field that is marked as wrong."""
    found = re.search(rf'<div id="{field}-words">(.*?)</div>', told, re.DOTALL)
    assert found is not None, field
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', told), field
    return unescape(found[1])


@pytest.mark.parametrize("wrong", ["0000000000", "không có", "1234"])
def test_a_wrong_code_keeps_the_reason_and_says_so_beside_it(
    app: Flask, office: Business, case: str, wrong: str
) -> None:
    before = reached()
    status, told = posted(app, office, f"{case}/widen", code=wrong, why=WHY)
    assert status == 422
    assert 'class="error"' in beside(told, "f-code")
    assert f'value="{wrong}"' in told
    assert "Cùng thùng &lt;rửa&gt;</textarea>" in told
    assert '<details class="card" open>' in told
    assert reached() == before


def test_an_empty_reason_keeps_the_code(
    app: Flask, office: Business, case: str, other: str
) -> None:
    status, told = posted(app, office, f"{case}/widen", code=other, why="  ")
    assert status == 422
    assert 'class="error"' in beside(told, "f-why")
    assert f'value="{other}"' in told
    assert 'id="f-code" name="code" required aria-invalid' not in told


def test_both_faults_are_told_at_once_and_none_at_the_form_that_ends_the_case(
    app: Flask, office: Business, case: str
) -> None:
    told = posted(app, office, f"{case}/widen", code="", why="")[1]
    assert beside(told, "f-code") == beside(told, "f-why")
    assert not re.search(r'id="f-reason"[^>]*aria-invalid', told)


def test_a_lot_of_others_is_to_an_owner_what_a_lot_nobody_made_is(
    app: Flask, trade: Trade, code: str
) -> None:
    theirs = code_of(*harvested(trade.hoa, "CANH-1"))
    owner = colleague(trade.minh, "owner")
    path = f"{issued(app, owner, code)}/widen"
    foreign = posted(app, owner, path, code=theirs, why="x")
    nowhere = posted(app, owner, path, code="0000000000", why="x")
    assert (foreign[0], nowhere[0]) == (422, 422)
    assert beside(foreign[1], "f-code") == beside(nowhere[1], "f-code")


def test_one_more_lot_is_reached(app: Flask, office: Business, case: str, other: str) -> None:
    before = reached()
    assert posted(app, office, f"{case}/widen", code=f"/B/{other}", why=WHY)[0] == 303
    assert reached() == before + 1
