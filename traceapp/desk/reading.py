"""The pages on which people read, answer and confirm: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import batch_acts, report_views, views

BLUEPRINTS: tuple[Blueprint, ...] = (
    views.blueprint,
    batch_acts.blueprint,
    report_views.blueprint,
)
