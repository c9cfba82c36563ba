"""A loaded demo for benchmarks and screenshots, in a folder and database of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import TOP, free_port

SETTINGS = {
    *("HOST", "PORT", "DATABASE_URL", "PUBLIC_URL", "MEDIA_URL", "STORAGE_URL"),
    *("INSTANCE_DIR", "SECRET_KEY", "TRACEAPP_DEMO", "DEMO_SECRET", "WEB_CONCURRENCY"),
}


@dataclass(frozen=True, slots=True)
class Demo:
    """Settings of a demo that is loaded; `url` is where its server will listen."""

    environ: Mapping[str, str]
    database: str

    @property
    def url(self) -> str:
        """The address its pages call their own."""
        return f"http://localhost:{self.environ['PORT']}"


def clean_environ(**changes: str) -> dict[str, str]:
    """Give the environment without settings of Traceapp but these."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | changes


def load(folder: Path, database_url: str | None = None) -> Demo:
    """Load the demo as `make run` does, and make its pictures; SQLite where no URL is given."""
    url = database_url or f"sqlite:///{folder / 'demo.db'}"
    environ = clean_environ(
        TRACEAPP_DEMO="1",
        INSTANCE_DIR=str(folder),
        DATABASE_URL=url,
        PORT=str(free_port()),
    )
    for words in (["traceapp.supervisor.prepare"], ["flask", "--app", "wsgi", "jobs", "run"]):
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=TOP,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words} failed:\n{done.stderr}")
    return Demo(environ, url.partition(":")[0].partition("+")[0])
