"""Where an installation keeps its things, and which kind of database it has."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sqlalchemy import URL, make_url

from traceapp.config import Config
from traceapp.photos.storage import Storage
from traceapp.upkeep import postgresql_copy, sqlite_copy

SECRET_FILE = "secret_key"  # noqa: S105 - the name of the file


@dataclass(frozen=True, slots=True)
class Place:
    """An installation: its settings, its database and its files."""

    config: Config

    @property
    def url(self) -> URL:
        """Tell where the database is."""
        return make_url(self.config.database_url)

    @property
    def copying(self) -> Any:  # noqa: ANN401 - one of two modules with the same functions
        """Give the module that copies this kind of database."""
        return kind_of(self.url)

    @property
    def storage(self) -> Storage:
        """Open the store of pictures and papers."""
        return Storage(self.config.storage_url)

    @property
    def secret_is_given(self) -> bool:
        """Tell whether the secret comes from the environment and not from its file."""
        file = self.config.instance_dir / SECRET_FILE
        kept = file.read_text("ascii").strip() if file.exists() else ""
        return self.config.secret_key not in {"", kept}


def kind_of(url: URL) -> ModuleType:
    """Choose how a database is copied."""
    return sqlite_copy if url.get_backend_name() == "sqlite" else postgresql_copy
