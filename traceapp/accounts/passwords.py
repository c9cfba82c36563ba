"""Passwords: 8 to 128 characters of any kind, but none that everybody tries first.

Compared with the 100,000 passwords found most often in breaches, which lie beside this, and with
the names and words of the package zxcvbn; nothing is asked of the network. Where they come from:
docs/contributors/dependencies.md.
"""

import gzip
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

from flask import current_app
from flask_security import hash_password, verify_password
from flask_security.proxies import _security

from traceapp.accounts.models import Account
from traceapp.database.folding import fold
from traceapp.problem import N_

SHORTEST, LONGEST = 8, 128
SHORTEST_WORD = 4  # a shorter word of someone's name is no reason to refuse
MOST_ADDED = 4  # "hanoi2026" is "hanoi" with four characters added
MOST_REPEATED = 4
DECOY = "password_of_nobody"
BREACHED = Path(__file__).with_name("breached_passwords.txt.gz")

TOO_SHORT = N_("Use at least 8 characters.")
TOO_LONG = N_("Use at most 128 characters.")
WELL_KNOWN = N_("Many people use this password, so others guess it first. Choose another one.")
OWN_WORDS = N_("This password is mostly your own name or number. Choose another one.")

# What people here would try first; folded, as the password is before it is compared.
CONTEXT = frozenset(
    (
        *("traceapp", "truyxuat", "truyxuatnguongoc", "nguongoc", "nongsan", "nongnghiep"),
        *("raucu", "rausach", "rauantoan", "hoptacxa", "vietnam", "vietnamvodich", "hanoi"),
        *("hanoicity", "saigon", "danang", "haiphong", "matkhau", "khongbiet", "anhyeuem"),
        *("emyeuanh", "yeuem", "yeuanh", "giadinh", "conyeu", "bonmua", "xinchao", "dangnhap"),
        *("quantri", "quantrivien", "admin", "password", "congan", "chinhphu", "uybannhandan"),
        *("sonongnghiep"),
    )
)
_ROWS = (
    *("01234567890123456789", "abcdefghijklmnopqrstuvwxyz"),
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertyuiopasdfghjklzxcvbnm"),
    *("1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm"),
)


def check_new_password(password: str, words: Iterable[str] = ()) -> str | None:
    """Say what is wrong with a new password (a message id), or None where it may be used.

    `words` are the person's own: sign-in name, phone number, name, the producer's name.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    folded = fold(password).replace(" ", "")
    if _is_well_known(folded):
        return WELL_KNOWN
    return OWN_WORDS if _is_own(folded, words) else None


def normal(password: str) -> str:
    """Give a password in the one form of its letters, however the keyboard composed them."""
    text: str = _security._password_util.normalize(password)  # noqa: SLF001 - its only name
    return text


def hashed_password(password: str) -> str:
    """Give what the database keeps of a password."""
    text: str = hash_password(normal(password))
    return text


def proves(account: Account | None, password: str) -> bool:
    """Tell whether the password is the account's; takes the same time for an unknown account."""
    given = normal(password[: LONGEST * 2])
    decoy = _decoy()
    kept = account.password if account is not None and account.active else None
    return bool(verify_password(given, kept or decoy)) and kept is not None


def refresh(account: Account, password: str) -> None:
    """Hash a password that was just proven anew, where the cost was raised since."""
    if account.password and _security.pwd_context.needs_update(account.password):
        account.password = hashed_password(password)


def _decoy() -> str:
    """Give the hash that is compared where there is no account: nobody's, of the same cost."""
    kept = current_app.extensions
    if DECOY not in kept:
        kept[DECOY] = hash_password("the password of nobody")
    return str(kept[DECOY])


def breached() -> list[str]:
    """List the passwords found most often in breaches, as they were found."""
    return gzip.decompress(BREACHED.read_bytes()).decode().split()


@cache
def _well_known() -> frozenset[str]:
    # 17 MB, for those workers alone in which somebody sets a password.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    words = chain(breached(), *FREQUENCY_LISTS.values())
    return frozenset(fold(word) for word in words) | CONTEXT


def _is_well_known(folded: str) -> bool:
    core = folded.strip("0123456789!@#$%^&*().,-_+=?~ ")
    added = len(folded) - len(core)
    if folded in _well_known() or (added <= MOST_ADDED and core in _well_known()):
        return True
    return core in CONTEXT or _is_run(folded) or _is_repeated(folded)


def _is_run(folded: str) -> bool:
    return any(folded in row or folded[::-1] in row for row in _ROWS)


def _is_repeated(folded: str) -> bool:
    period = (folded + folded).find(folded, 1)  # the shortest piece it is made of
    return period <= MOST_REPEATED


def _is_own(folded: str, words: Iterable[str]) -> bool:
    for word in words:
        own = fold(word).replace(" ", "").removeprefix("+84").lstrip("0")
        if len(own) >= SHORTEST_WORD and own in folded and len(folded) - len(own) <= MOST_ADDED:
            return True
    return False
