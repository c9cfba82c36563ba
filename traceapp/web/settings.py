"""The settings of the application at hand."""

from typing import cast

from flask import current_app

from traceapp.config import Config


def settings() -> Config:
    """Give the settings the application was made with."""
    return cast("Config", current_app.extensions["traceapp"])
