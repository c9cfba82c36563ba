"""The application factory: puts the rooms together."""

from flask import Flask
from flask_migrate import Migrate

from traceapp import cli
from traceapp.accounts import access as accounts_access
from traceapp.accounts import account_views, factor_views, own_number_views, security, token_views
from traceapp.accounts import views as accounts_views
from traceapp.admission import book_views, erasure, particulars_views, people_views
from traceapp.admission import desk_views as admission_desk
from traceapp.admission import views as admission_views
from traceapp.api import interface
from traceapp.batches import views as batches_views
from traceapp.batches.books import hand_offs
from traceapp.codes import audits
from traceapp.config import CHECKOUT, Config
from traceapp.database import engine
from traceapp.demo import queries as demo
from traceapp.demo import views as demo_views
from traceapp.desk import blueprints as desk
from traceapp.desk import menu
from traceapp.exchange import cleaner_views as cleaner_table_views
from traceapp.exchange import leaving
from traceapp.exchange import operations as exchange
from traceapp.exchange import views as exchange_views
from traceapp.findings import due, keeping
from traceapp.handoffs import reminders
from traceapp.handoffs import views as hand_off_answers
from traceapp.jobs import operations as jobs
from traceapp.jobs import views as jobs_views
from traceapp.jobs import wake
from traceapp.labels import prints, unit_views
from traceapp.labels import units as label_units
from traceapp.links import views as link_views
from traceapp.mail import operations as mail
from traceapp.phone import import_views as phone_imports
from traceapp.phone import (
    incomplete_views,
    kept_slips,
    note_views,
    push_views,
    refusal_views,
    slip_jobs,
    snapshot_views,
    sync_views,
    user_views,
    voice_views,
)
from traceapp.phone import label_views as phone_labels
from traceapp.phone import views as phone_views
from traceapp.photos import operations as photos
from traceapp.photos import views as photos_views
from traceapp.public import code_views, page_cache, units
from traceapp.public import views as public_views
from traceapp.purchasing import views as board_views
from traceapp.push import posting as push
from traceapp.push import telling as push_telling
from traceapp.recalls.goods import reach
from traceapp.recalls.notices import messages, telling
from traceapp.recalls.notices import pushing as recall_pushing
from traceapp.recalls.notices import reminders as recall_reminders
from traceapp.recalls.stops import telling as stop_telling
from traceapp.stalls import views as stall_views
from traceapp.statistics import views as statistics_views
from traceapp.upkeep import views as upkeep_views
from traceapp.voices import operations as voices
from traceapp.web import (
    access,
    bodies,
    headers,
    languages,
    navigation,
    pages,
    problems,
    request_log,
    same_site,
    sent_forms,
    static_text,
)
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks import views as webhook_views

EDGE = (
    *(headers, request_log, same_site, bodies, languages, problems, access, pages, static_text),
    *(sent_forms, accounts_access, token_views),
)
# Phones add routes of theirs to the interface.
INTERFACE = (interface, sync_views, snapshot_views, push_views, phone_labels, note_views)
ACCOUNT_PAGES = (accounts_views, account_views, own_number_views, factor_views)  # of one blueprint
PHONES = (phone_views, phone_imports, refusal_views, incomplete_views, voice_views, user_views)
MAX_BODY_BYTES = 26 * 1024 * 1024  # one photo of 25 MB and its form


def create_app(config: Config) -> Flask:
    """Build the application for these settings."""
    app = Flask("traceapp", static_folder=str(CHECKOUT / "static"), static_url_path="/static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    app.extensions["traceapp"] = config
    for room in EDGE:
        room.init_app(app)
    navigation.init_app(app, menu.SECTIONS, menu.may_open)
    engine.init_app(app, config.database_url)
    wake.init_app(app)
    _register_jobs()
    Migrate(app, engine.db, directory=str(CHECKOUT / "migrations"), render_as_batch=True)
    security.init_app(app, config)
    for views in (public_views, batches_views, photos_views, jobs_views, token_views):
        app.register_blueprint(views.blueprint)
    app.register_blueprint(code_views.codes_blueprint)
    for views in (stall_views, unit_views, board_views, exchange_views, cleaner_table_views):
        app.register_blueprint(views.blueprint)
    app.register_blueprint(particulars_views.blueprint)
    app.register_blueprint(hand_off_answers.blueprint)
    for views in (admission_views, admission_desk, people_views, book_views, demo_views):
        app.register_blueprint(views.blueprint)
    app.register_blueprint(ACCOUNT_PAGES[0].blueprint)
    for blueprint in desk.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for views in (*PHONES, webhook_views, statistics_views, link_views):
        app.register_blueprint(views.blueprint)
    INTERFACE[0].init_app(app)
    app.register_blueprint(upkeep_views.blueprint)
    _let_pages_ask(app)
    cli.init_app(app)
    page_cache.init_app(app)
    return app


def _let_pages_ask(app: Flask) -> None:
    """Name what rooms above that of the public pages know for them."""
    app.extensions[public_views.DEMO_IS_STALE] = demo.is_stale
    app.extensions[units.FIND] = label_units.printed
    app.extensions[units.LOTS] = label_units.lots_of


def _register_jobs() -> None:
    jobs.register(photos.RENDER, photos.render_job)
    jobs.register(voices.FORGET, voices.forget_job)
    jobs.register(mail.DELIVER, mail.deliver_job, jobs.Lane.LETTERS)
    jobs.register(erasure.CLEAN, erasure.clean_job)
    jobs.register(due.JUDGE, keeping.judge_shipment_job)
    jobs.register(exchange.FORGET, exchange.forget_job)
    jobs.register(leaving.MAKE, leaving.make_job)
    jobs.register(leaving.FORGET, leaving.forget_job)
    jobs.register(leaving.FORGET_MADE, leaving.forget_made_job)
    jobs.register(hand_offs.INDEX_ALL, hand_offs.index_all_job)
    jobs.register(hand_offs.REMIND, reminders.remind_job)
    jobs.register(reach.CATCH_UP, reach.catch_up_job)
    jobs.register(reach.TELL_JOINED, telling.tell_joined_job)
    jobs.register(stop_telling.TELL, stop_telling.tell_job)
    jobs.register(messages.WRITE, messages.write_job, jobs.Lane.PUSH)
    jobs.register(recall_reminders.REMIND, recall_reminders.remind_job)
    jobs.register(webhooks.DELIVER, webhooks.deliver_job, jobs.Lane.OUTWARD)
    jobs.register(prints.SEND, prints.send_job, jobs.Lane.OUTWARD)
    jobs.register(kept_slips.TAKE, slip_jobs.take_job)
    jobs.register(recall_pushing.TELL_PHONES, recall_pushing.tell_job, jobs.Lane.PUSH)
    jobs.register(push_telling.LOOK, push_telling.look_job, jobs.Lane.PUSH)
    jobs.register(push.SEND, push.send_job, jobs.Lane.PUSH)
    jobs.register(push.SEND_ELSEWHERE, push.send_job, jobs.Lane.PUSH_ELSEWHERE)
    jobs.register_daily(push_telling.DAILY_LOOK, push_telling.look_daily_job, push_telling.DAILY_AT)
    jobs.register_daily(audits.AUDIT, audits.audit_job, audits.DAILY_AT)
