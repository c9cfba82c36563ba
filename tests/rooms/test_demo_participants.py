"""Who takes part in the demo's programme: chains, twelve commitments, help."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import close, settings_for
from tests.http.on_sale import page
from traceapp.app import create_app
from traceapp.chains.models import ChainStep, Commitment, CommitmentStep, Support
from traceapp.chains.vocabulary import CHAINS
from traceapp.database.engine import db


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def test_twelve_establishments_signed_and_one_of_them_waits(demo: Flask) -> None:
    with demo.app_context():
        signed = db.session.scalars(select(Commitment.producer_id)).all()
        steps = Counter(db.session.scalars(select(CommitmentStep.state)))
        members = set(db.session.scalars(select(ChainStep.producer_id)))
        helped = db.session.scalars(select(Support.producer_id)).all()
    assert len(signed) == len(set(signed)) == 12
    assert steps == {"accepted": 11}
    assert set(signed) < members
    assert len(helped) == 3


def test_everybody_reads_who_is_in_which_chain(demo: Flask) -> None:
    reader = demo.test_client()
    said = {chain: page(reader, f"/programme/chains/{chain}") for chain in CHAINS}
    assert "Bãi Xanh" in said["safe_food"]
    assert "Phú Vinh" in said["craft_village"]
    assert "Vạn Phúc" in said["textile_fashion"]
    assert "Phú Vinh" not in said["safe_food"]


def test_the_page_of_a_year_leads_to_everybody_who_took_part_in_it(demo: Flask) -> None:
    reader = demo.test_client()
    assert "Who took part (16)" in page(reader, "/programme/2026?lang=en")
    assert "Nobody was in a chain in this year" in page(reader, "/programme/2021?lang=en")
    table = reader.get("/programme/2026/participants?format=csv&lang=en").text.splitlines()
    assert len(table) == 1 + 16
    (basket,) = (line for line in table if "Phu Vinh" in line)
    assert "Craft villages, since " in basket
    assert basket.count("/2026") == 2, "it joined and signed in this year"
    assert reader.get("/programme/1999/participants").status_code == 404
