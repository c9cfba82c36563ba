"""Open statistics: what is counted, kept for five minutes, drawn, and given as CSV."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import business
from tests.conftest import AppMaker, close, settings_for
from tests.http.on_sale import finished, page
from traceapp.app import create_app
from traceapp.network import programme_queries
from traceapp.network.programme_queries import Mean
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.statistics import queries, tables, views
from traceapp.statistics.bars import Bar, draw
from traceapp.web.csv_text import FORMULA_STARTS
from traceapp.web.endpoints import transaction

NAMES = ("producers", "lots", "pages", "drills", "programme", "changes")


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def rows(app: Flask, name: str, language: str = "vi") -> list[list[str]]:
    answer = app.test_client().get(f"/statistics/{name}.csv?lang={language}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_page_and_files_of_the_demo_say_the_same_in_both_languages(demo: Flask) -> None:
    for language, word in (("vi", "Số liệu mở"), ("en", "Open statistics")):
        said = page(demo.test_client(), f"/statistics?lang={language}", language=language)
        assert word in said
        for name in NAMES:
            heads, *lines = rows(demo, name, language)
            for line in lines:
                assert len(line) == len(heads)
                assert f'data-label="{heads[0]}">{line[0]}</td>' in said
                assert not line[0].startswith(FORMULA_STARTS)
    assert rows(demo, "producers", "vi")[0] != rows(demo, "producers", "en")[0]


def test_the_programme_of_the_demo_is_that_of_its_own_page(demo: Flask) -> None:
    _heads, *lines = rows(demo, "programme")
    with demo.app_context():
        computed = programme_queries.computed_by_year()
    assert [(int(line[0]), int(line[1])) for line in lines] == [
        (year, computed[year].done) for year in sorted(computed, reverse=True)
    ]


def test_beside_each_mean_stands_of_how_many_figures_it_is(demo: Flask) -> None:
    heads, *lines = rows(demo, "changes", "en")
    assert heads[2:4] == ["Mean change, checked (%)", "Figures checked"]
    assert heads[4:] == ["Mean change, all (%)", "Figures in all"]
    with demo.app_context():
        computed = programme_queries.computed_by_year()
    assert lines == [
        [
            *(str(year), INDICATOR_KINDS[one.kind]),
            *(cell for mean in (one.checked, one.said) for cell in _of(mean)),
        ]
        for year, found in sorted(computed.items(), reverse=True)
        for one in found.changes
    ]
    assert any(int(line[3]) for line in lines)


def _of(mean: Mean) -> tuple[str, str]:
    return "" if mean.change is None else str(mean.change), str(mean.count)


def test_every_table_with_numbers_is_drawn(demo: Flask) -> None:
    said = page(demo.test_client(), "/statistics")
    for name in NAMES:
        if rows(demo, name)[1:]:
            assert f'aria-labelledby="{name}-t {name}-d"' in said, name
    first = tables.shown(Decimal(rows(demo, "changes")[1][2]))
    assert f"{first.replace('.', ',')}</text>" in said


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app()


def test_an_empty_installation_has_nothing_to_count_and_no_drawing(app: Flask) -> None:
    said = page(app.test_client(), "/statistics")
    assert "Chưa có gì để đếm" in said
    assert '<svg class="bars"' not in said


def test_it_is_counted_again_after_five_minutes_and_not_before(app: Flask) -> None:
    start = datetime(2026, 11, 29, 5, tzinfo=UTC)
    with app.app_context():
        assert views.counted(start).lots == 0
    with app.app_context(), transaction():
        lan = business("Lan", kinds=("farm", "coop"), role="owner")
        finished(lan)
    with app.app_context():
        before = views.counted(start + timedelta(minutes=5, microseconds=-1))
        assert (before.lots, before.at) == (0, start)
        after = views.counted(start + timedelta(minutes=5))
        assert (after.lots, after.codes_in_use, after.producers) == (1, 1, 1)
        assert after.producers_by_kind == {"farm": 1, "coop": 1}
        assert after == queries.count(after.at)


def test_the_share_of_live_pages_is_told_with_the_day_of_the_audit_in_hanoi(app: Flask) -> None:
    at = datetime(2026, 11, 29, 21, 10, tzinfo=UTC)  # 04:10 of the 30th in Hanoi
    with app.app_context():
        nothing = queries.count(at)
        counted = replace(nothing, pages=queries.LivePages(asked=29, live=28, at=at))
    with app.test_request_context():
        (pages,) = (one for one in tables.tables(counted) if one.name == "pages")
        said = [tables.shown(cell) for cell in (pages.rows[-1][1], Decimal("96.5"), None)]
        drawn = [(bar.written, bar.length) for bar in pages.bars]
    assert pages.rows[-1][1] == Decimal("96.5")
    assert drawn == [("29", 1), ("28", 28 / 29), ("96,5", 0.965)]  # the share out of all
    assert said == ["96,5", "+96,50\N{NO-BREAK SPACE}%", "–"]  # a change alone has a sign
    assert "30/11/2026" in pages.source


def test_every_open_page_is_found_from_the_first_one(app: Flask) -> None:
    first = page(app.test_client(), "/")
    for path in ("/programme", "/links", "/board", "/statistics"):
        assert f'href="{path}"' in first


def test_a_table_that_is_none_is_not_found(app: Flask) -> None:
    for name in ("all", "producers.csv", "..", "Producers"):
        assert app.test_client().get(f"/statistics/{name}.csv").status_code == 404


def test_bars_are_as_long_as_their_numbers_and_words_stay_text() -> None:
    numbers = {"A <i>": 200, "B": 50, "C": 1, "D": 0}
    bars = [Bar(words, str(number), number / 200) for words, number in numbers.items()]
    drawn = draw("x", "Việc <b>", bars)
    lengths = re.findall(r'<rect x="0" y="\d+" width="(\d+)"', drawn)
    assert lengths == ["320", "80", "2", "0"]
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "A &lt;i&gt;: 200; B: 50" in drawn
    changes = [Bar("Less", "-10", -1, True), Bar("More", "+2", 0.2, True)]
    drawn = draw("x", "t", changes)  # from the middle, each to its side
    parts = re.findall(r'<rect(?: class="(more)")? x="(\d+)" y="\d+" width="(\d+)"', drawn)
    assert parts == [("", "0", "160"), ("more", "160", "32")]
    assert drawn.count('class="middle" d="M160 ') == len(changes)
    assert draw("x", "t", []) == draw("x", "t", [Bar("A", "0", 0)]) == ""
