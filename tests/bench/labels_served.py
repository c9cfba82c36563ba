"""How much memory a worker of gunicorn takes for many labels beyond what it holds anyway."""

import json
import re
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

from flask_migrate import upgrade

from tests.accounts import person
from tests.bench.demo import clean_environ
from tests.bench.figure import Figure
from tests.bench.servers import free_port, gunicorn, serving
from tests.http.on_sale import finished
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.web.endpoints import transaction

PIECE = 65_536
GRAM = {"quantity": "0.001", "uom": "kg"}
MOST_GROWTH_MB = 30.0
PATIENCE_S = 120.0


def figures(count: int) -> Iterator[Figure]:
    """Issue labels with a number of their own, and fetch them as PDF and as a table."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        places = {"DATABASE_URL": f"sqlite:///{folder}/labels.db", "INSTANCE_DIR": folder}
        settings = {**places, "PUBLIC_URL": base, "HOST": "127.0.0.1", "PORT": str(port)}
        environ = clean_environ(**settings, WEB_CONCURRENCY="1")
        token = _settled(settings)
        with serving(gunicorn(environ), environ, f"{base}/healthz"):
            worker = _worker(port)
            (batch,) = json.loads(_ask(f"{base}/api/v1/batches", token))["items"]
            path = f"{base}/api/v1/batches/{batch['id']}/label-issues"
            _printed(path, token, 24)  # what the first label of all takes is kept for good
            before = _memory_mb(worker, "VmRSS")
            _printed(path, token, count)
            growth = _memory_mb(worker, "VmHWM") - before
        yield Figure(
            f"{count} labels with a number of their own, more memory of a gunicorn worker",
            *(growth, "MB", MOST_GROWTH_MB),
        )


def _settled(settings: Mapping[str, str]) -> dict[str, str]:
    app = create_app(Config.from_environment(settings))
    with app.app_context():
        upgrade()
    clerk = person(app, role="clerk")
    with app.app_context():
        with transaction():
            finished(clerk)
        return token_of(clerk)


def _printed(path: str, token: Mapping[str, str], labels: int) -> None:
    wish = {"labels": labels, "stock": "a4-24", "pack": GRAM, "serials": True}
    links = json.loads(_ask(path, token, json.dumps(wish).encode()))["links"]
    for kind in ("pdf", "csv"):
        _ask(urljoin(path, links[kind]), token)


def _ask(url: str, token: Mapping[str, str], body: bytes | None = None) -> bytes:
    headers = {**token, "Content-Type": "application/json"}
    asked = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        told: bytes = answer.read()
        return told


def _worker(port: int) -> int:
    """Find the one process that gunicorn started."""
    told = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    )
    ours = [line.split(None, 2) for line in told.stdout.splitlines() if f":{port}" in line]
    masters = {pid for pid, _, _ in ours}
    (worker,) = [int(pid) for pid, parent, _ in ours if parent in masters]
    return worker


def _memory_mb(pid: int, what: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
