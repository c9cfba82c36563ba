"""A person makes a passkey and signs in with it, in a real browser with a virtual authenticator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import select

from tests.accounts import PASSWORD, person
from tests.conftest import close, migrate, settings_for
from tests.pwa.serving import served
from traceapp.accounts.models import Passkey, SignedInDevice
from traceapp.app import create_app
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db

MAKE = "Tạo khóa trên máy này"
USE = "Đăng nhập bằng khóa trên máy này"
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server with one person, who has a password; its address and that of its database."""
    folder: Path = tmp_path_factory.mktemp("passkeys")
    url = f"sqlite:///{folder / 'site.db'}"
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    person(app, "lan")
    close(app)
    with served(folder, TRACEAPP_DEMO="0", DATABASE_URL=url) as (address, _):
        yield address, url


@pytest.fixture
def phone(browser: Browser) -> Iterator[tuple[Page, CDPSession, str]]:
    """A tab of a phone that can keep passkeys."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    yield page, devtools, made["authenticatorId"]
    context.close()


def sign_in(page: Page, address: str) -> None:
    """Sign in with the password."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Tên đăng nhập hoặc số điện thoại").fill("lan")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.mark.browser
def test_a_passkey_is_made_and_signs_in_without_a_password(
    phone: tuple[Page, CDPSession, str], site: tuple[str, str]
) -> None:
    (page, devtools, authenticator), (address, url) = phone, site
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    sign_in(page, address)
    page.goto(f"{address}/account/second-factor")
    page.get_by_role("button", name=MAKE).click()
    expect(page.locator("main")).to_contain_text("Tạo lúc")
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [key["rpId"] for key in kept["credentials"]] == ["localhost"]
    page.context.clear_cookies()

    page.goto(f"{address}/sign-in?next=/account/devices")
    page.get_by_role("button", name=USE).click()
    page.wait_for_url(f"{address}/account/devices")
    expect(page.locator("h1")).to_have_text("Tài khoản của tôi")
    assert not [text for text in refused if "Content Security Policy" in text]
    assert counted(url) == (1, [True, True], ["passkey_added"])

    page.context.clear_cookies()
    sign_in_needs_it(page, address)


def sign_in_needs_it(page: Page, address: str) -> None:
    """The password alone leads to the second step, where the passkey goes on."""
    sign_in_form = f"{address}/sign-in"
    page.goto(sign_in_form)
    page.get_by_label("Tên đăng nhập hoặc số điện thoại").fill("lan")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(f"{address}/sign-in/second-factor")
    page.get_by_role("button", name=USE).click()
    page.wait_for_url(lambda where: "/sign-in" not in where)


def counted(url: str) -> tuple[int, list[bool], list[str]]:
    """How many passkeys are kept, which sessions have proven a second factor, what is in the book.

    The first session made the passkey and so has proven it too.
    """
    app = create_app(settings_for(url, Path(url.removeprefix("sqlite:///")).parent))
    with app.app_context():
        keys = len(db.session.scalars(select(Passkey)).all())
        rows = db.session.scalars(select(SignedInDevice).order_by(SignedInDevice.created_at)).all()
        proven = [row.is_second_factor_proven for row in rows]
        acts = list(db.session.scalars(select(AuditEntry.act)))
    close(app)
    return keys, proven, acts


@pytest.mark.browser
def test_without_a_passkey_the_page_says_what_to_do(
    phone: tuple[Page, CDPSession, str], site: tuple[str, str]
) -> None:
    (page, devtools, authenticator), (address, _) = phone, site
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    page.goto(f"{address}/sign-in")
    page.route("**/sign-in/passkey", lambda route: route.abort())
    page.get_by_role("button", name=USE).click()
    expect(page.locator("[data-passkey] .error")).to_contain_text("đăng nhập bằng mật khẩu")
    expect(page.get_by_role("button", name=USE)).to_be_enabled()


@pytest.mark.browser
def test_a_password_is_shown_on_wish(
    phone: tuple[Page, CDPSession, str], site: tuple[str, str]
) -> None:
    (page, _, _), (address, _) = phone, site
    page.goto(f"{address}/sign-in")
    field = page.locator("#f-password")
    expect(field).to_have_attribute("type", "password")
    page.get_by_label("Hiện mật khẩu").check()
    expect(field).to_have_attribute("type", "text")
