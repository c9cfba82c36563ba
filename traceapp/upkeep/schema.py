"""Which schema a database has, and whether this release knows it."""

from functools import lru_cache

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from traceapp.config import CHECKOUT
from traceapp.upkeep.refusal import RefusedError


@lru_cache(maxsize=1)
def known() -> tuple[str, ...]:
    """List the revisions that this release knows, the newest first."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    script = ScriptDirectory.from_config(config)
    return tuple(found.revision for found in script.walk_revisions())


def newest() -> str:
    """Name the revision that this release works with."""
    return known()[0]


def of(connection: Connection) -> str | None:
    """Name the revision of a database; None where it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def require_known(revision: str | None) -> None:
    """Refuse a schema that a newer release made."""
    if revision is not None and revision not in known():
        raise RefusedError(
            f"The schema is {revision}, and this release knows {newest()} at most: a newer release "
            "made it. Install that release, or go back with its own `db downgrade` first."
        )
