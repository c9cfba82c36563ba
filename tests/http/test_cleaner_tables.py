"""Tables of cleaner production at the desk: looked at first, brought in when asked, by whom."""

import io
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.builders import business
from tests.http.test_assessments import Case, case
from tests.signing_in import form
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.exchange.columns import KINDS, MOST_CLEANER_ROWS
from traceapp.network.models import CleanerAssessment, CleanerIndicator, CleanerMeasure
from traceapp.network.vocabulary import INDICATOR_KINDS, MEASURE_KINDS, METHODS
from traceapp.web.endpoints import transaction

__all__ = ["case"]

FRONT = "/desk/assessments/tables"
ASSESSMENTS = (
    "Mã của bạn,Cơ sở,Tính trên một,Phần chưa xét tới\r\nSXSH-2026-01,HTX Lan,giỏ G-12,Kho\r\n"
)
HEADER = "Mã của bạn,Cơ sở,Loại,Chỉ tiêu,Trước,Đơn vị trước,Nay,Đơn vị nay\r\n"
FIGURES = (
    f'{HEADER}S1,HTX Lan,Năng lượng,Điện,"0,8",kWh/giỏ,"0,75",kWh/giỏ\r\n'
    'S2,HTX Lan,Nguyên liệu,Mây,"1,2",kg/giỏ,"1,1",tạ/giỏ\r\n'
    'S3,HTX Mai,Nguyên liệu,Mây,"1,2",kg/giỏ,"1,1",kg/giỏ\r\n'
)


def send(case: Case, by: FlaskClient, content: str | bytes, kind: str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    data = form(case.app, kind=kind, file=(io.BytesIO(raw), "bảng.csv"))
    return by.post(FRONT, data=data, content_type="multipart/form-data")


def count(case: Case, table: type) -> int:
    with case.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def brought_in(case: Case, by: FlaskClient, content: str | bytes, kind: str) -> None:
    address = send(case, by, content, kind).location
    assert by.post(address, data=form(case.app, do="all")).status_code == 303


def test_a_table_with_faults_says_them_at_their_cells_in_the_readers_language(case: Case) -> None:
    brought_in(case, case.officer, ASSESSMENTS, "assessments")
    address = send(case, case.officer, FIGURES, "figures").location
    said = case.officer.get(address).text
    for words in (
        *("Đơn vị nay", "Trước và nay khác đơn vị", "Ở đây không có cơ sở nào tên “HTX Mai”."),
        *("<b>1</b> mới", "<b>2</b> có lỗi"),
    ):
        assert words in said
    english = case.officer.get(f"{address}?lang=en").text
    assert "Before and after are in different units" in english
    assert "“HTX Mai” is no establishment here." in english
    assert "3,Đơn vị nay" in case.officer.get(f"{address}/faults.csv?lang=vi").text
    assert 'value="good"' not in said
    assert "Sửa tệp rồi gửi lại" in said
    for do in ("all", "good"):
        assert case.officer.post(address, data=form(case.app, do=do)).status_code == 422
        assert count(case, CleanerIndicator) == 0
    good = FIGURES[: FIGURES.index("S2")]
    brought_in(case, case.officer, good, "figures")
    brought_in(case, case.officer, good, "figures")
    assert count(case, CleanerIndicator) == 1
    with case.app.app_context():
        acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {"import.assessments", "import.figures", "indicator.recorded"} <= acts


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("file_form", ["csv", "xlsx"])
def test_the_examples_of_the_templates_come_in_one_after_the_other(
    case: Case, language: str, file_form: str
) -> None:
    with case.app.app_context(), transaction():
        business("Xưởng mây tre")
    for kind in ("assessments", "measures", "figures"):
        file = case.officer.get(f"{FRONT}/{kind}.{file_form}?lang={language}").data
        brought_in(case, case.officer, file, kind)
    tables = (CleanerAssessment, CleanerMeasure, CleanerIndicator)
    assert [count(case, table) for table in tables] == [1, 1, 1]


def test_an_establishment_brings_in_measures_and_figures_of_its_own(case: Case) -> None:
    brought_in(case, case.officer, ASSESSMENTS, "assessments")
    front = case.owner.get(FRONT).text
    assert 'value="figures"' in front
    assert 'value="assessments"' not in front
    assert send(case, case.owner, ASSESSMENTS, "assessments").status_code == 422
    assert case.owner.get(f"{FRONT}/assessments.csv").status_code == 404
    brought_in(case, case.owner, FIGURES.partition("S2")[0], "figures")
    address = send(case, case.owner, FIGURES, "figures").location
    assert case.officer.get(address).status_code == 404
    assert "“HTX Mai” không phải cơ sở của bạn." in case.owner.get(address).text


def test_who_writes_in_no_assessment_finds_no_tables(case: Case) -> None:
    assert case.app.test_client().get(FRONT).status_code == 303
    for kind in ("products", "people"):
        assert case.officer.get(f"{FRONT}/{kind}.csv").status_code == 404
        assert case.officer.get(f"{FRONT}/{kind}/{'0' * 64}").status_code == 404
        assert send(case, case.officer, ASSESSMENTS, kind).status_code == 422
    assert case.officer.get("/desk/import/measures.csv").status_code == 404
    assert case.owner.get("/desk/import/measures.csv").status_code == 404


@pytest.mark.parametrize(
    ("kind", "column", "words"),
    [
        ("measures", "kind", MEASURE_KINDS),
        ("figures", "kind", INDICATOR_KINDS),
        ("figures", "method", METHODS),
    ],
)
def test_cells_take_every_word_of_the_forms(
    case: Case, kind: str, column: str, words: Mapping[str, str]
) -> None:
    (read,) = (one.read for one in KINDS[kind].columns if one.name == column)
    for key, english in words.items():
        assert read(key) == read(english) == key
        with case.app.app_context(), force_locale("vi"):
            assert read(gettext(english)) == key


def test_a_table_that_would_keep_others_waiting_is_divided(case: Case) -> None:
    row = 'S,HTX Lan,Năng lượng,Điện,"0,8",kWh/giỏ,"0,75",kWh/giỏ\r\n'
    answer = send(case, case.officer, HEADER + row * (MOST_CLEANER_ROWS + 1), "figures")
    assert answer.status_code == 422
    assert f"hơn {MOST_CLEANER_ROWS} hàng" in answer.text
