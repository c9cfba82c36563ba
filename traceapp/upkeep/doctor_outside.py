"""Checks of what lies outside: the public address, its clock, and the mail server."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select

from traceapp.config import LOOPBACK_HOSTS
from traceapp.database.engine import db
from traceapp.mail.server import MailError, Server
from traceapp.push import keys
from traceapp.push.models import PushSubscription
from traceapp.upkeep.places import Place
from traceapp.upkeep.verdict import Level, Verdict

TIMEOUT_S = 5
CLOCK_SLACK = timedelta(seconds=10)


def public_url(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Ask the printed address as a shopper would, and compare clocks."""
    config = place.config
    if config.is_open_to_the_world:
        yield Verdict("PUBLIC_URL", "ok", config.public_url)
    else:
        hint = "Set PUBLIC_URL=https://your.host: until then every label carries MẪU."
        yield Verdict("PUBLIC_URL", "warn", config.public_url, "" if config.demo else hint)
    here = urlsplit(config.public_url).hostname in LOOPBACK_HOSTS
    try:
        with urllib.request.urlopen(f"{config.public_url}/healthz", timeout=TIMEOUT_S) as answer:  # noqa: S310 - Config takes http and https only
            told, date = json.load(answer), answer.headers["Date"]
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        hint = "Look at the name (DNS), the certificate, the proxy, and whether the server runs."
        yield Verdict("its answer", "warn" if here else "fail", f"none: {error}", hint)
        return
    if not isinstance(told, dict) or told.get("database") != db.engine.dialect.name:
        hint = "Another program or another installation answers at this address."
        yield Verdict("its answer", "fail", "not this installation", hint)
        return
    yield Verdict("its answer", "ok", f"database {told['status']}, worker {told['worker']}")
    away = abs(parsedate_to_datetime(date) - datetime.now(UTC)) if date else timedelta(0)
    level: Level = "ok" if away < CLOCK_SLACK else "warn"
    hint = "" if level == "ok" else "Let this machine keep time: timedatectl set-ntp true"
    yield Verdict("its clock", level, f"{away.total_seconds():.0f} s from ours", hint)


def mail(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Greet the mail server, without sending anything."""
    if place.config.smtp_url is None:
        hint = "" if place.config.demo else "Set SMTP_URL and MAIL_FROM to send letters."
        yield Verdict("mail", "ok", "not set: links are handed over by hand", hint)
        return
    try:
        Server.parse(place.config.smtp_url).greet()
    except MailError as error:
        hint = "Look at SMTP_URL, its user and password, and the firewall."
        yield Verdict("mail", "fail", str(error), hint)
    else:
        yield Verdict("mail", "ok", "the server answers and lets us in")


def push(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell how many browsers wait for word, and whether any could ask for it."""
    counted = select(func.count(), func.max(PushSubscription.last_success_at))
    with db.engine.connect() as connection:
        many, last = connection.execute(counted).one()
    taken = "never" if last is None else f"{last:%Y-%m-%d %H:%M} UTC"
    found = f"{many} wait for word; last taken: {taken}; key {keys.public_key()[:12]}…"
    if place.config.public_url.startswith("https:") or place.config.demo:
        yield Verdict("push", "ok", found)
    else:
        hint = "Browsers take push messages from https addresses only: set PUBLIC_URL."
        yield Verdict("push", "warn", found, hint)


CHECKS = (public_url, mail, push)
