"""A reason that is longer than is kept is refused with the limit, and stays as it was typed."""

import re

from flask import Flask
from sqlalchemy import func, select

from tests.builders import Business
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import desk, issued, office, posted, trade
from tests.http.test_stopped_sales import colleague
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.recalls.case_models import RecallAct
from traceapp.recalls.effectiveness_models import RecallSampleFinding

__all__ = ["office", "trade"]

LONGEST = 2000
ENDING = "hết."
TOO_LONG = "x" * (LONGEST - 3) + ENDING
FITS = TOO_LONG[1:]


def acts(kind: str) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(RecallAct.reason).where(RecallAct.kind == kind)))


def test_a_reason_to_release_is_kept_whole_or_refused(
    app: Flask, trade: Trade, office: Business
) -> None:
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))
    status, told = posted(app, office, f"{case}/ask", do="release", reason=TOO_LONG)
    assert (status, acts("release")) == (422, [])
    assert f"{LONGEST:,}".replace(",", "") in told.replace(".", "")
    assert f"{ENDING}</textarea>" in told
    assert posted(app, office, f"{case}/ask", do="release", reason=FITS)[0] == 303
    assert acts("release") == [FITS]
    second = colleague(office, "officer")
    (way,) = re.findall(rf'action="({case}/acts/[^"]+)"', desk(app, second, case))
    for do in ("agree", "withdraw"):
        status, told = posted(app, second, way, do=do, reason=TOO_LONG)
        assert (status, acts(do)) == (422, [])
        assert f"{ENDING}</textarea>" in told
    assert posted(app, second, way, do="withdraw", reason=FITS)[0] == 303
    assert acts("withdraw") == [FITS]


def test_a_note_of_a_visit_is_kept_whole_or_refused(
    app: Flask, trade: Trade, office: Business
) -> None:
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))
    posted(app, office, f"{case}/sample", size="5")
    way = re.findall(rf'action="({case}/sample/[^"]+)"', desk(app, office, case))[0]
    status, told = posted(app, office, way, found="taken_away", note=TOO_LONG)
    assert status == 422
    assert f"{ENDING}</textarea>" in told
    assert told.count('class="error"') == 1
    db.session.rollback()
    assert not db.session.scalar(select(func.count()).select_from(RecallSampleFinding))
    assert posted(app, office, way, found="taken_away", note=FITS)[0] == 303
    db.session.rollback()
    assert db.session.scalars(select(RecallSampleFinding.note)).all() == [FITS]
