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
    ask = at_desk(root)
    member_id = _found(rf'name="member" value="([^"]+)">(?:(?!</button>).)*{person}', ask(DOORS))
    ask(DOORS, member=member_id)
    sent = forms_on(ask(PHONES), PHONES)[PHONES] | {"member_id": member_id}
    return _found(r'class="spell">([^<]+)<', ask(PHONES, **sent))


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found is not None, (pattern, page)
    return found[1]
