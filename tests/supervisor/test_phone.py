"""The door for a phone: the page over plain http, the certificate, the QR in the terminal."""

import ipaddress
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest
import zxingcpp
from cryptography import x509
from PIL import Image

from traceapp.config import BadSettingError
from traceapp.supervisor import certificate, phone, plan

NOW = datetime.now(UTC)
LINK = "https://192.168.1.20:8000/?demo_secret=abc&x=1"


@pytest.fixture
def authority(tmp_path):
    home = ipaddress.ip_address("192.168.1.20")
    return certificate.ensure(tmp_path, ["localhost"], [home], NOW).authority


@pytest.fixture
def served(authority):
    server = phone.serve(("127.0.0.1", 0), LINK, authority)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.headers, answer.read()


def test_the_page_leads_through_both_phones_in_both_languages(served, authority):
    headers, body = fetch(f"{served}/")
    text = body.decode()
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    for words in ("Tải chứng chỉ", "Download the certificate", "Cài đặt tin cậy chứng nhận"):
        assert words in text
    assert text.count('href="https://192.168.1.20:8000/?demo_secret=abc&amp;x=1"') == 2
    assert certificate.fingerprint(authority) in text


def test_the_certificate_comes_in_the_form_that_phones_install(served, authority):
    headers, body = fetch(f"{served}/traceapp.crt")
    assert headers["Content-Type"] == "application/x-x509-ca-cert"
    loaded = x509.load_der_x509_certificate(body)
    assert loaded == x509.load_pem_x509_certificate(authority.read_bytes())


def test_nothing_else_is_served(served):
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(f"{served}/authority.key")
    assert caught.value.code == 404
    caught.value.close()


@pytest.mark.parametrize("uri", ["http://192.168.1.20:8001/", "http://[fd00::1]:65535/" + "x" * 90])
def test_the_symbol_in_the_terminal_decodes_to_the_link(uri):
    lines = re.sub(r"\x1b\[[0-9;]*m", "", phone.terminal_symbol(uri)).split("\n")
    modules = {blocks: pair for pair, blocks in phone.HALF_BLOCKS.items()}
    rows = [[modules[block][half] for block in line] for line in lines for half in (0, 1)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    found = zxingcpp.read_barcodes(image.resize((image.width * 5, image.height * 5)))
    assert [code.text for code in found] == [uri]


def test_a_phone_start_is_https_at_this_machines_address_with_the_demos_secret(tmp_path):
    environ = {"INSTANCE_DIR": str(tmp_path), "TRACEAPP_DEMO": "1", "PORT": "9000"}
    start = plan.for_phone("192.168.1.20", NOW, environ)
    assert start.phone
    assert start.phone.page_url == "http://192.168.1.20:9001/"
    assert start.link == f"https://192.168.1.20:9000/?demo_secret={start.config.demo_secret}"
    assert start.environ["PUBLIC_URL"] == "https://192.168.1.20:9000"
    again = plan.for_phone("192.168.1.20", NOW, environ)
    assert again.link == start.link
    assert {"--certfile", "--keyfile"} <= set(start.commands["web server"])


def test_what_is_no_address_is_refused_with_a_hint(tmp_path):
    with pytest.raises(BadSettingError, match=r"PHONE: .*192\.168\.1\.20"):
        plan.for_phone("phone", NOW, {"INSTANCE_DIR": str(tmp_path)})
