"""What a start needs before the first request: tables up to date, and in the demo its data.

Runs as a process of its own, so that the supervisor stays small:
`python -m traceapp.supervisor.prepare`.
"""

import sys

import click
import flask_migrate
from flask import Flask
from flask.cli import ScriptInfo

from traceapp.app import create_app
from traceapp.config import BadSettingError, Config
from traceapp.database.engine import db
from traceapp.upkeep import schema
from traceapp.upkeep.refusal import RefusedError


def main() -> None:
    """Prepare what the settings name; exit with a hint where one cannot be used."""
    try:
        config = Config.from_environment()
    except BadSettingError as error:
        sys.exit(str(error))
    config.instance_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    with app.app_context():
        try:
            _require_known_schema()
        except RefusedError as refused:
            sys.exit(str(refused))
        flask_migrate.upgrade()
    if config.demo:
        try:
            run_command(app, "demo", "load")
        except click.ClickException as refusal:
            sys.exit(refusal.format_message())


def _require_known_schema() -> None:
    with db.engine.connect() as connection:
        schema.require_known(schema.of(connection))


def run_command(app: Flask, *words: str) -> None:
    """Run one of the app's own commands in this process."""
    app.cli.main(args=words, obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)


if __name__ == "__main__":
    main()
