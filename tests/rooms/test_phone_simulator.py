"""Phones by a bad network: what is acknowledged is there, once, as sent; nothing of others is seen.

A seed that fails stands in the name of the test.
"""

from random import Random

import pytest
from flask import Flask

from tests.builders import business, product
from tests.phone_simulator import Network, Simulated, enrolled, everything_once, run
from traceapp.web.endpoints import transaction

FEW, MANY = 3, 150
STEPS = 25


def simulate(app: Flask, seed: int, steps: int) -> list[Simulated]:
    random = Random(seed)
    network = Network(random)
    with transaction():
        lan, tung = business("HTX Hoàng Yến"), business("HTX Sơn Ca")
        products = {lan: product(lan, name="Rau Hoàng Yến"), tung: product(tung, name="Rau Sơn Ca")}
    owners = (lan, lan, tung)
    phones = [enrolled(app, by, products[by], network) for by in owners]
    run(phones, random, steps)
    everything_once(phones)
    for phone in phones:
        state = phone.phone.ask("GET", "/phones/me").get_json()
        assert (state["missing"], state["refused"]) == (0, [])
        snapshot = phone.phone.ask("GET", "/snapshot").get_json()
        # Whom goods can be handed to is public: the names of all that were let in.
        del snapshot["sections"]["receivers"]
        others = "Sơn Ca" if phone.phone.by is lan else "Hoàng Yến"
        assert others not in repr(snapshot)
        assert len(snapshot["sections"]["products"]) == 1
    return phones


@pytest.mark.parametrize("seed", range(FEW))
def test_phones_by_a_bad_network_lose_nothing(app: Flask, seed: int) -> None:
    phones = simulate(app, seed, STEPS)
    assert sum(len(phone.acknowledged) for phone in phones) == STEPS


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1000 + MANY))
def test_long_phones_by_a_bad_network_lose_nothing(app: Flask, seed: int) -> None:
    simulate(app, seed, 4 * STEPS)
