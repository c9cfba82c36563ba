"""An authority asks a producer to explain: who may, the timer of both sides, and what is public."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page
from tests.http.reported import ANSWERED, ASKED, Case, at_desk, reported
from tests.lan import a_picture
from tests.signing_in import form
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.mail.operations import DELIVER
from traceapp.photos.models import PhotoRendition
from traceapp.producers.models import Producer
from traceapp.public.operations import receive_report
from traceapp.questions import operations, queries
from traceapp.questions.models import Question, QuestionAnswer, QuestionPhoto
from traceapp.questions.queries import QuestionState
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

HOUR = timedelta(hours=1)
PHOTOS = select(QuestionPhoto.photo_sha256)
JSON = {"Accept": "application/json"}
MAIL = {"SMTP_URL": "smtp://localhost:2525", "MAIL_FROM": "traceapp@example.vn"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation that may post letters; each request has a context of its own."""
    return make_app(**MAIL)


@pytest.fixture
def case(app: Flask) -> Case:
    """Lan's lot that somebody reported."""
    return reported(app)


def test_an_officer_asks_from_a_report_the_producer_answers_and_both_see_the_timer(
    case: Case,
) -> None:
    of_report = f"/desk/reports/{case.report.number}"
    (ask_path,) = re.findall(r'href="([^"]+/questions/new[^"]*)"', page(case.officer, of_report))
    asking = page(case.officer, ask_path.replace("&amp;", "&"))
    assert "miến mốc" in asking
    assert case.ask() == 303
    assert "/questions/new" not in page(case.officer, of_report)  # one at a time
    places = (of_report, "/desk/reports", f"/desk/batches/{case.code}", case.path, "/desk")
    for reader in (case.officer, case.owner):
        for place in places[: 4 if reader is case.officer else 5]:
            assert "Còn 23 giờ" in page(reader, place) or place == "/desk", place
    assert "đề nghị bạn giải trình về lô CN-01" in page(case.owner, "/desk")
    assert "giải trình về lô" not in page(case.officer, "/desk")
    assert case.answer(ANSWERED) == 303
    for reader in (case.officer, case.owner):
        assert ANSWERED in page(reader, case.path)
        for place in places[:4]:
            assert "Đã trả lời đúng hạn" in page(reader, place), place
    assert "giải trình về lô" not in page(case.owner, "/desk")


def test_who_may_not_ask_or_read_finds_nothing(case: Case) -> None:
    with case.app.app_context(), transaction():
        minh = business("Minh", role="owner")
    others = [
        case.member("inspector", case.office),
        case.owner,
        case.member("field_worker", case.lan),
        at_desk(case.app, minh),
    ]
    path = f"/desk/batches/{case.code}/questions/new"
    for reader in others:
        assert reader.get(path).status_code == 404
        assert case.ask(by=reader) == 404
    assert case.ask() == 303
    for reader in (others[0], *others[2:]):
        assert reader.get(case.path).status_code == 404
        assert case.answer("x", by=reader) == 404
        assert ASKED not in reader.get(f"/desk/batches/{case.code}").text
    assert case.app.test_client().get(case.path).status_code == 303
    assert case.answer("Tôi trả lời thay", by=case.officer) == 404
    assert case.officer.get(f"/desk/questions/{uuid4()}").status_code == 404
    assert case.member("clerk", case.lan).get(case.path).status_code == 200


def test_a_form_sent_twice_asks_once_and_a_second_officer_is_told(case: Case) -> None:
    twice = str(uuid4())
    assert (case.ask(id=twice), case.ask(id=twice)) == (303, 303)
    second = case.member("officer", case.office)
    assert case.ask(by=second) == 422
    with case.app.app_context():
        assert len(db.session.scalars(select(Question)).all()) == 1
        letters = select(Job.payload).where(Job.kind == DELIVER)
        (letter,) = db.session.scalars(letters)
        acts = select(AuditEntry.producer_id, AuditEntry.act)
        books = db.session.execute(acts.where(AuditEntry.act == "question.asked")).all()
    assert case.path in letter
    assert "lan@example.vn" in letter
    assert sorted(books) == sorted(
        (producer_id, "question.asked")
        for producer_id in (case.lan.producer_id, case.office.producer_id)
    )


def test_an_id_that_is_another_questions_is_not_found(case: Case) -> None:
    twice = str(uuid4())
    assert case.ask(id=twice) == 303
    values = form(case.app, id=twice, text="khác")
    path = f"/desk/batches/{case.code}/questions/new"
    assert case.officer.post(path, data=values).status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "a\x00b"])
def test_what_is_no_question_or_answer_is_shown_again(case: Case, text: str) -> None:
    assert case.ask(text) == 422
    assert case.ask("x" * 2000) == 303
    assert case.answer(text) == 422
    assert case.answer("x" * 2000) == 303


def test_what_was_typed_stays_beside_the_fault(case: Case) -> None:
    path = f"/desk/batches/{case.code}/questions/new"
    values = form(case.app, id="no id", text="Tại sao?")
    answer = case.officer.post(path, data=values)
    assert answer.status_code == 422
    assert "Tại sao?</textarea>" in answer.text


def test_a_report_about_another_lot_or_none_is_not_found(case: Case) -> None:
    with case.app.app_context(), transaction():
        theirs = finished(business("Minh"), "M-1")
        told = {"code": f"B/{theirs}", "kind": "other", "text": "khác", "area": None}
        now = datetime.now(UTC)
        other = receive_report(told, language="vi", now=now, is_demo=False)
        no_code = receive_report(told | {"code": None}, language="vi", now=now, is_demo=False)
    for number in (other.number, no_code.number, "BS-0000-00"):
        path = f"/desk/batches/{case.code}/questions/new?report={number}"
        values = form(case.app, id=str(uuid4()), text="?")
        assert case.officer.get(path).status_code == 404
        assert case.officer.post(path, data=values).status_code == 404


def test_two_colleagues_answer_once(case: Case) -> None:
    assert case.ask() == 303
    assert (case.answer(ANSWERED), case.answer(ANSWERED)) == (303, 303)
    clerk = case.member("clerk", case.lan)
    values = form(case.app, text="Tôi nói khác")
    late = clerk.post(case.path, data=values)
    assert late.status_code == 422
    assert "Một đồng nghiệp" in late.text
    with case.app.app_context():
        assert db.session.scalars(select(QuestionAnswer.text)).all() == [ANSWERED]
        acts = db.session.scalars(select(AuditEntry.act)).all()
    assert acts.count("question.answered") == 2  # in the book of either side


def test_a_late_answer_is_taken_and_marked_and_the_officer_is_told_of_the_silence(
    case: Case,
) -> None:
    case.asked_ago(27 * HOUR + timedelta(minutes=5))
    for reader in (case.officer, case.owner):
        assert "Chưa trả lời, quá hạn 3 giờ" in page(reader, case.path)
    assert "HTX Lan phải giải trình về lô CN-01" in page(case.officer, "/desk")
    assert "đề nghị bạn giải trình" in page(case.owner, "/desk")
    case.asked_ago(timedelta(0))  # the time is over: it may be asked again
    with case.app.app_context():
        (first,) = [one for one in queries.of_batch(case.batch) if one.answer_by < now()]
    path = f"/desk/questions/{first.ref.id}"
    assert case.owner.post(path, data=form(case.app, text=ANSWERED)).status_code == 303
    for reader in (case.officer, case.owner):
        assert "Đã trả lời, muộn 3 giờ" in page(reader, path)
    assert "phải giải trình" not in page(case.officer, "/desk")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("answered", "asked", "state"),
    [
        (None, 24 * HOUR, QuestionState.RUNNING),
        (None, 24 * HOUR + timedelta(microseconds=1), QuestionState.OVERDUE),
        (24 * HOUR, 48 * HOUR, QuestionState.ANSWERED),
        (24 * HOUR + timedelta(microseconds=1), 48 * HOUR, QuestionState.ANSWERED_LATE),
    ],
)
def test_the_last_moment_is_in_time(
    case: Case, answered: timedelta | None, asked: timedelta, state: QuestionState
) -> None:
    start = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    by = Ref(case.office.producer_id, case.office.actor.member_id)
    with case.app.app_context(), transaction():
        given = {"id": uuid4(), "text": ASKED}
        question_id = operations.ask(case.batch, given, by, report_id=None, now=start)
        question = Ref(case.lan.producer_id, question_id)
        if answered is not None:
            lan = Ref(case.lan.producer_id, case.lan.actor.member_id)
            operations.answer(question, ANSWERED, lan, now=start + answered)
        (found,) = queries.of_batch(case.batch)
        assert found.answer_by == start + 24 * HOUR
        assert found.state(start + asked) is state


def public_pages(case: Case) -> Mapping[str, str]:
    """Give all that anybody may read of the lot and its producer."""
    reader = case.app.test_client()
    paths = [f"/B/{case.code}", f"/B/{case.code}/chain", f"/B/{case.code}/report"]
    paths += re.findall(r'href="(/P/[^"]+)"', page(reader, paths[0]))
    found = {path: without_random(page(reader, path)) for path in paths}
    return found | {"json": reader.get(f"/B/{case.code}", headers=JSON).text}


def without_random(text: str) -> str:
    """Leave out what differs each time: nonces and forms' tokens."""
    return re.sub(r'(nonce|value)="[^"]*"', "", text)


def test_nothing_of_a_question_is_public_before_its_time_after_it_or_when_it_is_answered(
    case: Case,
) -> None:
    before = public_pages(case)
    assert case.ask() == 303
    assert public_pages(case) == before
    assert case.answer(ANSWERED) == 303
    assert public_pages(case) == before
    case.asked_ago(30 * HOUR)
    assert public_pages(case) == before
    for text in before.values():
        assert ASKED not in text
        assert "miến mốc" not in text


def test_the_reporter_reads_that_the_producer_was_asked_and_until_when_and_no_more(
    case: Case,
) -> None:
    link, reporter = f"/reports/{case.report.token}", case.app.test_client()
    assert "giải trình" not in page(reporter, link)
    assert case.ask() == 303
    assert case.answer(ANSWERED) == 303
    with case.app.app_context():
        (asked,) = queries.of_batch(case.batch)
    said = page(reporter, link)
    assert "Cơ sở đã được yêu cầu giải trình lúc" in said
    assert ASKED not in said
    assert ANSWERED not in said
    told = reporter.get(link, headers=JSON)
    assert ASKED not in told.text
    assert ANSWERED not in told.text
    assert told.get_json()["producer_asked"] == [
        {"asked_at": asked.asked_at.isoformat(), "answer_by": asked.answer_by.isoformat()}
    ]


def test_questions_and_answers_are_never_changed(case: Case) -> None:
    assert case.ask() == 303
    assert case.answer(ANSWERED) == 303
    for table in (Question, QuestionAnswer):
        with case.app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).update({"text": "khác"})
        with case.app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).delete()


def test_what_is_asked_and_answered_stays_text(case: Case) -> None:
    assert case.ask("<script>alert(1)</script>") == 303
    assert case.answer("<b>không</b>") == 303
    for reader in (case.officer, case.owner):
        said = page(reader, case.path)
        assert "<script>alert" not in said
        assert "<b>không" not in said


def test_no_letter_is_posted_where_no_address_is_known(case: Case) -> None:
    with case.app.app_context(), transaction():
        db.session.get_one(Producer, case.lan.producer_id).email = None
    assert case.ask() == 303
    with case.app.app_context():
        assert db.session.scalars(select(Job).where(Job.kind == DELIVER)).all() == []


def test_photos_of_an_answer_are_seen_by_either_side_and_nobody_else(case: Case) -> None:
    assert case.ask() == 303
    typed = form(case.app, text=ANSWERED, photo=[photo("green"), photo("blue")])
    assert case.owner.post(case.path, data=typed).status_code == 303
    assert "Ảnh 2 đang được xử lý" in page(case.officer, case.path)
    with case.app.app_context():
        Runner(case.app, now).run_due()
        pictures = [f"{case.path}/photos/{one.hex()}" for one in db.session.scalars(PHOTOS)]
    assert len(pictures) == 2
    for reader in (case.officer, case.owner):
        said = page(reader, case.path)
        for path in pictures:
            assert f'src="{path}"' in said
            answer = reader.get(path)
            assert answer.status_code == 200
            assert (answer.mimetype or "").startswith("image/")
            assert answer.headers["Cache-Control"] == "private, no-store"
    with case.app.app_context(), transaction():
        minh = business("Minh", role="owner")
        renditions = db.session.scalars(select(PhotoRendition.file_name)).all()
    for reader in (at_desk(case.app, minh), case.member("field_worker", case.lan)):
        assert [reader.get(path).status_code for path in pictures] == [404, 404]
    stranger = case.app.test_client()
    assert {stranger.get(f"/media/{name}").status_code for name in renditions} == {404}
    assert case.officer.get(f"{case.path}/photos/{'0' * 64}").status_code == 404


def test_a_photo_outlives_a_fault_and_none_is_kept_that_is_no_picture(case: Case) -> None:
    assert case.ask() == 303
    first = case.owner.post(case.path, data=form(case.app, text="", photo=photo("green")))
    assert first.status_code == 422
    (kept,) = re.findall(r'name="photos" value="([0-9a-f]{64})"', first.text)
    broken = {"text": ANSWERED, "photos": kept, "photo": (io.BytesIO(b"no picture"), "a.png")}
    again = case.owner.post(case.path, data=form(case.app, **broken))
    assert again.status_code == 422
    assert f"{ANSWERED}</textarea>" in again.text
    assert kept in again.text
    sent = form(case.app, text=ANSWERED, photos=kept)
    assert case.owner.post(case.path, data=sent).status_code == 303
    with case.app.app_context():
        assert [one.hex() for one in db.session.scalars(PHOTOS)] == [kept]


@pytest.mark.parametrize("photos", [["0" * 64], ["../x"], ["0" * 63 + "\n"], ["ab" * 32] * 7])
def test_what_is_no_photo_of_the_producer_is_refused(case: Case, photos: list[str]) -> None:
    assert case.ask() == 303
    typed = form(case.app, text=ANSWERED, photos=photos)
    assert case.owner.post(case.path, data=typed).status_code == 422
    with case.app.app_context():
        assert db.session.scalars(select(QuestionAnswer)).all() == []


def test_an_answer_bears_six_photos_at_most(case: Case) -> None:
    assert case.ask() == 303
    colours = ("red", "green", "blue", "white", "black", "yellow", "pink")
    typed = form(case.app, text=ANSWERED, photo=[photo(one) for one in colours])
    answer = case.owner.post(case.path, data=typed)
    assert answer.status_code == 422
    kept = re.findall(r'name="photos" value="([0-9a-f]{64})"', answer.text)
    assert len(kept) == 7
    sent = form(case.app, text=ANSWERED, photos=kept[1:])
    assert case.owner.post(case.path, data=sent).status_code == 303


def photo(colour: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_picture(colour)), f"{colour}.png"
