"""What is done at the desk on the way to something else: by requests, as a browser would send them.

A page in a browser of its own costs more than most of what the tests are about. That the page
invites whoever clicks on it is in test_phone_screens.py.
"""

import re
from collections.abc import Callable
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.pwa.doors import CLERK
from tests.security.forms import forms_on

Ask = Callable[..., str]
DOORS, PHONES = "/demo/doors", "/desk/phones"


def at_desk(root: str) -> Ask:
    """Give what asks the server and keeps its cookies; with values, it sends a form."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(path: str, **values: str) -> str:
        body = urlencode(values).encode() if values else None
        asked = Request(f"{root}{path}", body, {"Origin": root, "Accept-Language": "vi"})
        with opener.open(asked, timeout=60) as answer:
            page: str = answer.read().decode()
        return page

    return ask


def invitation(root: str, person: str = CLERK) -> str:
    """Invite a phone as the person it is for; give the code to type."""
    ask, member_id = _entered(root, person)
    sent = forms_on(ask(PHONES), PHONES)[PHONES] | {"member_id": member_id}
    return _found(r'class="spell">([^<]+)<', ask(PHONES, **sent))


def invitation_of_another(root: str) -> str:
    """Invite a phone as one more person of the clerk's co-operative; give the code to type."""
    ask, member_id = _entered(root, CLERK)
    page = ask(PHONES)
    others = set(re.findall(r'name="member_id"[^>]*value="([0-9a-f-]{36})"', page))
    others |= set(re.findall(r'<option value="([0-9a-f-]{36})"', page))
    sent = forms_on(page, PHONES)[PHONES] | {"member_id": min(others - {member_id})}
    return _found(r'class="spell">([^<]+)<', ask(PHONES, **sent))


def let_use(root: str, phone_id: str) -> tuple[str, str]:
    """Let one more person of the clerk's co-operative use a phone; give id and name."""
    ask, _ = _entered(root, CLERK)
    path = f"{PHONES}/{phone_id}/people"
    page = ask(path)
    user_id, name = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>([^<]+)<', page)[-1]
    ask(path, **forms_on(page, path)[path] | {"member_id": user_id})
    return user_id, name.strip()


def press(root: str, phone_id: str, user_id: str, act: str) -> None:
    """Press a button beside somebody who uses a phone: `pin` or `remove`."""
    ask, _ = _entered(root, CLERK)
    path = f"{PHONES}/{phone_id}/people"
    button = f"{path}/{user_id}/{act}"
    ask(button, **forms_on(ask(path), path)[button])


def code_of_note(root: str, shipment_id: str) -> str:
    """Make a delivery note of the clerk's co-operative with a code; give that as it is printed."""
    ask, _ = _entered(root, CLERK)
    page = f"/desk/hand-offs/{shipment_id}"
    links = f"{page}/links"
    return _found(r'class="big">([^<]+)<', ask(links, **forms_on(ask(page), links)[links]))


def _entered(root: str, person: str) -> tuple[Ask, str]:
    ask = at_desk(root)
    member_id = _found(rf'name="member" value="([^"]+)">(?:(?!</button>).)*{person}', ask(DOORS))
    ask(DOORS, member=member_id)
    return ask, member_id


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found is not None, (pattern, page)
    return found[1]
