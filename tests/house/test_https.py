"""The stack of `deploy/` as it runs, without containers: app, worker, PostgreSQL, nginx with TLS.

The commands are those of compose.yaml, nginx reads the files of `deploy/nginx`; changed is only
where things are: ports, folders, and a certificate made here.
"""

import csv
import gzip
import http.client
import io
import json
import math
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml  # type: ignore[import-untyped]
from sqlalchemy import select

from tests.accounts import PASSWORD, person, token_on
from tests.bench.demo import clean_environ
from tests.bench.proxy import program
from tests.bench.servers import free_port, serving
from tests.conftest import close
from tests.house.proxied import SOCKETS, configured, wait_for
from tests.http.on_sale import TEA, finished
from tests.postgres import postgres_database
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.codes import openings
from traceapp.codes import operations as codes
from traceapp.codes.models import OpeningCount
from traceapp.codes.states import CodeState
from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.gs1.unit_serial import readable
from traceapp.labels.unit_models import LabelOpeningCount, LabelUnit
from traceapp.web.endpoints import transaction

TOP = Path(__file__).resolve().parents[2]
DEPLOY = TOP / "deploy"
HOST = "truyxuat.example.vn"
ROOT = f"https://{HOST}"
HSTS = "max-age=31536000; includeSubDomains"
PATIENCE_S = 60
LOT = "CN-01"
FORM = "application/x-www-form-urlencoded"
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers as they were, body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Stack:
    """The ports of nginx, who may be believed, and what somebody there needs."""

    tls_port: int
    plain_port: int
    trust: ssl.SSLContext
    code: str
    token: dict[str, str]
    settings: Mapping[str, str]
    log: Path

    def ask(
        self, path: str, headers: Mapping[str, str], method: str = "GET", body: bytes = b""
    ) -> Answer:
        """Ask over TLS, as somebody who knows the name and believes its certificate."""
        bare = socket.create_connection(("127.0.0.1", self.tls_port), timeout=PATIENCE_S)
        line = http.client.HTTPSConnection(HOST)
        line.sock = self.trust.wrap_socket(bare, server_hostname=HOST)
        try:
            line.request(method, path, body or None, dict(headers))
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def sign_in(self, name: str, password: str, headers: Mapping[str, str] = NOTHING) -> Answer:
        """Send the form of signing in as a browser does."""
        form = self.ask("/sign-in", NOTHING)
        cookie, _, attributes = (form.headers["Set-Cookie"] or "").partition(";")
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in attributes.split(";")}
        filled = {"csrf_token": token_on(form.text), "name": name, "password": password}
        told = {"Content-Type": FORM, "Origin": ROOT, "Cookie": cookie, **headers}
        return self.ask("/sign-in", told, "POST", urlencode(filled).encode())


@pytest.fixture(scope="module")
def stack(postgres: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything that compose.yaml starts, and a producer with goods on sale."""
    if program() is None or shutil.which("openssl") is None:
        pytest.skip("no nginx or openssl on this machine: apt install nginx-light openssl")
    folder = tmp_path_factory.mktemp("https")
    folder.chmod(0o711)
    with ExitStack() as running:
        url = running.enter_context(postgres_database(*postgres))
        ports = free_port(), free_port(), free_port()
        settings = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder / "instance")}
        settings |= {"PUBLIC_URL": ROOT, "HOST": "127.0.0.1", "WEB_CONCURRENCY": "2"}
        environ = clean_environ(**settings) | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
        upstream = f"127.0.0.1:{ports[0]}"
        app = _command(services["app"]["command"], upstream, folder)
        running.enter_context(serving(app, environ, f"http://{upstream}/healthz"))
        worker = subprocess.Popen(_command(services["worker"]["command"]), cwd=TOP, env=environ)
        running.callback(_end, worker)
        config = configured(folder, HOST, ports[1:])
        proxy = [program() or "", "-p", str(folder), "-e", str(folder / "log"), "-c", str(config)]
        running.callback(_end, subprocess.Popen(proxy, env=environ))
        wait_for(ports[2])
        healthy = _command(services["app"]["healthcheck"]["test"][1:], upstream)
        subprocess.run(healthy, check=True)
        code, token = _settled(settings)
        trust = ssl.create_default_context(cafile=folder / "fullchain.pem")
        yield Stack(ports[2], ports[1], trust, code, token, settings, folder / "access")


def _command(words: list[str], upstream: str = "", folder: Path = TOP) -> list[str]:
    """Take a command of compose.yaml, with our interpreter, a free port and a folder of ours."""
    script = "\0".join(words)
    for old, new in (
        (".venv/bin/python", shlex.quote(sys.executable)),
        ("127.0.0.1:8000", upstream),
        (SOCKETS, str(folder)),
    ):
        script = script.replace(old, new)
    return script.split("\0")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE_S)


def _settled(settings: dict[str, str]) -> tuple[str, dict[str, str]]:
    app = create_app(Config.from_environment(settings))
    lan = person(app, "lan", role="clerk")
    with app.app_context():
        with transaction():
            code = finished(lan, LOT, gtin=TEA)
        token = token_of(lan)
    close(app)
    return code, token


def test_http_leads_to_https(stack: Stack) -> None:
    line = http.client.HTTPConnection("127.0.0.1", stack.plain_port, timeout=PATIENCE_S)
    line.request("GET", f"/B/{stack.code}?lang=en", headers={"Host": HOST})
    answer = line.getresponse()
    line.close()
    assert (answer.status, answer.headers["Location"]) == (301, f"{ROOT}/B/{stack.code}?lang=en")


def test_asvs_12_1_1_only_newer_versions_of_tls_are_spoken(stack: Stack) -> None:
    spoken = {}
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")  # this side refuses nothing
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = version
        with socket.create_connection(("127.0.0.1", stack.tls_port), PATIENCE_S) as bare:
            try:
                with old.wrap_socket(bare, server_hostname=HOST) as line:
                    spoken[version.name] = line.version()
            except (ssl.SSLError, ConnectionError):
                spoken[version.name] = None
    assert spoken == {"TLSv1": None, "TLSv1_1": None, "TLSv1_2": "TLSv1.2"}


def test_every_answer_over_https_asks_for_https_from_now_on(stack: Stack) -> None:
    for path, status in (("/", 200), (f"/B/{stack.code}", 200), ("/B/7K3M9QRT2X", 404)):
        answer = stack.ask(path, NOTHING)
        assert answer.status == status, answer.text
        assert answer.headers["Strict-Transport-Security"] == HSTS
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src" in (answer.headers["Content-Security-Policy"] or "")


def test_a_page_is_packed_and_told_apart_by_language_and_carries_no_cookie(stack: Stack) -> None:
    path = f"/B/{stack.code}"
    asked = {"Accept": "text/html", "Accept-Encoding": "gzip", "Cookie": "other=1"}
    vietnamese, english = (stack.ask(path, asked | {"Accept-Language": of}) for of in ("vi", "en"))
    for page, language in ((vietnamese, "vi"), (english, "en")):
        assert page.headers["Content-Encoding"] == "gzip"
        assert f'<html lang="{language}"' in gzip.decompress(page.body).decode()
    assert vietnamese.headers["Set-Cookie"] is None
    tag = vietnamese.headers["ETag"]
    assert tag
    assert tag != english.headers["ETag"]
    again = stack.ask(path, asked | {"Accept-Language": "vi", "If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert json.loads(stack.ask(path, {"Accept": "application/json"}).body)
    assert "no-cache" in (vietnamese.headers["Cache-Control"] or "")


def test_only_who_asks_for_the_page_itself_opens_it(stack: Stack) -> None:
    person, path = {"User-Agent": "Mozilla/5.0 (Linux; Android 14)"}, f"/B/{stack.code}"
    for _ in range(3):
        assert stack.ask(path, person, "HEAD").status == 200
    stack.ask(path, person | {"Sec-Purpose": "prefetch"})
    stack.ask(path, person | {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    time.sleep(0.5)  # the copy that the bot was given is too old now
    stack.ask(path, person)
    app = create_app(Config.from_environment(dict(stack.settings)))
    end = time.monotonic() + PATIENCE_S
    counted: list[int] = []
    while not counted:
        assert time.monotonic() < end, "nothing was counted"
        time.sleep(1.5 * openings.EVERY_S)  # each of the processes has written by then
        with app.app_context():
            counted = list(db.session.scalars(select(OpeningCount.opened)))
    close(app)
    assert counted == [1]


def test_somebody_signs_in_at_the_public_address_and_from_no_other(stack: Stack) -> None:
    assert stack.sign_in("lan", PASSWORD, {"Origin": "https://other.example"}).status == 403
    signed = stack.sign_in("lan", PASSWORD)
    assert (signed.status, signed.headers["Location"]) == (303, "/desk")
    session = (signed.headers["Set-Cookie"] or "").partition(";")[0]
    desk = stack.ask("/desk/batches", {"Cookie": session})
    assert (desk.status, desk.headers["Cache-Control"]) == (200, "private, no-store")
    assert stack.ask("/desk/batches", NOTHING).status == 303


def test_the_largest_file_that_a_phone_saves_reaches_the_desk(stack: Stack) -> None:
    signed = stack.sign_in("lan", PASSWORD)
    session = {"Cookie": (signed.headers["Set-Cookie"] or "").partition(";")[0]}
    path = "/desk/phones/import"
    form = stack.ask(path, session)
    token = token_on(form.text)
    session = {"Cookie": (form.headers["Set-Cookie"] or "").partition(";")[0]}  # knows the token
    for size, status in (
        (largest_export(), HTTPStatus.UNPROCESSABLE_ENTITY),
        (26 * 1024 * 1024, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ):
        parts = [
            f'--part\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n',
            '--part\r\nContent-Disposition: form-data; name="file"; filename="1.json"\r\n\r\n',
            " " * size,
            "\r\n--part--\r\n",
        ]
        told = {"Content-Type": "multipart/form-data; boundary=part", "Origin": ROOT, **session}
        answer = stack.ask(path, told, "POST", "".join(parts).encode())
        assert answer.status == status
        is_from_desk = "không phải tệp của ứng dụng" in answer.text  # blanks are none
        assert is_from_desk is (status == HTTPStatus.UNPROCESSABLE_ENTITY)


def largest_export() -> int:
    """Give how many bytes the phone app puts into a file at most."""
    module = TOP / "static" / "pwa" / "app" / "core" / "exporting.js"
    factors = re.search(r"LARGEST = ([\d *]+);", module.read_text(encoding="utf-8"))
    assert factors is not None
    return math.prod(int(factor) for factor in factors[1].split("*"))


def test_failures_are_counted_for_the_address_that_nginx_saw(stack: Stack) -> None:
    said = [
        stack.sign_in(f"ai{number}", "sai", {"X-Forwarded-For": f"203.0.113.{number}"}).status
        for number in range(12)
    ]
    assert (said[0], said[-1]) == (422, 429)


def test_programs_ask_over_https_and_read_addresses_of_the_public_url(stack: Stack) -> None:
    (batch,) = json.loads(stack.ask("/api/v1/batches", stack.token).body)["items"]
    assert batch["url"].lower() == f"{ROOT}/b/{stack.code}".lower()
    most = stack.ask("/api/v1/photos/" + "0" * 64, stack.token, "PUT", bytes(27_000_000))
    assert most.status == 413


def test_the_server_has_no_door_but_those_of_the_compose_file(stack: Stack) -> None:
    folder = stack.log.parent
    assert [path.name for path in folder.rglob("*") if path.is_socket()] == ["web.sock"]


def test_nginx_writes_down_nobody_who_came(stack: Stack) -> None:
    assert stack.ask("/", NOTHING).status == 200
    assert stack.log.read_text(encoding="utf-8") == ""


def test_the_worker_of_the_compose_file_works(stack: Stack) -> None:
    end, worker = time.monotonic() + PATIENCE_S, ""
    while worker != "ok" and time.monotonic() < end:
        worker = json.loads(stack.ask("/healthz", NOTHING).body)["worker"]
    assert worker == "ok"


GRAM = {"quantity": "0.001", "uom": "kg"}
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14)", "Accept": "text/html"}


def numbered(stack: Stack, count: int) -> tuple[list[str], str]:
    """Issue labels with a number of their own; gives their numbers, and where their PDF is."""
    (batch,) = json.loads(stack.ask("/api/v1/batches", stack.token).body)["items"]
    wish = {"labels": count, "stock": "a4-24", "pack": GRAM, "serials": True}
    told = {**stack.token, "Content-Type": "application/json"}
    path = f"/api/v1/batches/{batch['id']}/label-issues"
    links = json.loads(stack.ask(path, told, "POST", json.dumps(wish).encode()).body)["links"]
    table = stack.ask(links["csv"], stack.token).text.removeprefix("\ufeff")
    return [row["serial"] for row in csv.DictReader(io.StringIO(table))], links["pdf"]


def test_a_page_of_one_label_is_kept_for_a_moment_and_a_recall_shows_at_once(stack: Stack) -> None:
    serials, _ = numbered(stack, 2)
    path, other = (f"/B/{stack.code}/21/{serial}" for serial in serials)
    bodies = {stack.ask(spelt, BROWSER).body for spelt in (path, path, path.lower(), f"{path}/")}
    assert all("Một trong 2 tem" in body.decode() for body in bodies)
    begun = time.monotonic()
    for _ in range(40):
        assert stack.ask(other, BROWSER).status == 200
    slices = 3 * (time.monotonic() - begun) + 2  # three a second
    assert stack.ask(f"{path}/place", BROWSER).headers["Cache-Control"] == "no-store"
    app = create_app(Config.from_environment(dict(stack.settings)))
    serial, opened = serials[1], 0
    end = time.monotonic() + PATIENCE_S
    with app.app_context():
        query = (
            select(LabelOpeningCount.counted)
            .join(LabelUnit, LabelUnit.number == LabelOpeningCount.number)
            .where(LabelUnit.serial == serial, LabelUnit.issue_id == LabelOpeningCount.issue_id)
        )
        while not opened:
            assert time.monotonic() < end, "nothing was counted"
            time.sleep(1.5 * openings.EVERY_S)
            db.session.rollback()
            opened = db.session.scalar(query) or 0
        assert opened <= slices  # all others were answered from the copy
        _set(stack, CodeState.RECALLED)
        stopped = time.monotonic()
        for label in (path, other):
            while "thu hồi lô hàng này" not in stack.ask(label, BROWSER).text:
                assert time.monotonic() - stopped < 1
        _set(stack, CodeState.ACTIVE)
    close(app)


@pytest.mark.parametrize("link", ["/01/{gtin}/21/{serial}", "/01/{gtin}/10/{lot}/21/{serial}"])
def test_a_link_of_gtin_and_number_tells_of_its_own_label_and_never_of_another(
    stack: Stack, link: str
) -> None:
    serials, _ = numbered(stack, 2)
    paths = {serial: link.format(gtin=TEA, lot=LOT, serial=serial) for serial in serials}
    for _ in range(3):  # most of them within a moment for which nginx keeps a page
        for serial, path in paths.items():
            told = json.loads(stack.ask(path, {"Accept": "application/json"}).body)
            assert told["unit"]["serial"] == serial
            for spelt in (path, f"{path}/", link.format(gtin=TEA, lot=LOT, serial=serial.lower())):
                page = stack.ask(spelt, BROWSER)
                assert (page.status, "Một trong 2 tem" in page.text) == (200, True)
                assert [readable(one) in page.text for one in serials] == [
                    one == serial for one in serials
                ]
    app = create_app(Config.from_environment(dict(stack.settings)))
    with app.app_context():
        _set(stack, CodeState.RECALLED)
        stopped = time.monotonic()
        for path in paths.values():
            while "thu hồi lô hàng này" not in stack.ask(path, BROWSER).text:
                assert time.monotonic() - stopped < 1
        _set(stack, CodeState.ACTIVE)
    close(app)


def _set(stack: Stack, state: CodeState) -> None:
    db.session.rollback()
    with transaction():
        codes.set_state(stack.code, state, actor="Chi cục", now=datetime.now(UTC))


def test_nginx_passes_the_first_page_of_labels_on_before_the_last_is_drawn(stack: Stack) -> None:
    _, path = numbered(stack, 2_400)
    bare = socket.create_connection(("127.0.0.1", stack.tls_port), timeout=PATIENCE_S)
    line = http.client.HTTPSConnection(HOST)
    line.sock = stack.trust.wrap_socket(bare, server_hostname=HOST)
    begun = time.monotonic()
    line.request("GET", path, headers=dict(stack.token))
    answer = line.getresponse()
    first = b""
    while b"/Type/Page/" not in first:
        first += answer.read1()
    first_s = time.monotonic() - begun
    whole = first + answer.read()
    whole_s = time.monotonic() - begun
    line.close()
    assert whole.endswith(b"%%EOF\n")
    assert first_s < whole_s / 3, (first_s, whole_s)
