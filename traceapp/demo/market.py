"""The stall of the demo: a market stall whose lots by weight lie on it under one code."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.gs1.batch_code import StallCode
from traceapp.producers.models import Membership, Site
from traceapp.stalls import changing
from traceapp.stalls.queries import in_hand
from traceapp.web.pages import HANOI

STALL = "Quầy B12"
BY_WEIGHT = "kg"  # the unit of what is sold loose


def open_stall(now: datetime) -> None:
    """Open the stall and put on it what it has in hand by weight; its code is always the same."""
    site = db.session.scalars(select(Site).where(Site.name == STALL)).one()
    people = select(Membership.member_id).where(Membership.producer_id == site.producer_id)
    seller = db.session.scalars(people.order_by(Membership.member_id).limit(1)).one()
    by = (site.producer_id, seller)
    code = StallCode.from_digest(hashlib.sha256(site.site_id.bytes).digest())
    given = {"name": STALL, "site_id": str(site.site_id)}
    stall = changing.open_stall(by, given, now=now, code=code)
    today = now.astimezone(HANOI).date()
    for lot in in_hand(site.producer_id, today):
        if lot.uom == BY_WEIGHT:
            changing.put_on(by, stall.stall_id, lot.code, today=today, now=now)
