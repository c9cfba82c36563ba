"""Knowing a full disk by what the databases and the operating system say of it."""

import errno
import sqlite3

from sqlalchemy.exc import OperationalError

FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# A write that the file system did not take is a full disk, a quota or a limit of size.
FULL_SQLITE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
)
FULL_SQLSTATE = "53100"


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error means that there is no room left."""
    if isinstance(error, OperationalError):
        error = error.orig
    if isinstance(error, OSError):
        return error.errno in FULL_ERRNO
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in FULL_SQLITE
    return getattr(error, "sqlstate", None) == FULL_SQLSTATE
