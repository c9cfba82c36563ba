"""Settings refuse what cannot be used and say what to write instead."""

import stat
from pathlib import Path

import pytest

from traceapp.config import BadSettingError, Config


def read(tmp_path: Path, **environment: str) -> Config:
    return Config.from_environment({"INSTANCE_DIR": str(tmp_path), **environment})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PAGES_A_READER", "0"),
        ("UNKNOWN_A_READER", "many"),
        ("PORT", "65536"),
        ("DATABASE_URL", "mysql://x"),
        ("PUBLIC_URL", "truyxuat.example"),
        ("PUBLIC_URL", "https://host/?q=1"),
        ("MEDIA_URL", "//cdn"),
        ("SECRET_KEY", "short"),
        ("TRACEAPP_DEMO", "perhaps"),
        ("DEMO_SECRET", "a long enough demo secret"),
        ("TRACE_WALK", "sideways"),
        ("PRINTER_NETWORKS", "8.8.8.0/24"),
        ("PRINTER_NETWORKS", "192.168.1.9/24"),
        ("PRINTER_NETWORKS", "192.168.1.0/24:0"),
        ("PRINTER_NETWORKS", "printer.local"),
        ("PRINTER_NETWORKS", "2001:4860::/32"),
        ("PRINTER_NETWORKS", "::/0"),
        ("PRINTER_NETWORKS", "::ffff:0:0/96"),
        ("PRINTER_NETWORKS", "fe80::/10"),
        ("PRINTER_NETWORKS", "[fd12::/64]9100"),
        ("PRINTER_NETWORKS", "[fd12::/64]:0"),
        ("PRINTER_NETWORKS", "[fd12::/64"),
        ("OUTBOUND_PRIVATE_ALLOWED", "localhost"),
        ("OUTBOUND_PRIVATE_ALLOWED", "localhost:0"),
        ("SMTP_URL", "http://mail.example.vn"),
        ("SMTP_URL", "smtp://mail.example.vn:many"),
    ],
)
def test_a_bad_setting_is_named_with_a_hint(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettingError, match=name) as caught:
        read(tmp_path, **{name: value})
    assert len(str(caught.value)) > len(name) + 20


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = read(tmp_path)
    assert read(tmp_path).secret_key == first.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_demo_has_a_database_of_its_own(tmp_path: Path) -> None:
    assert read(tmp_path, TRACEAPP_DEMO="1").database_url != read(tmp_path).database_url


def test_private_addresses_are_for_tests_alone(tmp_path: Path) -> None:
    allowed = "localhost:8443, 127.0.0.1:9000"
    found = read(tmp_path, OUTBOUND_PRIVATE_ALLOWED=allowed).outbound_private_allowed
    assert found == {"localhost:8443", "127.0.0.1:9000"}
    for url in ("https://truyxuat.example.vn", "https://localhost"):
        with pytest.raises(BadSettingError, match="OUTBOUND_PRIVATE_ALLOWED"):
            read(tmp_path, OUTBOUND_PRIVATE_ALLOWED=allowed, PUBLIC_URL=url)


@pytest.mark.parametrize(
    ("url", "sample"),
    [
        ("https://truyxuat.example.vn", False),
        ("http://truyxuat.example.vn", True),
        ("https://localhost", True),
        ("https://192.168.1.5", True),
    ],
)
def test_labels_are_samples_until_the_address_is_real(
    tmp_path: Path, url: str, sample: bool
) -> None:
    assert read(tmp_path, PUBLIC_URL=url).prints_sample_labels is sample


def test_listening_everywhere_is_not_an_address_to_print(tmp_path: Path) -> None:
    assert read(tmp_path, HOST="0.0.0.0").public_url == "http://localhost:8000"
