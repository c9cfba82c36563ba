"""What a person took over from the last time is marked so, from the phone to the desk."""

import pytest
from flask import Flask

from tests.builders import Business, business
from tests.http.test_desk_steps import events, season_of
from tests.phones import phone_of, statuses
from tests.signing_in import signed_in
from traceapp.web.endpoints import transaction

MARK = "Như lần trước"


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


def test_a_step_copied_on_a_phone_says_so_at_the_desk(app: Flask, lan: Business) -> None:
    with transaction():
        season_id = str(season_of(lan))
    phone = phone_of(app, lan)
    desk = signed_in(app, lan)
    watered = {"plot_id": str(lan.plot_id), "season_id": season_id}
    first = phone.record("irrigate", fields={"water_source": "well"}, **watered)
    assert statuses(phone.results(first)) == [201]
    season = f"/desk/seasons/{season_id}?lang=vi"
    assert MARK not in desk.get(season).text
    again = phone.record("irrigate", fields={"water_source": "well"}, **watered)
    again["copied_from"] = first["event"]["id"]
    assert statuses(phone.results(again)) == [201]
    assert str(events()[-1].copied_from_event_id) == first["event"]["id"]
    assert desk.get(season).text.count(MARK) == 1
    assert statuses(phone.results(again)) == [200]


def test_a_copy_of_what_is_no_id_is_refused_where_it_stands(app: Flask, lan: Business) -> None:
    phone = phone_of(app, lan)
    wrong = phone.record("irrigate", fields={"water_source": "well"}) | {"copied_from": "x"}
    (result,) = phone.results(wrong)
    assert result["status"] == 422
    assert result["problem"]["errors"][0]["pointer"] == "/copied_from"
