"""/metrics for whoever runs the installation, and a log: both without anything personal."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.bench import servers
from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.signing_in import token_of
from traceapp.config import BadSettingError
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.upkeep import records
from traceapp.web.endpoints import transaction

TOKEN = "a token for the metrics"
HERE = {"Host": "localhost:8000"}


def numbers(text: str) -> dict[str, float]:
    """Read the lines of metrics by name and labels."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def read(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics", headers=HERE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return numbers(answer.text)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "192.0.2.7"),
        ({"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1"),
        ({"Forwarded": "for=192.0.2.7"}, "127.0.0.1"),
        ({"Host": "trace.example.vn"}, "127.0.0.1"),
        ({"Authorization": "Bearer wrong"}, "192.0.2.7"),
        ({"Authorization": TOKEN}, "192.0.2.7"),
        ({"Authorization": "Bearer "}, "192.0.2.7"),
    ],
)
def test_a_stranger_finds_no_metrics(
    make_app: AppMaker, headers: dict[str, str], address: str
) -> None:
    for settings in ({}, {"METRICS_TOKEN": TOKEN}):
        client = make_app(**settings).test_client()
        answer = client.get(
            "/metrics", headers={**HERE, **headers}, environ_base={"REMOTE_ADDR": address}
        )
        assert answer.status_code == 404
        assert "traceapp_" not in answer.text


def test_the_token_opens_them_from_elsewhere(make_app: AppMaker) -> None:
    client = make_app(METRICS_TOKEN=TOKEN).test_client()
    answer = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.7"},
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert answer.status_code == 200
    assert "traceapp_database_up 1.0" in answer.text
    with pytest.raises(BadSettingError, match="METRICS_TOKEN"):
        make_app(METRICS_TOKEN="short")


def test_what_happens_is_counted_by_route_and_class(app: Flask, client: FlaskClient) -> None:
    before = read(client)
    db.session.rollback()
    with transaction():
        code = finished(business("Lan"))
    for _ in range(3):
        client.get(f"/B/{code}")
    time.sleep(0.6)  # kept pages are counted when the generation is next looked at
    client.get(f"/B/{code}")
    client.get("/no/such/page")
    client.open("/", method="MADEUP")
    after = read(client)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('traceapp_pages_served_total{source="made"}') == 1
    assert more('traceapp_pages_served_total{source="memory"}') == 2
    assert more('traceapp_requests_total{method="GET",route="none",status="4xx"}') == 1
    assert more('traceapp_requests_total{method="GET",route="/metrics",status="2xx"}') == 1
    assert more('traceapp_request_seconds_count{route="/metrics"}') == 1
    assert more("traceapp_write_wait_seconds_count") >= 1
    assert more("traceapp_events") == 1
    assert not [name for name in after if code in name or "MADEUP" in name]


def test_what_is_there_is_told(app: Flask, client: FlaskClient) -> None:
    jobs.register("test.nothing", lambda _payload, _now: lambda: None)
    now = datetime.now(UTC)
    with transaction():
        jobs.enqueue("test.nothing", {}, now=now - timedelta(seconds=300))
        jobs.pulse(now)
    records.note(app.extensions["traceapp"].instance_dir, records.DRILL, now - timedelta(hours=1))
    told = read(client)
    assert told["traceapp_jobs_waiting"] == 1
    assert told["traceapp_jobs_failed"] == told["traceapp_photos_waiting"] == 0
    assert 300 <= told["traceapp_oldest_job_seconds"] < 400
    assert told["traceapp_worker_up"] == 0  # a job is overdue
    assert 3600 <= told["traceapp_last_successful_drill_age_seconds"] < 3700
    assert told["traceapp_last_successful_backup_age_seconds"] == float("inf")
    assert told["traceapp_free_disk_bytes"] > 0


def test_a_database_that_is_away_is_a_number_too(make_app: AppMaker) -> None:
    app = make_app(DATABASE_URL="postgresql://nobody@/nothing?host=/there/is/no/such/folder")
    told = read(app.test_client())
    assert told["traceapp_database_up"] == 0
    assert "traceapp_free_disk_bytes" in told


def test_the_processes_of_gunicorn_are_added_up(sqlite_url: str, tmp_path: Path) -> None:
    port = servers.free_port()
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("PROMETHEUS")},
        "DATABASE_URL": sqlite_url,
        "INSTANCE_DIR": str(tmp_path),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
    }
    url = f"http://localhost:{port}"
    with servers.serving(servers.gunicorn(environ), environ, f"{url}/healthz"):
        for _ in range(30):
            urllib.request.urlopen(f"{url}/healthz", timeout=30).close()
        with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
            told = numbers(answer.read().decode())
    name = 'traceapp_requests_total{method="GET",route="/healthz",status="2xx"}'
    assert told[name] == 31  # and the one that asked whether it answers


CANARIES = {
    "phone": "0912345678",
    "code": "7K3M9QRT2X",
    "name": "Nguyễn Thị Chim Yến",
    "password": "mat-khau-rat-dai",
    "address": "203.0.113.9",
}


def test_the_log_tells_routes_and_no_person(sqlite_url: str, tmp_path: Path) -> None:
    asked = """
import sys
from traceapp.app import create_app
from traceapp.config import Config
client = create_app(Config.from_environment()).test_client()
phone, code, name, password, address, token = sys.argv[1:]
there = {"environ_base": {"REMOTE_ADDR": address}}
client.post("/sign-in", data={"identity": phone, "password": password}, **there)
client.post("/report", data={"text": name + phone, "kind": "other"}, **there)
client.get(f"/B/{code}?phone={phone}", **there)
client.get(f"/reports/{token}", **there)
headers = {"User-Agent": name.encode(), "Cookie": f"x={token}"}
client.get(f"/{phone}/{code}", headers=headers, **there)
client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}, **there)
client.open(f"/", method=phone, **there)
"""
    secret = "trc_" + "ab" * 20
    done = subprocess.run(
        [sys.executable, "-c", asked, *CANARIES.values(), secret],
        env={**os.environ, "DATABASE_URL": sqlite_url, "INSTANCE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 7
    fields = {"event", "level", "timestamp", "method", "route", "status", "milliseconds"}
    assert all(set(line) == fields for line in requests)
    for what, canary in {**CANARIES, "token": secret}.items():
        assert canary not in done.stderr, what
        assert json.dumps(canary).strip('"') not in done.stderr, what


def test_the_metrics_of_a_token_name_nobody(app: Flask, client: FlaskClient) -> None:
    with transaction():
        lan = business("Lan")
    headers = token_of(lan)
    client.get("/api/v1/me", headers=headers)
    text = client.get("/metrics", headers=HERE).text
    assert "trc_" not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
